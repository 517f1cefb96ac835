/* SPDX-License-Identifier: MIT */
/* flood_kinds.c - the floods themselves, and how much of each. */
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

#include "floods.h"

#define SLOW_FLOWS  60000U
#define SMALL_FLOWS 1000U
#define BOMB_FLOWS  4000U
#define BOMB_CLEAR  (1U << 20) /* bytes of zeros in each message */

/* One flow that no layer knows: nDPI is asked, and makes its tables. */
void flood_nothing(struct world *w, uint64_t n)
{
    struct talk t;

    flood_begin(w, &t, 0x0c000000, 4000);
    if (n == 0)
        flood_datagram(w, &t, bytes_of_text("known to nobody"));
}

static uint32_t anybody(void)
{
    return 0x0b000000 + random_below(0x70000000);
}

static uint16_t any_port(void)
{
    return (uint16_t)(1024 + random_below(60000));
}

static struct talk *bad_flows(struct world *w, size_t count)
{
    if (w->bad != NULL)
        return w->bad;
    w->bad = calloc(count, sizeof(*w->bad));
    if (w->bad == NULL)
        abort();
    w->bad_bytes = count * sizeof(*w->bad);
    return w->bad;
}

static void send_syn(struct world *w, uint64_t n)
{
    struct talk t;

    (void)n;
    flood_begin(w, &t, anybody(), any_port());
    flood_segment(w, &t, 0, TCP_SYN, (struct bytes){NULL, 0});
}

/* Opened, and never used. */
static void send_connection(struct world *w, uint64_t n)
{
    struct talk t;

    (void)n;
    flood_begin(w, &t, anybody(), any_port());
    flood_handshake(w, &t);
}

/* Opened, and something is said that no protocol knows yet: 40 bytes of an opening to keep. */
static void send_opening(struct world *w, uint64_t n)
{
    static const char opening[] = "\x16\x03\x01\x7f\xff\x01 a hello that will never be whole";
    struct talk t;

    (void)n;
    flood_begin(w, &t, anybody(), any_port());
    flood_handshake(w, &t);
    flood_segment(w, &t, 0, TCP_ACK, bytes_of(opening, sizeof(opening) - 1));
}

/* A request whose head gets a line now and then, and never ends; on very many connections. */
static void send_slow_header(struct world *w, uint64_t n)
{
    static const char first[] = "GET / HTTP/1.1\r\nHost: www.example.com\r\n";
    struct talk *t = &bad_flows(w, SLOW_FLOWS)[n % SLOW_FLOWS];
    char line[32];

    if (n < SLOW_FLOWS) {
        flood_begin(w, t, anybody(), any_port());
        flood_handshake(w, t);
        flood_segment(w, t, 0, TCP_ACK, bytes_of(first, sizeof(first) - 1));
        return;
    }
    const int len = snprintf(line, sizeof(line), "X-%llu: a\r\n", (unsigned long long)n);
    flood_segment(w, t, 0, TCP_ACK, bytes_of(line, (size_t)len));
}

/* One byte a packet; with `stride` 2 every other one never comes. */
static void send_bytes_singly(struct world *w, uint64_t n, uint32_t stride)
{
    static const char text[] = "POST /upload HTTP/1.1\r\nHost: a.example\r\n"
                               "Content-Length: 1000000000\r\n\r\n";
    struct talk *t = &bad_flows(w, SMALL_FLOWS)[n % SMALL_FLOWS];
    const uint64_t at = n / SMALL_FLOWS;
    const char *byte = at < sizeof(text) - 1 ? &text[at] : "x";

    if (at == 0) {
        flood_begin(w, t, 0x0c000000 + (uint32_t)n, 4000);
        flood_handshake(w, t);
    }
    flood_segment(w, t, 0, TCP_ACK, bytes_of(byte, 1));
    t->seq[0] += stride - 1;
}

static void send_small(struct world *w, uint64_t n)
{
    send_bytes_singly(w, n, 1);
}

static void send_holes(struct world *w, uint64_t n)
{
    send_bytes_singly(w, n, 2);
}

/* Segments of a full size, each behind a hole that is never filled. */
static void send_unordered(struct world *w, uint64_t n)
{
    static const uint8_t block[1460] = {0};
    struct talk *t = &bad_flows(w, SMALL_FLOWS)[n % SMALL_FLOWS];

    if (n < SMALL_FLOWS) {
        flood_begin(w, t, 0x0c000000 + (uint32_t)n, 4000);
        flood_handshake(w, t);
        t->seq[0]++;
    }
    flood_segment(w, t, 0, TCP_ACK, bytes_of(block, sizeof(block)));
}

/* Of connections that are there. */
static void send_ack(struct world *w, uint64_t n)
{
    struct talk *t = &bad_flows(w, SMALL_FLOWS)[n % SMALL_FLOWS];

    if (n < SMALL_FLOWS) {
        flood_begin(w, t, 0x0c000000 + (uint32_t)n, 4000);
        flood_handshake(w, t);
    }
    flood_segment(w, t, (unsigned)(n / SMALL_FLOWS % 2), TCP_ACK, (struct bytes){NULL, 0});
}

/* Of connections that nobody has. */
static void send_stray_ack(struct world *w, uint64_t n)
{
    struct talk t;

    (void)n;
    flood_begin(w, &t, anybody(), any_port());
    flood_segment(w, &t, 0, TCP_ACK, (struct bytes){NULL, 0});
}

/* Address plus port, and address xor port, are the same for all: what a hash without a key maps to
 * one place. */
static void send_collision(struct world *w, uint64_t n)
{
    const uint32_t low = (uint32_t)n & 0xffff;
    struct talk t;

    flood_begin(w, &t, 0x0d000000 + ((uint32_t)(n >> 16) << 16 | (0xffff - low)), (uint16_t)low);
    flood_datagram(w, &t, bytes_of_text("hello, hash"));
}

static void send_fragment(struct world *w, uint64_t n)
{
    flood_fragment(w, 0x0e000000 + random_below(1 << 20), (uint16_t)(n * 7),
                   (uint16_t)(8 * random_below(8000)));
}

/* Each is opened and says something, and later says something again. */
static void send_many(struct world *w, uint64_t n)
{
    static const char request[] = "GET /many HTTP/1.1\r\nHost: many.example.com\r\n\r\n";
    struct talk t;

    flood_begin(w, &t, 0x0f000000 + (uint32_t)(n / 60000), (uint16_t)(1024 + n % 60000));
    flood_handshake(w, &t);
    flood_segment(w, &t, 0, TCP_ACK, bytes_of(request, sizeof(request) - 1));
}

/* A message of BOMB_CLEAR zeros (RFC 7692), without a frame around it. */
static struct bytes make_bomb(void)
{
    static uint8_t zeros[BOMB_CLEAR], out[BOMB_CLEAR / 64];
    z_stream z = {.next_in = zeros, .avail_in = sizeof(zeros), .next_out = out};

    z.avail_out = sizeof(out);
    if (deflateInit2(&z, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY) != Z_OK)
        return bytes_of(NULL, 0);
    deflate(&z, Z_SYNC_FLUSH);
    deflateEnd(&z);
    return bytes_of(out, z.total_out - 4); /* RFC 7692 s7.2.1: without 00 00 ff ff */
}

/* A server that bombs, on very many connections at once. */
static void send_bomb(struct world *w, uint64_t n)
{
    static const char get[] = "GET / HTTP/1.1\r\nHost: b\r\nUpgrade: websocket\r\n"
                              "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                              "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                              "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n";
    static const char yes[] = "HTTP/1.1 101 Go\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                              "Sec-WebSocket-Extensions: permessage-deflate\r\n"
                              "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
    struct talk *t = &bad_flows(w, BOMB_FLOWS)[n % BOMB_FLOWS];
    uint8_t head[4] = {0xc1, 126}; /* FIN, RSV1, text; 16 bits of length */

    if (w->bomb.len == 0)
        w->bomb = make_bomb();
    if (n < BOMB_FLOWS) {
        flood_begin(w, t, 0x0c000000 + (uint32_t)n, 4000);
        flood_handshake(w, t);
        flood_segment(w, t, 0, TCP_ACK, bytes_of(get, sizeof(get) - 1));
        flood_segment(w, t, 1, TCP_ACK, bytes_of(yes, sizeof(yes) - 1));
    }
    head[2] = (uint8_t)(w->bomb.len >> 8);
    head[3] = (uint8_t)w->bomb.len;
    flood_segment(w, t, 1, TCP_ACK, bytes_of(head, sizeof(head)));
    flood_segment(w, t, 1, TCP_ACK, w->bomb);
}

const struct flood floods[] = {
    /* name, send, packets (whole, quick), MiB (whole, quick), steps between genuine packets, ns */
    {"syn", send_syn, 10000000, 400000, 32, 16, 20, 1000},
    {"connections", send_connection, 10000000, 300000, 64, 16, 5, 10000},
    {"openings", send_opening, 5000000, 200000, 64, 16, 5, 10000},
    {"slow headers", send_slow_header, 5000000, 400000, 64, 16, 5, 100000},
    {"1-byte segments", send_small, 10000000, 400000, 64, 16, 20, 1000},
    {"1-byte, with holes", send_holes, 10000000, 400000, 64, 16, 5, 1000},
    {"unordered", send_unordered, 2000000, 100000, 64, 16, 5, 1000},
    {"ack storm", send_ack, 10000000, 400000, 64, 16, 20, 1000},
    {"stray acks", send_stray_ack, 10000000, 300000, 64, 16, 20, 10000},
    {"hash collisions", send_collision, 5000000, 200000, 64, 16, 20, 1000},
    {"tiny fragments", send_fragment, 10000000, 400000, 64, 16, 20, 1000},
    {"many flows", send_many, 4000000, 80000, 2048, 64, 20, 1000},
    {"deflate bombs", send_bomb, 200000, 30000, 64, 16, 2, 10000},
    {0},
};

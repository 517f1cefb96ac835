/* SPDX-License-Identifier: MIT */
/* make_traffic.c - seeded captures for the benchmarks: make_traffic WORKLOAD > FILE
 *
 *   small   20,000 WebSocket flows, 30 small masked and unmasked text frames each, 500 flows at a
 * time large   40 WebSocket flows of 64 KiB binary frames, 5 MB each syn     1,000,000 SYNs from
 * random sources around 1,000 WebSocket flows
 */
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MSS     1448
#define HEADERS 54 /* Ethernet, IPv4, TCP without options */

enum tcp_flags { FIN = 1, SYN = 2, PSH = 8, ACK = 16 };

struct flow {
    uint32_t client, seq[2]; /* by side: 0 is the client */
    uint16_t port;
    int turns_left;
};

static uint64_t seed = 0x9e3779b97f4a7c15U, clock_us = 1700000000000000U;

static uint32_t next_random(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)(seed >> 32);
}

static void put16(uint8_t *at, uint32_t v)
{
    at[0] = (uint8_t)(v >> 8);
    at[1] = (uint8_t)v;
}

static void put32(uint8_t *at, uint32_t v)
{
    put16(at, v >> 16);
    put16(at + 2, v);
}

static uint16_t checksum(const uint8_t *at, size_t len, uint64_t sum)
{
    for (; len > 1; at += 2, len -= 2)
        sum += (uint32_t)(at[0] << 8 | at[1]);
    if (len > 0)
        sum += (uint32_t)at[0] << 8;
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

static void segment(struct flow *f, int side, int flags, const void *data, size_t len)
{
    uint8_t packet[HEADERS + MSS] = {[12] = 8, [14] = 0x45, [20] = 0x40, [22] = 64, [23] = 6};
    uint8_t *ip = packet + 14, *tcp = packet + 34;
    const uint32_t server = 0x0a000001;
    const uint32_t size = (uint32_t)(HEADERS + len);

    put16(ip + 2, (uint32_t)(40 + len));
    put32(ip + 12, side == 0 ? f->client : server);
    put32(ip + 16, side == 0 ? server : f->client);
    put16(ip + 10, checksum(ip, 20, 0));
    put16(tcp, side == 0 ? f->port : 80);
    put16(tcp + 2, side == 0 ? 80 : f->port);
    put32(tcp + 4, f->seq[side]);
    put32(tcp + 8, flags & ACK ? f->seq[1 - side] : 0);
    tcp[12] = 0x50;
    tcp[13] = (uint8_t)flags;
    put16(tcp + 14, 64000);
    memcpy(tcp + 20, data, len);
    uint64_t pseudo = 6 + 20 + len;
    for (int i = 12; i < 20; i += 2)
        pseudo += (uint32_t)(ip[i] << 8 | ip[i + 1]);
    put16(tcp + 16, checksum(tcp, 20 + len, pseudo));
    clock_us += 3;
    const uint32_t record[4] = {(uint32_t)(clock_us / 1000000), (uint32_t)(clock_us % 1000000),
                                size, size};
    fwrite(record, sizeof(record), 1, stdout);
    fwrite(packet, size, 1, stdout);
    f->seq[side] += (uint32_t)len + (flags & (SYN | FIN) ? 1 : 0);
}

static void send_bytes(struct flow *f, int side, const uint8_t *data, size_t len)
{
    for (size_t at = 0; at < len; at += MSS)
        segment(f, side, ACK | PSH, data + at, len - at < MSS ? len - at : MSS);
}

static void open_flow(struct flow *f, uint32_t number)
{
    static const char ask[] =
        "GET /chat HTTP/1.1\r\nHost: chat.example.com\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        "Origin: http://chat.example.com\r\nSec-WebSocket-Version: 13\r\n\r\n";
    static const char grant[] = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                                "Connection: Upgrade\r\n"
                                "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

    *f = (struct flow){.client = 0x0a010000 + (number >> 2),
                       .port = (uint16_t)(20000 + number % 40000),
                       .seq = {next_random(), next_random()}};
    segment(f, 0, SYN, "", 0);
    segment(f, 1, SYN | ACK, "", 0);
    segment(f, 0, ACK, "", 0);
    send_bytes(f, 0, (const uint8_t *)ask, sizeof(ask) - 1);
    send_bytes(f, 1, (const uint8_t *)grant, sizeof(grant) - 1);
}

static void send_frame(struct flow *f, int side, int opcode, size_t len)
{
    static uint8_t frame[14 + 65536];
    size_t at = 2;

    frame[0] = (uint8_t)(0x80 | opcode);
    frame[1] = (uint8_t)(len < 126 ? len : len < 65536 ? 126 : 127);
    if (len >= 65536) {
        put32(frame + 2, 0);
        put32(frame + 6, (uint32_t)len);
        at = 10;
    } else if (len >= 126) {
        put16(frame + 2, (uint32_t)len);
        at = 4;
    }
    const uint32_t key = side == 0 ? next_random() : 0;
    if (side == 0) {
        frame[1] |= 0x80;
        put32(frame + at, key);
        at += 4;
    }
    for (size_t i = 0; i < len; i++)
        frame[at + i] = (uint8_t)("the quick brown fox jumps over a lazy dog"[i % 41] ^
                                  key >> (24 - 8 * (i % 4)));
    send_bytes(f, side, frame, at + len);
}

static void close_flow(struct flow *f)
{
    segment(f, 0, FIN | ACK, "", 0);
    segment(f, 1, FIN | ACK, "", 0);
    segment(f, 0, ACK, "", 0);
}

static void small_flows(uint32_t count, uint32_t at_once, uint32_t syns_between)
{
    struct flow *flows = calloc(at_once, sizeof(*flows));
    uint32_t begun = 0, over = 0;

    while (flows != NULL && over < count) {
        struct flow *f = &flows[next_random() % at_once];
        for (uint32_t i = 0; i < syns_between; i++) {
            struct flow stray = {.client = next_random(), .port = (uint16_t)next_random()};
            segment(&stray, 0, SYN, "", 0);
        }
        if (f->turns_left == 0 && begun < count) {
            open_flow(f, begun++);
            f->turns_left = 16;
        } else if (f->turns_left > 1) {
            f->turns_left--;
            send_frame(f, 0, 1, 10 + next_random() % 80);
            send_frame(f, 1, 1, 10 + next_random() % 200);
        } else if (f->turns_left == 1) {
            f->turns_left = 0;
            close_flow(f);
            over++;
        }
    }
    free(flows);
}

static void large_flows(void)
{
    for (uint32_t n = 0; n < 40; n++) {
        struct flow f;
        open_flow(&f, n);
        for (int i = 0; i < 80; i++) {
            send_frame(&f, i & 1, 2, 65536);
            segment(&f, 1 - (i & 1), ACK, "", 0);
        }
        close_flow(&f);
    }
}

int main(int argc, char **argv)
{
    const uint32_t header[6] = {0xa1b2c3d4, 4U << 16 | 2U, 0, 0, 262144, 1};
    const char *what = argc == 2 ? argv[1] : "";

    fwrite(header, sizeof(header), 1, stdout);
    if (strcmp(what, "small") == 0)
        small_flows(20000, 500, 0);
    else if (strcmp(what, "large") == 0)
        large_flows();
    else if (strcmp(what, "syn") == 0)
        small_flows(1000, 100, 59);
    else
        return 2;
    return 0;
}

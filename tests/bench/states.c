/* SPDX-License-Identifier: MIT */
/* states.c - what a connection takes of the memory by what has become of it, as a table of
 * Markdown: awake, with room for all; and when there is too little for all of them, among those
 * that are kept.
 *
 * Counted is what the engine holds of the machine (struct budget), over many connections in the
 * same state.
 */
#include <stdio.h>
#include <stdlib.h>

#include "floods.h"
#include "policy/load.h"
#include "tests/unit/deflate_build.h"

#define ROOM          ((size_t)4 << 30)
#define TIGHT         ((size_t)32 << 20)
#define MESSAGE       1024U /* clear bytes, of those that fill a window */
#define FILLING(bits) ((3U << (bits)) / 2 / MESSAGE + 3) /* of them: more than a window */
#define FIRST_PORT    1024U
#define PORTS         60000U

struct state {
    const char *name;
    void (*reach)(struct world *w, struct talk *t);
    uint32_t flows; /* to be measured */
    uint32_t interest;
    int window_bits;   /* of permessage-deflate; 0: none */
    bool forgets;      /* its history, after each message: RFC 7692 s7.1.1.2 */
    unsigned segments; /* that wait behind a hole */
};

static const struct bytes none = {NULL, 0};
static struct buffer first, filling; /* frames of this state's permessage-deflate */
static char ask[512], grant[512];
static unsigned segments;

static void say(struct world *w, struct talk *t, unsigned side, const char *text)
{
    flood_segment(w, t, side, TCP_ACK | TCP_PSH, bytes_of_text(text));
}

static void bare_syn(struct world *w, struct talk *t)
{
    flood_segment(w, t, 0, TCP_SYN, none);
}

static void undecided(struct world *w, struct talk *t)
{
    flood_handshake(w, t);
    say(w, t, 0, "\x8f\x01 what is this");
}

static void http(struct world *w, struct talk *t)
{
    flood_handshake(w, t);
    say(w, t, 0, "GET /a HTTP/1.1\r\nHost: www.example.com\r\nUser-Agent: Mozilla/5.0\r\n\r\n");
    say(w, t, 1, "HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Length: 5\r\n\r\nhello");
}

static void opened(struct world *w, struct talk *t)
{
    flood_handshake(w, t);
    say(w, t, 0, ask);
    say(w, t, 1, grant);
}

static void websocket(struct world *w, struct talk *t)
{
    opened(w, t);
    flood_segment(w, t, 0, TCP_ACK, bytes_of("\x81\x85\0\0\0\0Hello", 11));
    flood_segment(w, t, 1, TCP_ACK, bytes_of("\x81\x05Hello", 7));
}

static void compressed(struct world *w, struct talk *t)
{
    opened(w, t);
    flood_segment(w, t, 0, TCP_ACK, buffer_bytes(&first));
}

static void window_full(struct world *w, struct talk *t)
{
    compressed(w, t);
    flood_segment(w, t, 0, TCP_ACK, buffer_bytes(&filling));
}

/* A segment is missing, others of 1,000 bytes wait behind it. */
static void with_hole(struct world *w, struct talk *t)
{
    static uint8_t text[1000];

    websocket(w, t);
    t->seq[1] += 500;
    for (unsigned i = 0; i < segments; i++)
        flood_segment(w, t, 1, TCP_ACK, bytes_of(text, sizeof(text)));
}

static void closed(struct world *w, struct talk *t)
{
    websocket(w, t);
    flood_segment(w, t, 0, TCP_FIN | TCP_ACK, none);
    flood_segment(w, t, 1, TCP_FIN | TCP_ACK, none);
    flood_segment(w, t, 0, TCP_ACK, none);
}

static void datagram(struct world *w, struct talk *t)
{
    flood_datagram(w, t, bytes_of("\0\1\1\0\0\1\0\0\0\0\0\0\3www\7example\3com\0\0\1\0\1", 33));
}

#define READ (INTEREST_MESSAGES | INTEREST_PAYLOAD | INTEREST_VALIDITY)

static const struct state states[] = {
    {"a SYN without an answer", bare_syn, 200000, 0, 0, false, 0},
    {"established, silent", flood_handshake, 100000, 0, 0, false, 0},
    {"something was said, undecided", undecided, 100000, 0, 0, false, 0},
    {"HTTP, between two requests", http, 100000, 0, 0, false, 0},
    {"WebSocket", websocket, 100000, 0, 0, false, 0},
    {"WebSocket, messages read", websocket, 100000, READ, 0, false, 0},
    {"WebSocket, one segment of 1,000 bytes held behind a hole", with_hole, 50000, 0, 0, false, 1},
    {"WebSocket, 8 segments held", with_hole, 20000, 0, 0, false, 8},
    {"WebSocket, 64 segments held", with_hole, 5000, 0, 0, false, 64},
    {"over: closed by both", closed, 100000, 0, 0, false, 0},
    {"a DNS question over UDP", datagram, 100000, 0, 0, false, 0},
    {"WebSocket, permessage-deflate, after a message of 80 bytes", compressed, 20000, READ, 15,
     false, 0},
};

#define LEAST_BITS 9 /* RFC 7692 s7.1.2 allows 8, which zlib does not make */
#define MOST_BITS  15
#define WINDOWS    2000U /* flows */

/* ---- what the windows are filled with ---- */

static void put_frame_of(struct buffer *b, struct bytes payload)
{
    buffer_append_byte(b, 0xc1); /* FIN, RSV1, text */
    buffer_append_byte(b, (uint8_t)(0x80 | (payload.len < 126 ? payload.len : 126)));
    if (payload.len >= 126) {
        buffer_append_byte(b, (uint8_t)(payload.len >> 8));
        buffer_append_byte(b, (uint8_t)payload.len);
    }
    buffer_append(b, bytes_of("\0\0\0\0", 4)); /* a mask that changes nothing */
    buffer_append(b, payload);
}

static void put_message(struct buffer *b, z_stream *z, size_t len)
{
    struct buffer clear = {0}, small = {0};

    while (clear.len < len)
        buffer_printf(&clear, "{\"id\":%u,\"v\":%u}", random_below(1000000), random_below(1000));
    deflate_all(z, buffer_bytes(&clear), Z_SYNC_FLUSH, &small);
    small.len -= 4; /* RFC 7692 s7.2.1 */
    put_frame_of(b, buffer_bytes(&small));
    buffer_free(&clear);
    buffer_free(&small);
}

static void make_speech(const struct state *s)
{
    const int bits = s->window_bits;
    z_stream z = {0};
    char offer[128] = "";

    segments = s->segments;

    buffer_clear(&first);
    buffer_clear(&filling);
    if (bits > 0) {
        deflateInit2(&z, 6, Z_DEFLATED, -bits, 8, Z_DEFAULT_STRATEGY);
        put_message(&first, &z, 80);
        for (unsigned i = 0; i < FILLING(bits); i++) {
            if (s->forgets)
                deflateReset(&z);
            put_message(&filling, &z, MESSAGE);
        }
        deflateEnd(&z);
        snprintf(offer, sizeof(offer),
                 "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=%d%s\r\n",
                 bits, s->forgets ? "; client_no_context_takeover" : "");
    }
    snprintf(ask, sizeof(ask),
             "GET /chat HTTP/1.1\r\nHost: chat.example.com\r\nUpgrade: websocket\r\n"
             "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
             "Sec-WebSocket-Version: 13\r\n%s\r\n",
             offer);
    snprintf(grant, sizeof(grant),
             "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
             "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n%s\r\n",
             offer);
}

/* ---- measuring ---- */

static void ignore(void *ctx, const struct event *e)
{
    (void)ctx;
    (void)e;
}

static struct engine_totals reach(const struct state *s, uint32_t flows, size_t memory)
{
    struct err err = {0};
    struct policy *policy = policy_load(NULL, NULL, NULL, &err);
    struct sink sink = {.event = ignore, .interest = s->interest};
    const struct engine_config config = {
        .policy = policy, .sinks = &sink, .memory = memory, .seed = 1};
    struct world w = {.engine = policy != NULL ? engine_create(&config, &err) : NULL};

    if (w.engine == NULL)
        abort();
    engine_source(w.engine, "states");
    for (uint32_t n = 0; n < flows; n++) {
        struct talk t;
        flood_begin(&w, &t, 0x0b000000 + n / PORTS, (uint16_t)(FIRST_PORT + n % PORTS));
        s->reach(&w, &t);
    }
    const struct engine_totals totals = engine_totals(w.engine);
    engine_free(w.engine);
    policy_free(policy);
    return totals;
}

struct bytes_each {
    double awake; /* bytes of each, beyond what one of them needs */
    double kept;  /* of those that are kept where there is no room for all; 0: they take none */
};

static struct bytes_each measure(const struct state *s)
{
    make_speech(s);
    const uint64_t alone = reach(s, 1, ROOM).memory_peak;
    struct bytes_each each = {.awake = (double)(reach(s, s->flows, ROOM).memory_peak - alone) /
                                       (double)(s->flows - 1)};

    if (each.awake > 64) {
        const uint32_t many = (uint32_t)(3.0 * (double)TIGHT / each.awake);
        const uint64_t left = reach(s, many, TIGHT).flows_active;
        each.kept = (double)(TIGHT - alone) / (double)(left > 0 ? left : 1);
    }
    return each;
}

static void print_states(void)
{
    printf("| a connection | bytes | bytes, where there is no room for all |\n|---|--:|--:|\n");
    for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
        const struct bytes_each each = measure(&states[i]);
        printf(each.kept > 0 ? "| %s | %.0f | %.0f |\n" : "| %s | %.0f | \xe2\x80\x93 |\n",
               states[i].name, each.awake, each.kept);
        fflush(stdout);
    }
}

static void print_windows(void)
{
    printf("\n| permessage-deflate, its window | full | no room for all | no context takeover | "
           "no room for all |\n|--:|--:|--:|--:|--:|\n");
    for (int bits = LEAST_BITS; bits <= MOST_BITS; bits++) {
        const struct state keeps = {"", window_full, WINDOWS, READ, bits, false, 0},
                           forgets = {"", window_full, WINDOWS, READ, bits, true, 0};
        const struct bytes_each a = measure(&keeps), b = measure(&forgets);
        printf("| %u | %.0f | %.0f | %.0f | %.0f |\n", 1U << bits, a.awake, a.kept, b.awake,
               b.kept);
        fflush(stdout);
    }
}

int main(void)
{
    print_states();
    print_windows();
    buffer_free(&first);
    buffer_free(&filling);
    return 0;
}

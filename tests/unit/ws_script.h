/* SPDX-License-Identifier: MIT */
/* ws_script.h - makes WebSocket traffic, and writes down what the layer says of it.
 *
 * Log: `>1/2/5=Hello` a message: sender, opcode, fragments, length, payload; `z` compressed, `!`
 * incomplete, `(1000,bye)` a close frame; `[>81/5]` a frame: sender, first byte, length. Payload
 * that is not printable is written in hexadecimal after an x, more than 32 bytes as their FNV-1a
 * hash.
 */
#ifndef TESTS_UNIT_WS_SCRIPT_H
#define TESTS_UNIT_WS_SCRIPT_H

#include "deflate_build.h"
#include "layer_harness.h"
#include "layers/layers.h"

#define WS_INTEREST_ALL                                                                            \
    (INTEREST_MESSAGES | INTEREST_PAYLOAD | INTEREST_VALIDITY | INTEREST_ANOMALIES)
#define WS_MASK 0x37fa213dU /* RFC 6455 s5.7 */

enum { FIN = 0x80, RSV1 = 0x40, RSV2 = 0x20, RSV3 = 0x10 };

static const struct handshake ws_plain = {.ladder = LADDER_ACCEPTED, .window_bits = {15, 15}};
static const struct handshake ws_deflate = {
    .ladder = LADDER_ACCEPTED, .deflate = true, .window_bits = {15, 15}};

/* ---- making ---- */

static uint32_t script_mask = WS_MASK; /* the next client frame's */
static bool script_heard_all;          /* host->heard_all, both */

static inline void put_length(struct buffer *b, size_t len, uint8_t mask_bit)
{
    if (len < 126) {
        buffer_append_byte(b, (uint8_t)(len | mask_bit));
        return;
    }
    const int wide = len > UINT16_MAX;
    buffer_append_byte(b, (uint8_t)((wide ? 127 : 126) | mask_bit));
    for (int shift = wide ? 56 : 8; shift >= 0; shift -= 8)
        buffer_append_byte(b, (uint8_t)((uint64_t)len >> shift));
}

/* One frame; `first` is its first byte. A client's is masked, each with another key. */
static inline void put_frame(struct buffer *b, enum direction d, int first, struct bytes payload)
{
    buffer_append_byte(b, (uint8_t)first);
    put_length(b, payload.len, d == TO_SERVER ? 0x80 : 0);
    if (d == TO_CLIENT) {
        buffer_append(b, payload);
        return;
    }
    for (int i = 0; i < 4; i++)
        buffer_append_byte(b, (uint8_t)(script_mask >> (24 - 8 * i)));
    for (size_t i = 0; i < payload.len; i++)
        buffer_append_byte(b, (uint8_t)(payload.at[i] ^ script_mask >> (24 - 8 * (i % 4))));
    script_mask = script_mask * 1664525U + 1013904223U;
}

static inline void put_text(struct buffer *b, enum direction d, int first, const char *text)
{
    put_frame(b, d, first, bytes_of_text(text));
}

/* The payload of a compressed message: RFC 7692 s7.2.1. `flush`: Z_SYNC_FLUSH, or Z_FINISH for a
 * final block. */
static inline void deflate_message(z_stream *z, struct bytes clear, int flush, struct buffer *out)
{
    deflate_all(z, clear, flush, out);
    if (flush == Z_FINISH) {
        deflateReset(z);
        buffer_append_byte(out, 0);
    } else {
        out->len -= 4; /* 00 00 ff ff */
    }
}

static inline void deflate_open(z_stream *z, int bits)
{
    *z = (z_stream){0};
    if (deflateInit2(z, 6, Z_DEFLATED, -bits, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        abort();
}

/* ---- writing down ---- */

struct ws_script {
    struct harness harness;      /* first: the callbacks cast back */
    struct buffer payload[2][2]; /* by direction; data, control */
    bool in_control[2];
    struct ws_totals totals;
    struct ws_figures figures; /* zero: there are none */
};

static inline uint64_t fnv1a(struct bytes b)
{
    uint64_t hash = 0xcbf29ce484222325U;
    for (size_t i = 0; i < b.len; i++)
        hash = (hash ^ b.at[i]) * 0x100000001b3U;
    return hash;
}

static inline void log_payload(struct buffer *log, struct bytes b)
{
    bool plain = true;

    for (size_t i = 0; i < b.len && plain; i++)
        plain = b.at[i] > ' ' && b.at[i] < 0x7f;
    if (b.len > 32) {
        buffer_printf(log, "#%016llx", (unsigned long long)fnv1a(b));
    } else if (plain) {
        buffer_append(log, b);
    } else {
        for (size_t i = 0; i < b.len; i++)
            buffer_printf(log, "%s%02x", i == 0 ? "x" : "", b.at[i]);
    }
}

static inline void log_message(struct ws_script *s, const struct event *e)
{
    const struct ws_message_event *m = &e->as.message;
    struct buffer *log = &s->harness.log;
    struct buffer *payload = &s->payload[e->direction][m->opcode >= WS_CLOSE];

    buffer_printf(log, "%c%u/%u/%llu", e->direction == TO_SERVER ? '>' : '<', m->opcode,
                  m->fragments, (unsigned long long)m->length);
    if (m->wire_length != m->length)
        buffer_printf(log, "w%llu", (unsigned long long)m->wire_length);
    buffer_append_text(log, m->compressed ? "z" : "");
    buffer_append_text(log, m->complete ? "" : "!");
    if (s->harness.host.interest & INTEREST_PAYLOAD) {
        buffer_append_text(log, "=");
        log_payload(log, buffer_bytes(payload));
    }
    if (m->opcode == WS_CLOSE) {
        buffer_printf(log, "(%u,", m->close_code);
        log_payload(log, m->close_reason);
        buffer_append_text(log, ")");
    }
    if (m->has_sha256)
        buffer_printf(log, "{%zu:%02x%02x%02x}", m->payload.len, m->sha256[0], m->sha256[1],
                      m->sha256[2]);
    buffer_append_text(log, " ");
    buffer_clear(payload);
}

static inline void script_describe(struct harness *x, const struct event *e)
{
    struct ws_script *s = (struct ws_script *)x;

    if (e->kind == EVENT_MESSAGE_BEGIN)
        s->in_control[e->direction] = e->as.begin.opcode >= WS_CLOSE;
    if (e->kind == EVENT_PAYLOAD)
        buffer_append(&s->payload[e->direction][s->in_control[e->direction]], e->as.payload.slice);
    if (e->kind == EVENT_MESSAGE) {
        log_message(s, e);
        s->in_control[e->direction] = false;
    }
    if (e->kind == EVENT_FRAME)
        buffer_printf(&x->log, "[%c%02x/%llu%s] ", e->direction == TO_SERVER ? '>' : '<',
                      (unsigned)(e->as.frame.fin << 7 | e->as.frame.rsv << 4 | e->as.frame.opcode),
                      (unsigned long long)e->as.frame.length, e->as.frame.masked ? "m" : "");
}

/* How a hole is told in pieces depends on the cuts; that there is one does not. */
static inline void script_carry_gap(struct host *h, enum direction d, uint64_t n)
{
    struct buffer *carried = &((struct harness *)h)->carried[d];
    (void)n;
    if (carried->len < 3 || memcmp(carried->at + carried->len - 3, "[~]", 3) != 0)
        buffer_append_text(carried, "[~]");
}

static inline void script_begin(struct ws_script *s, uint32_t interest, struct digest *digest)
{
    *s = (struct ws_script){0};
    harness_begin(&s->harness, interest, digest);
    s->harness.describe = script_describe;
    s->harness.host.carry_gap = script_carry_gap;
    s->harness.host.heard_all[0] = s->harness.host.heard_all[1] = script_heard_all;
}

static inline void script_end(struct ws_script *s)
{
    for (int i = 0; i < 4; i++)
        buffer_free(&s->payload[i / 2][i % 2]);
    harness_end(&s->harness);
}

/* After the close: what the layer still shows, and then it gives that back, too. */
static inline void script_summarise(struct ws_script *s, void *state)
{
    struct flow_info flow = {0};

    layer_websocket.summarise(state, &flow);
    s->totals = *flow.ws;
    if (flow.ws_figures != NULL)
        s->figures = *flow.ws_figures;
    layer_websocket.forget(state, &s->harness.host);
}

/* Runs a transcript on a fresh layer and leaves log, carried bytes and totals in `s`. */
static inline void script_run(struct ws_script *s, const struct handshake *shake,
                              const struct turn *turns, size_t count, size_t cut)
{
    const struct layer *l = &layer_websocket;
    void *state = calloc(1, l->state_size);

    if (state == NULL)
        abort();
    l->open(state, &s->harness.host, shake);
    harness_run(&s->harness, l, state, turns, count, cut);
    l->close(state, &s->harness.host, CLOSE_FINISHED);
    script_summarise(s, state);
    free(state);
}

/* The same log, carried bytes and totals whole, byte by byte, and (`every` > 0) at every so manyeth
 * cut. */
static inline void script_check(const char *name, const struct handshake *shake, uint32_t interest,
                                const struct turn *turns, size_t count, size_t every,
                                const char *want)
{
    struct ws_script whole, cut;
    size_t most = 0;

    for (size_t t = 0; t < count; t++)
        most = turns[t].bytes.len > most ? turns[t].bytes.len : most;
    script_begin(&whole, interest, NULL);
    script_run(&whole, shake, turns, count, 0);
    const char *log = harness_log(&whole.harness);
    CHECK_TEXT(log, want, name);
    for (size_t c = 1; c <= most; c += c == 1 ? 1 : every) {
        script_begin(&cut, interest, NULL);
        script_run(&cut, shake, turns, count, c);
        CHECK_TEXT(harness_log(&cut.harness), log, name);
        for (int d = 0; d < 2; d++)
            CHECK(bytes_equal(buffer_bytes(&cut.harness.carried[d]),
                              buffer_bytes(&whole.harness.carried[d])),
                  name);
        /* NOLINTNEXTLINE(bugprone-suspicious-memory-comparison,cert-*): both were zero-filled */
        CHECK(memcmp(&cut.totals, &whole.totals, sizeof(cut.totals)) == 0, name);
        script_end(&cut);
        if (every == 0)
            break;
    }
    script_end(&whole);
}

#endif

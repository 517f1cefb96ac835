/* SPDX-License-Identifier: MIT */
/* flows.h - a fuzzer's input as TCP connections through the whole engine, side by side.
 *
 * Input: a byte whose lowest bits say of which flows the handshake was not captured, a byte that
 * seeds the cuts, then turns: a byte (bit 0 to the client, bits 1-2 which flow, bits 3-7 what), a
 * length in one byte (from LONG on in steps of 32), and that many bytes of data.
 *
 * A turn is played whole, as one segment, or cut: in pieces that are reordered, repeated and made
 * to overlap with equal bytes. Pieces change places only where no loss is waited for and the
 * stream's first byte is known. The clock is the script's, whatever is left out of it.
 */
#ifndef TESTS_FUZZ_FLOWS_H
#define TESTS_FUZZ_FLOWS_H

#include <assert.h>

#include "base/cursor.h"
#include "tests/unit/conversation.h"

#define FLOWS           4U
#define FLOW_PORT       40000U
#define FLOW_TURNS_MOST 256
#define FLOW_DATA_MOST  1024U
#define FLOW_LONG       224U
#define FLOW_WINDOW     4U /* pieces that change places */
#define FLOW_PACKET_NS  1000LL
#define FLOW_TURN_NS    4000000000LL
#define FLOW_ACKED_NS   1500000000LL /* a loss that was acknowledged is given up in that time */

enum flow_what { FLOW_GAP = 28, FLOW_FIN, FLOW_RST, FLOW_PAUSE };

struct flow_turn {
    unsigned flow, what;
    enum direction direction;
    struct bytes data;
    uint32_t lost;
};

struct flow_piece {
    uint32_t at, len;
};

struct flows {
    struct talk talk[FLOWS]; /* ports, sequence numbers and log of each */
    struct engine *engine;
    uint64_t number;
    int64_t clock_ns;
    uint32_t seed;
    bool cut;
    bool begun[FLOWS][2], waited[FLOWS][2], finished[FLOWS][2];
    uint8_t unseen; /* bit n: the handshake of flow n */
};

static inline bool flows_turn(struct cursor *c, struct flow_turn *out)
{
    const uint8_t kind = cursor_u8(c);
    const uint32_t said = cursor_u8(c);
    const uint32_t len = said < FLOW_LONG ? said : (said - FLOW_LONG + 1) * 32;

    if (c->truncated)
        return false;
    *out = (struct flow_turn){.flow = kind >> 1 & (FLOWS - 1),
                              .what = kind >> 3,
                              .direction = (kind & 1) != 0 ? TO_CLIENT : TO_SERVER};
    if (out->what == FLOW_GAP)
        out->lost = 1 + len;
    else if (out->what < FLOW_GAP)
        out->data = cursor_take(c, len < c->left.len ? len : c->left.len);
    return true;
}

static inline uint32_t flows_random(struct flows *f, uint32_t below)
{
    f->seed = f->seed * 1664525U + 1013904223U; /* Numerical Recipes */
    /* cppcheck-suppress zerodiv ; it asks nobody for less than 1 */
    return (f->seed >> 12) % below;
}

static inline void flows_segment(struct flows *f, unsigned flow, enum direction d, uint8_t flags,
                                 struct flow_piece where, const uint8_t *data)
{
    struct talk *t = &f->talk[flow];

    t->engine = f->engine;
    t->number = f->number;
    t->now_ns = f->clock_ns + FLOW_PACKET_NS - TALK_STEP_NS; /* talk_segment adds the step */
    talk_segment(t, d, flags, t->sent[d] + where.at,
                 bytes_of(data != NULL ? data + where.at : NULL, where.len));
    f->number = t->number;
    f->clock_ns = t->now_ns;
}

static inline void flows_bare(struct flows *f, unsigned flow, enum direction d, uint8_t flags)
{
    flows_segment(f, flow, d, flags, (struct flow_piece){0, 0}, NULL);
}

static inline void flows_open(struct flows *f, unsigned flow)
{
    struct talk *t = &f->talk[flow];
    const bool first = t->client_port == 0;

    if (!first)
        return;
    t->client_port = (uint16_t)(FLOW_PORT + flow);
    t->server_port = (const uint16_t[FLOWS]){80, 6881, 443, 22}[flow];
    t->isn[TO_SERVER] = 0xffffff00U;
    t->isn[TO_CLIENT] = 77;
    if ((f->unseen >> flow & 1) != 0)
        return;
    flows_bare(f, flow, TO_SERVER, TCP_SYN);
    flows_bare(f, flow, TO_CLIENT, TCP_SYN | TCP_ACK);
    flows_bare(f, flow, TO_SERVER, TCP_ACK);
    f->begun[flow][0] = f->begun[flow][1] = true;
}

/* How a turn of `len` bytes is cut: byte by byte, small or large. */
static inline uint32_t flows_cut(struct flows *f, uint32_t len, struct flow_piece *out)
{
    const uint32_t most = f->cut ? (const uint32_t[]){1, 8, 64, len}[flows_random(f, 4)] : len;
    uint32_t count = 0;

    for (uint32_t at = 0; at < len; count++) {
        const uint32_t n = f->cut ? 1 + flows_random(f, most) : len;
        out[count] = (struct flow_piece){at, n < len - at ? n : len - at};
        at += out[count].len;
    }
    return count;
}

static inline void flows_shuffle(struct flows *f, struct flow_piece *piece, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t room = count - i < FLOW_WINDOW ? count - i : FLOW_WINDOW;
        const uint32_t other = i + flows_random(f, room);
        const struct flow_piece swap = piece[i];
        piece[i] = piece[other];
        piece[other] = swap;
    }
}

static inline void flows_data(struct flows *f, const struct flow_turn *t)
{
    struct flow_piece piece[FLOW_DATA_MOST];
    struct talk *talk = &f->talk[t->flow];
    const uint32_t count = flows_cut(f, (uint32_t)t->data.len, piece);
    const enum direction d = t->direction;

    if (f->cut && f->begun[t->flow][d] && !f->waited[t->flow][d])
        flows_shuffle(f, piece, count);
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t back = f->cut && piece[i].at > 0 && flows_random(f, 4) == 0
                                  ? flows_random(f, piece[i].at < 9 ? piece[i].at : 9)
                                  : 0;
        piece[i].at -= back;
        piece[i].len += back;
        flows_segment(f, t->flow, d, TCP_ACK | TCP_PSH, piece[i], t->data.at);
        if (f->cut && flows_random(f, 8) == 0)
            flows_segment(f, t->flow, d, TCP_ACK | TCP_PSH, piece[i], t->data.at);
    }
    talk->sent[d] += (uint32_t)t->data.len;
    f->begun[t->flow][d] = true;
    if (!f->waited[t->flow][d])
        return;
    flows_bare(f, t->flow, direction_other(d), TCP_ACK);
    f->clock_ns += FLOW_ACKED_NS;
    flows_bare(f, t->flow, direction_other(d), TCP_ACK);
    f->waited[t->flow][d] = false;
}

static inline void flows_play_turn(struct flows *f, const struct flow_turn *t)
{
    struct talk *talk = &f->talk[t->flow];
    const enum direction d = t->direction;

    if (f->finished[t->flow][d])
        return;
    flows_open(f, t->flow);
    if (t->what == FLOW_GAP) {
        talk->sent[d] += t->lost;
        f->waited[t->flow][d] = true;
    } else if (t->what == FLOW_FIN) {
        flows_bare(f, t->flow, d, TCP_FIN | TCP_ACK);
        talk->sent[d]++;
        f->finished[t->flow][d] = true;
    } else if (t->what == FLOW_RST) {
        flows_bare(f, t->flow, d, TCP_RST | TCP_ACK);
        f->finished[t->flow][0] = f->finished[t->flow][1] = true;
    } else if (t->data.len > 0) {
        flows_data(f, t);
    }
}

/* The whole script, or one flow of it (`only` < FLOWS). Time passes alike for both: what expires
 * does. */
static inline void flows_play(struct flows *f, struct bytes script, unsigned only)
{
    struct cursor c = cursor_over(script);
    struct flow_turn t;
    int64_t now = f->clock_ns;

    f->unseen = cursor_u8(&c);
    f->seed = cursor_u8(&c);
    for (int i = 0; i < FLOW_TURNS_MOST && flows_turn(&c, &t); i++) {
        now += t.what == FLOW_PAUSE ? 10 * FLOW_TURN_NS : FLOW_TURN_NS;
        f->clock_ns = now;
        engine_tick(f->engine, now);
        if (only >= FLOWS || t.flow == only)
            flows_play_turn(f, &t);
    }
    engine_tick(f->engine, now + FLOW_TURN_NS);
    engine_flush(f->engine);
}

/* Of which flow an event is; FLOWS: of none. */
static inline unsigned flows_which(const struct event *e)
{
    if (e->flow == NULL)
        return FLOWS;
    const unsigned a = e->flow->client.port - FLOW_PORT, b = e->flow->server.port - FLOW_PORT;
    return a < FLOWS ? a : b < FLOWS ? b : FLOWS;
}

#endif

/* SPDX-License-Identifier: MIT */
/* layer_harness.h - a host that writes down what a layer says, and runs a transcript whole, cut and
 * byte by byte.
 *
 * A log is text: one token a happening, separated by spaces, so that a vector is: bytes in, line
 * out. become(websocket)  leave  note(...) is not logged  claim(certain)  climb(accepted)
 * anomaly(name) speaks(name,strong) carry>3 / carry<3  (joined over cuts: only totals and a
 * checksum at the end, see carried[]) Events are logged by the test's own describe(), which sees
 * each event and appends what it cares about.
 */
#ifndef TESTS_UNIT_LAYER_HARNESS_H
#define TESTS_UNIT_LAYER_HARNESS_H

#include "base/buffer.h"
#include "base/budget.h"
#include "model/layer.h"
#include "test.h"

struct harness {
    struct host host; /* first: the callbacks cast back */
    struct buffer log;
    struct buffer carried[2];
    struct budget budget;
    bool became, left;
    bool feeds_all;   /* nothing is skimmed */
    uint64_t skimmed; /* bytes */
    enum confidence confidence;
    enum ladder ladder;
    const struct known_peer *peer; /* what known_peer() says */
    enum confidence ice;           /* what known_ice() says, of that peer */
    unsigned alike;                /* what others_alike() says */
    void (*describe)(struct harness *h, const struct event *e);
};

/* One turn of a transcript. gap > 0: that many bytes were lost, `bytes` is ignored. */
struct turn {
    enum direction direction;
    struct bytes bytes;
    uint64_t gap;
};

static inline void harness_emit(struct host *h, struct event *e)
{
    struct harness *x = (struct harness *)h;
    if (e->kind == EVENT_ANOMALY)
        buffer_printf(&x->log, "anomaly(%s) ", anomaly_info(e->as.anomaly.id)->name);
    else if (x->describe != NULL)
        x->describe(x, e);
}

static inline void harness_carry(struct host *h, enum direction d, struct bytes in)
{
    buffer_append(&((struct harness *)h)->carried[d], in);
}

static inline void harness_carry_gap(struct host *h, enum direction d, uint64_t n)
{
    buffer_printf(&((struct harness *)h)->carried[d], "[gap %llu]", (unsigned long long)n);
}

static inline void harness_become(struct host *h, const char *protocol, const void *arg)
{
    struct harness *x = (struct harness *)h;
    (void)arg;
    x->became = true;
    buffer_printf(&x->log, "become(%s) ", protocol != NULL ? protocol : "?");
}

static inline void harness_leave(struct host *h)
{
    struct harness *x = (struct harness *)h;
    x->left = true;
    buffer_append_text(&x->log, "leave ");
}

static inline void harness_replace(struct host *h, const char *protocol, const void *arg,
                                   bool reversed)
{
    struct harness *x = (struct harness *)h;
    (void)arg;
    x->left = true;
    buffer_printf(&x->log, "replace(%s%s) ", protocol, reversed ? ",reversed" : "");
}

static inline void harness_note(struct host *h, const char *what, struct bytes detail)
{
    (void)h;
    (void)what;
    (void)detail;
}

static inline void harness_claim(struct host *h, enum confidence c)
{
    struct harness *x = (struct harness *)h;
    if (c <= x->confidence)
        return;
    x->confidence = c;
    buffer_printf(&x->log, "claim(%s) ", confidence_name(c));
}

static inline void harness_weigh(struct host *h, uint8_t bits, const char *what,
                                 struct bytes detail)
{
    (void)bits;
    harness_note(h, what, detail);
}

static inline const struct known_peer *harness_known_peer(struct host *h)
{
    return ((struct harness *)h)->peer;
}

static inline const struct known_peer *
harness_known_ice(struct host *h, const struct endpoint names[2], enum confidence *sure)
{
    const struct harness *x = (struct harness *)h;

    (void)names;
    *sure = x->ice;
    return x->ice == CONFIDENCE_NONE ? NULL : x->peer;
}

static inline unsigned harness_others_alike(struct host *h)
{
    return ((struct harness *)h)->alike;
}

static inline void harness_climb(struct host *h, enum ladder rung)
{
    struct harness *x = (struct harness *)h;
    if (rung == x->ladder)
        return;
    x->ladder = rung;
    h->ladder = rung;
    buffer_printf(&x->log, "climb(%s) ", ladder_name(rung));
}

static inline void harness_speaks(struct host *h, const char *name, enum confidence c,
                                  const char *why, struct bytes detail)
{
    (void)why;
    (void)detail;
    buffer_printf(&((struct harness *)h)->log, "speaks(%s,%s) ", name, confidence_name(c));
}

static inline void *harness_alloc(struct host *h, size_t bytes)
{
    return budget_alloc(&((struct harness *)h)->budget, bytes);
}

/* Who reads it before it is written reads nonsense. */
static inline void *harness_alloc_bare(struct host *h, size_t bytes)
{
    void *memory = budget_alloc_bare(&((struct harness *)h)->budget, bytes);

    return memory != NULL ? memset(memory, 0xa5, bytes) : NULL;
}

static inline void harness_free(struct host *h, void *memory, size_t bytes)
{
    budget_free(&((struct harness *)h)->budget, memory, bytes);
}

static inline void harness_begin(struct harness *x, uint32_t interest, struct digest *digest)
{
    *x = (struct harness){.host = {.emit = harness_emit,
                                   .carry = harness_carry,
                                   .carry_gap = harness_carry_gap,
                                   .become = harness_become,
                                   .leave = harness_leave,
                                   .replace = harness_replace,
                                   .note = harness_note,
                                   .claim = harness_claim,
                                   .weigh = harness_weigh,
                                   .known_peer = harness_known_peer,
                                   .known_ice = harness_known_ice,
                                   .others_alike = harness_others_alike,
                                   .climb = harness_climb,
                                   .speaks = harness_speaks,
                                   .alloc = harness_alloc,
                                   .alloc_bare = harness_alloc_bare,
                                   .free = harness_free,
                                   .interest = interest,
                                   .carry_wanted = true,
                                   .payload_limit = 4096,
                                   .digest = digest}};
}

/* Gives one piece to the layer as the engine would: after become() or leave() the rest is carried.
 */
static inline void harness_feed(struct harness *x, const struct layer *l, void *state,
                                enum direction d, struct bytes in)
{
    const struct bytes piece = test_copy(in);
    size_t used = 0;

    x->host.packet++;
    if (!x->became && !x->left && !x->feeds_all && l->skim != NULL)
        used = l->skim(state, &x->host, d, piece);
    x->skimmed += used;
    if (!x->became && !x->left && used < piece.len)
        used += l->feed(state, &x->host, d, bytes_after(piece, used));
    if (used < piece.len)
        harness_carry(&x->host, d, bytes_after(piece, used));
    free((void *)(uintptr_t)piece.at);
}

/* Every way of cutting: `cut` 0 = whole turns, 1 = byte by byte, else each turn is cut in two
 * before byte cut-1. */
static inline void harness_run(struct harness *x, const struct layer *l, void *state,
                               const struct turn *turns, size_t count, size_t cut)
{
    for (size_t t = 0; t < count; t++) {
        const struct bytes b = turns[t].bytes;
        if (turns[t].gap > 0) {
            if (x->became || x->left)
                harness_carry_gap(&x->host, turns[t].direction, turns[t].gap);
            else if (l->gap != NULL)
                l->gap(state, &x->host, turns[t].direction, turns[t].gap);
        } else if (cut == 1) {
            for (size_t i = 0; i < b.len; i++)
                harness_feed(x, l, state, turns[t].direction, bytes_of(b.at + i, 1));
        } else {
            const size_t first = cut == 0 || cut - 1 > b.len ? b.len : cut - 1;
            harness_feed(x, l, state, turns[t].direction, bytes_first(b, first));
            if (first < b.len)
                harness_feed(x, l, state, turns[t].direction, bytes_after(b, first));
        }
    }
}

/* A log that can be compared: NUL-terminated, without the last space. */
static inline const char *harness_log(struct harness *x)
{
    if (x->log.len > 0 && x->log.at[x->log.len - 1] == ' ')
        x->log.len--;
    buffer_append_byte(&x->log, 0);
    return (const char *)x->log.at;
}

static inline void harness_end(struct harness *x)
{
    CHECK(x->budget.used == 0, "the layer gave back all it took");
    buffer_free(&x->log);
    buffer_free(&x->carried[0]);
    buffer_free(&x->carried[1]);
}

#endif

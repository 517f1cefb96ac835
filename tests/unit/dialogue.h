/* SPDX-License-Identifier: MIT */
/* dialogue.h - a layer that reads a dialogue and then hands over, on transcripts: every cut, and
 * whichever direction was captured first. The log has the notes, too, and ends with what was
 * carried: >client's bytes <server's bytes. */
#ifndef TESTS_UNIT_DIALOGUE_H
#define TESTS_UNIT_DIALOGUE_H

#include "layer_harness.h"

#define DIALOGUE_TURNS 10

struct dialogue {
    const char *name, *want;
    struct turn turn[DIALOGUE_TURNS];
};

#define SAID(direction, literal)                                                                   \
    {                                                                                              \
        direction, {(const uint8_t *)(literal), sizeof(literal) - 1}, 0                            \
    }
#define UP(literal)   SAID(TO_SERVER, literal)
#define DOWN(literal) SAID(TO_CLIENT, literal)
#define HOLE(direction, n)                                                                         \
    {                                                                                              \
        direction, {NULL, 0}, n                                                                    \
    }

enum dialogue_order { AS_SAID, CLIENT_FIRST, SERVER_FIRST, DIALOGUE_ORDERS };

static inline void dialogue_note(struct host *h, const char *what, struct bytes detail)
{
    struct harness *x = (struct harness *)h;

    buffer_printf(&x->log, "(%s", what);
    if (detail.len > 0)
        buffer_printf(&x->log, " %.*s", (int)detail.len, (const char *)detail.at);
    buffer_append_text(&x->log, ") ");
}

static inline bool dialogue_said(const struct turn *t)
{
    return t->bytes.len > 0 || t->gap > 0;
}

/* Copies the turns in that order; returns how many. */
static inline size_t dialogue_order(const struct dialogue *v, enum dialogue_order order,
                                    struct turn out[DIALOGUE_TURNS])
{
    const enum direction first = order == SERVER_FIRST ? TO_CLIENT : TO_SERVER;
    size_t count = 0;

    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < DIALOGUE_TURNS && dialogue_said(&v->turn[i]); i++)
            if (order == AS_SAID ? pass == 0 : (v->turn[i].direction == first) == (pass == 0))
                out[count++] = v->turn[i];
    return count;
}

static inline void dialogue_run(const struct layer *l, const struct dialogue *v,
                                enum dialogue_order order, size_t cut)
{
    struct turn turns[DIALOGUE_TURNS];
    const size_t count = dialogue_order(v, order, turns);
    void *state = calloc(1, l->state_size);
    struct harness x;

    harness_begin(&x, UINT32_MAX, NULL);
    x.host.note = dialogue_note;
    harness_run(&x, l, state, turns, count, cut);
    l->close(state, &x.host, CLOSE_FINISHED);
    for (int d = TO_SERVER; d <= TO_CLIENT; d++)
        if (x.carried[d].len > 0)
            buffer_printf(&x.log, "%c%.*s ", d == TO_SERVER ? '>' : '<', (int)x.carried[d].len,
                          (const char *)x.carried[d].at);
    CHECK_TEXT(harness_log(&x), v->want, v->name);
    harness_end(&x);
    free(state);
}

/* With a hole the order of capture does matter. */
static inline void dialogue_check(const struct layer *l, const struct dialogue *v)
{
    size_t longest = 0;
    bool hole = false;

    for (size_t i = 0; i < DIALOGUE_TURNS && dialogue_said(&v->turn[i]); i++) {
        longest = v->turn[i].bytes.len > longest ? v->turn[i].bytes.len : longest;
        hole = hole || v->turn[i].gap > 0;
    }
    for (enum dialogue_order order = AS_SAID; order < (hole ? CLIENT_FIRST : DIALOGUE_ORDERS);
         order++)
        for (size_t cut = 0; cut <= longest + 1; cut++)
            dialogue_run(l, v, order, cut);
}

/* What a recogniser says of what two directions brought. */
static inline struct recognition dialogue_ask(const struct layer *l, struct bytes up,
                                              struct bytes down, bool ended)
{
    const struct bytes copy[2] = {test_copy(up), test_copy(down)};
    const struct opening o = {.seen = {copy[0], copy[1]}, .ended = {ended, ended}};
    struct recognition r = l->recognise(&o);

    r.detail = bytes_of(NULL, 0);
    free((void *)(uintptr_t)copy[0].at);
    free((void *)(uintptr_t)copy[1].at);
    return r;
}

#endif

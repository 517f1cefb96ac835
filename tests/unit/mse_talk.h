/* SPDX-License-Identifier: MIT */
/* mse_talk.h - runs a conversation as identification does: the layer mse is asked with each piece,
 * and when it says yes, joins, is fed what was kept, one direction after the other, and the rest.
 */
#ifndef TESTS_UNIT_MSE_TALK_H
#define TESTS_UNIT_MSE_TALK_H

#include "layer_harness.h"
#include "layers/layers.h"

struct mse_talk {
    struct harness h;
    void *state;
    uint8_t kept[2][OPENING_MAX];
    size_t len[2];
    enum direction direction[OPENING_TURNS];
    size_t turn_len[OPENING_TURNS];
    uint8_t turns, heard;
    bool midstream, over;
    struct recognition said; /* PROBE_MORE: nothing yet */
};

static inline void mse_talk_describe(struct harness *h, const struct event *e)
{
    if (e->kind == EVENT_BITTORRENT)
        buffer_printf(&h->log, "%s(%s) ", e->as.bittorrent.kind,
                      confidence_name(e->as.bittorrent.confidence));
}

static inline void mse_talk_begin(struct mse_talk *t)
{
    *t = (struct mse_talk){.said = {.answer = PROBE_MORE}};
    harness_begin(&t->h, UINT32_MAX, NULL);
    t->h.describe = mse_talk_describe;
    t->state = calloc(1, layer_mse.state_size);
}

static inline struct opening mse_talk_opening(struct mse_talk *t, struct opening_turn *turn)
{
    size_t at[2] = {0, 0};

    for (uint8_t n = 0; n < t->turns; n++) {
        const enum direction d = t->direction[n];
        turn[n] = (struct opening_turn){d, bytes_of(t->kept[d] + at[d], t->turn_len[n])};
        at[d] += t->turn_len[n];
    }
    return (struct opening){
        .seen = {bytes_of(t->kept[0], t->len[0]), bytes_of(t->kept[1], t->len[1])},
        .ended = {t->over, t->over},
        .midstream = t->midstream,
        .transport = 6,
        .turn = turn,
        .turns = t->turns,
        .heard = t->heard};
}

static inline void mse_talk_ask(struct mse_talk *t)
{
    struct opening_turn turn[OPENING_TURNS];
    const struct opening o = mse_talk_opening(t, turn);
    struct opening afresh = o;

    afresh.heard = 0;
    t->said = layer_mse.recognise(&o);
    const struct recognition all = layer_mse.recognise(&afresh);
    CHECK(t->said.answer == all.answer && t->said.confidence == all.confidence,
          "turns that were heard need not be looked at again");
    t->heard = (uint8_t)(t->turns > 0 ? t->turns - 1 : 0);
    if (t->said.answer != PROBE_YES)
        return;
    buffer_printf(&t->h.log, "is(%s) ", confidence_name(t->said.confidence));
    t->h.confidence = t->said.confidence;
    layer_mse.join(t->state, &t->h.host, &o);
    for (int d = TO_SERVER; d <= TO_CLIENT; d++)
        if (o.seen[d].len > 0)
            harness_feed(&t->h, &layer_mse, t->state, (enum direction)d, o.seen[d]);
}

static inline void mse_talk_conclude(struct mse_talk *t)
{
    t->over = true;
    if (t->said.answer == PROBE_MORE && t->turns > 0)
        mse_talk_ask(t);
    if (t->said.answer == PROBE_MORE)
        t->said.answer = PROBE_NO;
}

static inline void mse_talk_keep(struct mse_talk *t, enum direction d, struct bytes in)
{
    if (t->turns == 0 || t->direction[t->turns - 1] != d)
        t->direction[t->turns++] = d;
    memcpy(t->kept[d] + t->len[d], in.at, in.len);
    /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): it takes memcpy to write over t->state, too */
    t->len[d] += in.len;
    t->turn_len[t->turns - 1] += in.len;
    mse_talk_ask(t);
    if (t->len[d] == OPENING_MAX && t->said.answer == PROBE_MORE)
        mse_talk_conclude(t);
}

static inline void mse_talk_piece(struct mse_talk *t, enum direction d, struct bytes in)
{
    const bool begins = t->turns == 0 || t->direction[t->turns - 1] != d;

    if (t->said.answer == PROBE_MORE && begins && t->turns == OPENING_TURNS)
        mse_talk_conclude(t);
    if (t->said.answer == PROBE_MORE && in.len > 0) {
        const struct bytes part = bytes_first(in, OPENING_MAX - t->len[d]);
        mse_talk_keep(t, d, part);
        in = bytes_after(in, part.len);
    }
    if (t->said.answer == PROBE_YES && in.len > 0)
        harness_feed(&t->h, &layer_mse, t->state, d, in);
}

/* The log, NUL-terminated: until mse_talk_end(). */
static inline const char *mse_talk_log(struct mse_talk *t)
{
    mse_talk_conclude(t);
    if (t->said.answer == PROBE_NO)
        buffer_append_text(&t->h.log, "no ");
    if (t->said.answer == PROBE_YES)
        layer_mse.close(t->state, &t->h.host, CLOSE_FINISHED);
    return harness_log(&t->h);
}

static inline void mse_talk_end(struct mse_talk *t)
{
    harness_end(&t->h);
    free(t->state);
}

#endif

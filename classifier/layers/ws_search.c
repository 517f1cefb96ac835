/* SPDX-License-Identifier: MIT */
#include "layers/ws_search.h"

#include "layers/ws_chain.h"
#include "layers/ws_message.h"

#define POINTS_ANYWHERE   4 /* four legal headers, or two where the first frame's content fits */
#define POINTS_AFTER_LOSS 3 /* three, or one whose content fits */
#define POINTS_AT_END     2 /* where the last frame ends with the stream */

bool ws_hold(struct host *h, struct ws_held *held, struct bytes in, uint32_t room)
{
    if (held->at == NULL) {
        held->at = h->alloc(h, room);
        held->room = held->at != NULL ? room : 0;
    }
    if (held->room - held->len < in.len)
        return false;
    if (in.len > 0)
        memcpy(held->at + held->len, in.at, in.len);
    held->len += (uint32_t)in.len;
    return true;
}

void ws_release(struct host *h, struct ws_held *held)
{
    if (held->at != NULL)
        h->free(h, held->at, held->room);
    *held = (struct ws_held){0};
}

static struct bytes held_bytes(const struct ws_held *held)
{
    return bytes_after(bytes_of(held->at, held->len), held->from);
}

/* Takes what there is room for off `in`. False: no memory, all of it is dropped. */
static bool fill(struct ws_side *s, struct host *h, struct ws_held *held, struct bytes *in)
{
    if (held->len == held->room && held->from > 0) {
        memmove(held->at, held->at + held->from, held->len - held->from);
        held->len -= held->from;
        held->from = 0;
    }
    const size_t free_room = held->at != NULL ? held->room - held->len : WS_SEARCH_ROOM;
    const struct bytes some = bytes_first(*in, free_room);
    if (!ws_hold(h, held, some, WS_SEARCH_ROOM)) {
        s->offset += in->len;
        *in = bytes_of(NULL, 0);
        return false;
    }
    *in = bytes_after(*in, some.len);
    return true;
}

static bool is_found(const struct ws_chain *c, bool after_loss, bool ended)
{
    if (c->end == WS_CHAIN_HOLDS)
        return true;
    return ended && c->tiled && (after_loss || c->points >= POINTS_AT_END);
}

/* Moves `from` to where frames begin. False: not yet. */
static bool seek(struct ws_side *s, enum direction d, struct ws_held *held, bool ended)
{
    const bool polarity_told = s->told & WS_FAULTS_OF_MASKING;
    struct ws_chain_rule rule = {.direction = d,
                                 .masked = (d == TO_SERVER) != polarity_told,
                                 .mask_repeats = s->same_masks > 1,
                                 .deflate = s->deflate};

    for (; held->from < held->len; held->from++, s->offset++, held->after_loss = false) {
        const struct bytes here = held_bytes(held);
        if (!ws_chain_may_begin(here.at[0]))
            continue;
        rule.points = held->after_loss ? POINTS_AFTER_LOSS : POINTS_ANYWHERE;
        const struct ws_chain chain = ws_chain_walk(&rule, bytes_first(here, WS_SEARCH_REACH));
        if (is_found(&chain, held->after_loss, ended))
            return true;
        if (chain.end == WS_CHAIN_SHORT && here.len < WS_SEARCH_REACH && !ended)
            return false;
    }
    held->len = held->from = 0;
    return false;
}

/* A senseless header has just been read: the search begins at its second byte. */
static void hold_header(struct websocket *ws, struct host *h, enum direction d)
{
    struct ws_side *s = &ws->side[d];
    struct ws_detail_side *x = ws_detail(ws, h, d);
    struct ws_header f;

    ws_current(&s->decoder, &f);
    s->offset++;
    if (x == NULL ||
        !ws_hold(h, &x->held, bytes_of(s->decoder.header + 1, f.size - 1U), WS_SEARCH_ROOM))
        s->offset += f.size - 1U;
}

/* Reads the frames that were found. False: they ended in nonsense, the search goes on there. */
static bool read_held(struct websocket *ws, struct host *h, enum direction d, struct ws_held *held)
{
    struct ws_side *s = &ws->side[d];
    struct ws_header f;

    s->lost = false;
    s->resumed = true;
    held->after_loss = false;
    held->from += (uint32_t)ws_read_frames(ws, h, d, held_bytes(held));
    if (!s->lost) {
        ws_release(h, held);
        return true;
    }
    ws_current(&s->decoder, &f);
    held->from -= f.size - 1U;
    s->offset++;
    return false;
}

/* False: `in` is used up, and nothing was found. */
static bool search(struct websocket *ws, struct host *h, enum direction d, struct bytes *in,
                   bool ended)
{
    struct ws_side *s = &ws->side[d];
    struct ws_detail_side *x = ws_detail(ws, h, d);

    if (x == NULL) {
        s->offset += in->len;
        return false;
    }
    if (in->len == 0 && x->held.len == 0)
        return false;
    do {
        if (!fill(s, h, &x->held, in))
            return false;
        while (seek(s, d, &x->held, ended && in->len == 0))
            if (read_held(ws, h, d, &x->held))
                return true;
    } while (in->len > 0);
    return false;
}

void ws_read(struct websocket *ws, struct host *h, enum direction d, struct bytes in, bool ended)
{
    struct ws_side *s = &ws->side[d];

    for (;;) {
        if (!s->lost) {
            in = bytes_after(in, ws_read_frames(ws, h, d, in));
            if (!s->lost)
                return;
            hold_header(ws, h, d);
        }
        if (!search(ws, h, d, &in, ended))
            return;
    }
}

void ws_gap(struct websocket *ws, struct host *h, enum direction d, uint64_t n)
{
    struct ws_side *s = &ws->side[d];
    struct ws_detail_side *x;

    ws_read(ws, h, d, bytes_of(NULL, 0), true);
    if (!s->lost) {
        ws_read_gap(ws, h, d, n);
    } else {
        s->offset += n;
        if (h->carry_wanted)
            h->carry_gap(h, d, n);
    }
    if (!s->lost || (x = ws_detail(ws, h, d)) == NULL)
        return;
    s->offset += x->held.len - x->held.from; /* nothing, when the direction was not lost before */
    x->held.len = x->held.from = 0;
    x->held.after_loss = true;
}

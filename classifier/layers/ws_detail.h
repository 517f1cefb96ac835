/* SPDX-License-Identifier: MIT */
/* ws_detail.h - what only some WebSockets need, beside struct websocket: for the files ws_*.c.
 *
 * State: allocated when first needed; and its two sides, when one of them is.
 */
#ifndef LAYERS_WS_DETAIL_H
#define LAYERS_WS_DETAIL_H

#include "layers/ws_state.h"
#include "layers/ws_watch.h"

/* What INTEREST_KEEP asks for, and the body of a close frame. */
struct ws_keep {
    uint8_t *at;
    size_t len, room;
    struct sha256 *sum; /* of all that passed; NULL when nobody asked */
};

/* Bytes that are held back until they are understood. */
struct ws_held {
    uint8_t *at;
    uint32_t len, room;
    /* While frames are searched: ws_search.h */
    uint32_t from;   /* where the search goes on */
    uint32_t need;   /* without so many bytes from there it cannot go on; 0: it can */
    uint64_t began;  /* at which offset of the stream; the same as ws_pace.offset at `from` */
    bool after_loss; /* that was after a gap: often a segment's start, and a frame's */
    uint8_t before;  /* the byte before `from` */
};

struct ws_detail {
    struct ws_join *join; /* ws_join.h: while ws->joined */
    struct ws_detail_side {
        struct ws_inflater *inflater;
        uint64_t inflated; /* clear bytes of the message in progress */
        struct ws_keep data, control;
        struct ws_held held;
    } * side;                /* two, by enum direction; or NULL */
    struct ws_watch watch[]; /* one, where ws->watched: who asks for INTEREST_FIGURES */
};

/* It is there now. NULL, as of a side: no memory. */
struct ws_detail *ws_detail(struct websocket *ws, struct host *h);
struct ws_detail_side *ws_detail_side(struct websocket *ws, struct host *h, enum direction d);
/* Gives back both sides, of which nothing is left; all of it. */
void ws_detail_drop_sides(struct websocket *ws, struct host *h);
void ws_detail_forget(struct websocket *ws, struct host *h);

/* NULL: it is not there. */
static inline struct ws_detail_side *ws_detail_side_of(const struct websocket *ws, enum direction d)
{
    return ws->detail != NULL && ws->detail->side != NULL ? &ws->detail->side[d] : NULL;
}

#endif

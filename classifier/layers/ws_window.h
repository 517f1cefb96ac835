/* SPDX-License-Identifier: MIT */
/* ws_window.h - what an inflater remembers: the last clear bytes of one direction, in a ring that
 * grows with them, and which of them are not known.
 *
 * In:    clear bytes, written by ws_inflate.c at `at`; matches, which copy older ones.
 * Out:   the same bytes, while they are in the ring; how many of them are certain.
 * State: value type; the ring and, only while some history is unknown, as many bytes beside it.
 */
#ifndef LAYERS_WS_WINDOW_H
#define LAYERS_WS_WINDOW_H

#include "model/layer.h"

#define WS_WINDOW_MOST  (1U << 15) /* RFC 7692 s7.1.2 */
#define WS_WINDOW_SLACK 1792       /* ring beyond the window: not every few bytes are a piece */
#define WS_WINDOW_FIRST 2048U      /* of every ring, at first */

/* A copy is made in strides, and may write so many bytes too many: the oldest of the ring. */
#define WS_MATCH_MAX     258 /* RFC 1951 s3.2.5 */
#define WS_WINDOW_STRIDE 16
#define WS_WINDOW_SPOILT (WS_MATCH_MAX + 2 * WS_WINDOW_STRIDE)

_Static_assert(WS_WINDOW_SLACK >= 2 * WS_WINDOW_SPOILT, "the window is never spoilt");

struct ws_window {
    uint8_t *ring, *known;    /* known: NULL while all are, else not 0 where a byte is */
    uint32_t room;            /* of the ring */
    uint32_t at;              /* the next byte's place */
    uint32_t have;            /* bytes of history, up to WS_WINDOW_MOST */
    uint32_t forgotten;       /* bytes of history before those, not kept any more */
    uint32_t agreed;          /* the sender may look back so many bytes */
    uint32_t limit;           /* the same; once that was broken, WS_WINDOW_MOST */
    uint32_t certain;         /* bytes since the last unknown one; while `known` */
    uint16_t match, distance; /* bytes still to be copied, from so far back */
    bool outgrown;            /* that is beyond the ring: ws_window_make_room() */
};

/* False: no memory. `bits`: 8..15. */
bool ws_window_open(struct host *h, struct ws_window *w, uint8_t bits);
void ws_window_close(struct host *h, struct ws_window *w);
/* There is no history. */
void ws_window_reset(struct host *h, struct ws_window *w);
/* There is, but it is not known. False: no memory. */
bool ws_window_lose(struct host *h, struct ws_window *w);

/* All that was made has been given: makes room for at least one byte. False: no memory. */
bool ws_window_make_room(struct host *h, struct ws_window *w);
/* `length` bytes are to be copied from `distance` back. False: there never were so many. */
bool ws_window_match(struct ws_window *w, unsigned length, unsigned distance);
/* What `match` says, as far as there is room. */
void ws_window_copy(struct ws_window *w);
/* Of the last `n` bytes: how many, from the first, are certain. */
size_t ws_window_certain(struct host *h, struct ws_window *w, uint32_t n);

/* `n` bytes were written to the ring. */
static inline void ws_window_made(struct ws_window *w, uint32_t n)
{
    w->at += n;
    w->have = w->have + n < WS_WINDOW_MOST ? w->have + n : WS_WINDOW_MOST;
    if (w->have + w->forgotten > WS_WINDOW_MOST)
        w->forgotten = WS_WINDOW_MOST - w->have;
}

static inline void ws_window_put(struct ws_window *w, uint8_t byte)
{
    w->ring[w->at] = byte;
    if (w->known != NULL)
        w->known[w->at] = 1;
    ws_window_made(w, 1);
}

#endif

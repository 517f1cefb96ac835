/* SPDX-License-Identifier: MIT */
/* hold.h - the segments of a stream that came early, and who wins where they overlap. Private to
 * stream/. */
#ifndef STREAM_HOLD_H
#define STREAM_HOLD_H

#include "stream/stream.h"

struct held_segment {
    struct held_segment *before, *after;
    uint64_t offset;
    uint32_t len;      /* less than room where another segment's bytes won */
    uint32_t room;     /* of data */
    uint64_t from, to; /* of its segment as it was sent */
    uint8_t data[];
};

/* A segment on its way in. */
struct arrival {
    int64_t from, to; /* as it was sent: its start may have been handed on, its end not captured */
    uint64_t offset;  /* of `in` */
    struct bytes in;
};

static inline uint64_t hold_end(const struct held_segment *h)
{
    return h->offset + h->len;
}

/* How many of `len` bytes at `offset` lie before `until`. */
static inline size_t bytes_before(uint64_t until, uint64_t offset, size_t len)
{
    return until - offset < len ? (size_t)(until - offset) : len;
}

static inline void arrival_move_on(struct arrival *a, size_t n)
{
    a->offset += n;
    a->in = bytes_after(a->in, n);
}

/* The held segment that begins last at or before `offset`; NULL: none does. */
struct held_segment *hold_before(const struct stream *s, uint64_t offset);

void hold_release(struct stream *s, struct held_segment *h, struct budget *budget);

/* The held segment from which it differs first, and where. NULL: from none. */
const struct held_segment *hold_differs(const struct stream *s, const struct arrival *a,
                                        uint64_t *where);

/* Whose bytes are read? By the table of stream.h. */
bool hold_new_wins(const struct stream *s, const struct arrival *a, const struct held_segment *h);

/* What is held and loses goes. */
void hold_make_way(struct stream *s, const struct arrival *a, struct budget *budget);

/* Holds the pieces that nothing held covers. False: no room, or not for all. */
bool hold_arrival(struct stream *s, struct arrival a, const struct stream_events *ev);

#endif

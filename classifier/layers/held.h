/* SPDX-License-Identifier: MIT */
/* held.h - what the two directions of a handshake said and nobody has read yet.
 *
 * A handshake is a dialogue: each message is read when those before it were, whichever direction
 * was captured first. Bytes that come too early, and half messages, wait here.
 *
 * State: value type, zero-filled = empty. At most HTTP_KEPT_MAX bytes a direction; what comes after
 * that, or after a hole, is only counted.
 */
#ifndef LAYERS_HELD_H
#define LAYERS_HELD_H

#include "layers/http_kept.h"

struct held {
    struct http_kept kept[2]; /* by enum direction */
    uint64_t lost[2];         /* bytes after what is kept: never captured, or not kept */
};

/* Reads what is held as far as it goes; `w` is the first member of its layer's state. True: the
 * handshake is over, nothing is held any more. */
typedef bool held_read(struct held *w, struct host *h);

static inline struct bytes held_bytes(const struct held *w, enum direction d)
{
    return http_kept_bytes(&w->kept[d]);
}

static inline bool held_full(const struct held *w, enum direction d)
{
    return w->kept[d].len == HTTP_KEPT_MAX;
}

/* Holds the bytes and has them read. Returns how much of `in` was used: in.len, or less when the
 * handshake was over before. */
size_t held_feed(struct held *w, struct host *h, enum direction d, struct bytes in,
                 held_read *read);
void held_drop(struct held *w, struct host *h, enum direction d, size_t n);
/* After become(): gives all to whoever is next. */
void held_hand_over(struct held *w, struct host *h);
void held_free(struct held *w, struct host *h);

#endif

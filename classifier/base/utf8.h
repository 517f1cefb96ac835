/* SPDX-License-Identifier: MIT */
/* utf8.h - is this UTF-8? Asked piece by piece, cut anywhere (RFC 3629 s4).
 *
 * State: value type, zero-filled = at the start of a character.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include "base/simd.h"

struct utf8 {
    uint8_t state; /* 0: between characters; else what may come next, see utf8.c */
};

/* Returns how many bytes of `in` were good: in.len, or the offset of the first bad byte; the same
 * at every level of wide instructions. */
size_t utf8_feed_with(const struct simd *s, struct utf8 *u, struct bytes in);

static inline size_t utf8_feed(struct utf8 *u, struct bytes in)
{
    return utf8_feed_with(simd(), u, in);
}

/* Is this text UTF-8, from its first character to its last? */
bool utf8_is_whole(struct bytes text);

/* The length of the character that `in` starts with (1..4) and its code point; 0 when that is no
 * whole character of UTF-8. */
size_t utf8_decode(struct bytes in, uint32_t *point);

/* Is the text whole here, or is it cut inside a character? */
static inline bool utf8_complete(const struct utf8 *u)
{
    return u->state == 0;
}

#endif

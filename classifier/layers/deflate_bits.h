/* SPDX-License-Identifier: MIT */
/* deflate_bits.h - the bits of a DEFLATE stream, least significant first (RFC 1951 s3.1.1).
 *
 * In:    bytes, borrowed. What is not used when they end (fewer than 64 bits) is kept.
 * State: value type, zero-filled = nothing read.
 */
#ifndef LAYERS_DEFLATE_BITS_H
#define LAYERS_DEFLATE_BITS_H

#include <endian.h>

#include "base/bytes.h"

struct deflate_bits {
    uint64_t bits;     /* the next ones; above `count` what will be read again, or zeros */
    unsigned count;    /* of them */
    struct bytes left; /* not yet in `bits` */
};

#define DEFLATE_BITS_FULL 56 /* at least so many after a refill, unless the bytes have ended */
#define DEFLATE_BITS_MOST 63

static inline void deflate_refill(struct deflate_bits *b)
{
    uint64_t word;

    if (b->left.len >= sizeof(word)) {
        memcpy(&word, b->left.at, sizeof(word));
        const size_t bytes = (DEFLATE_BITS_MOST - b->count) / 8;
        b->bits |= le64toh(word) << b->count;
        b->left.at += bytes;
        b->left.len -= bytes;
        b->count |= DEFLATE_BITS_FULL; /* + 8 * bytes */
        return;
    }
    while (b->count < DEFLATE_BITS_FULL && b->left.len > 0) {
        b->bits |= (uint64_t)*b->left.at++ << b->count;
        b->left.len--;
        b->count += 8;
    }
}

/* Are `n` (up to 48) bits there? */
static inline bool deflate_has(struct deflate_bits *b, unsigned n)
{
    if (b->count < n)
        deflate_refill(b);
    return b->count >= n;
}

static inline void deflate_drop(struct deflate_bits *b, unsigned n)
{
    b->bits >>= n;
    b->count -= n;
}

/* deflate_has() said yes. */
static inline uint32_t deflate_take(struct deflate_bits *b, unsigned n)
{
    const uint32_t value = (uint32_t)(b->bits & ((UINT64_C(1) << n) - 1));
    deflate_drop(b, n);
    return value;
}

/* To the next byte's first bit: RFC 1951 s3.2.4. */
static inline void deflate_align(struct deflate_bits *b)
{
    deflate_drop(b, b->count % 8);
}

/* Whole bytes that were not used. */
static inline size_t deflate_bytes_left(const struct deflate_bits *b)
{
    return b->count / 8 + b->left.len;
}

#endif

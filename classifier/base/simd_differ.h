/* SPDX-License-Identifier: MIT */
/* simd_differ.h - of simd_kernels.h: where do two texts part, and where does the line end there? */
#ifndef BASE_SIMD_DIFFER_H
#define BASE_SIMD_DIFFER_H

#include "base/load.h"
#include "base/simd.h"

#define ALL_BITS (uint32_t)((UINT64_C(1) << BLOCK) - 1)

SIMD_FN uint32_t same_there(const uint8_t *a, const uint8_t *b)
{
    return block_bits(block_same(block_load(a), block_load(b)));
}

/* Of fewer bytes than a block has: by words, then by bytes. */
SIMD_FN size_t same_few(const uint8_t *a, const uint8_t *b, size_t most)
{
    size_t n = 0;

    for (; n + sizeof(uint64_t) <= most; n += sizeof(uint64_t)) {
        const uint64_t differs = load_le64(a + n) ^ load_le64(b + n);
        if (differs != 0)
            return n + (size_t)__builtin_ctzll(differs) / 8;
    }
    while (n < most && a[n] == b[n])
        n++;
    return n;
}

/* The last block laps over the one before it. */
SIMD_FN size_t same(const uint8_t *a, const uint8_t *b, size_t most)
{
    size_t n = 0;

    if (most < BLOCK)
        return same_few(a, b, most);
    for (; n + BLOCK <= most; n += BLOCK) {
        const uint32_t bits = same_there(a + n, b + n);
        if (bits != ALL_BITS)
            return n + (size_t)__builtin_ctz(~bits);
    }
    n = most - BLOCK;
    const uint32_t bits = same_there(a + n, b + n);
    return bits == ALL_BITS ? most : n + (size_t)__builtin_ctz(~bits);
}

/* A bit for each byte that is no control. */
SIMD_FN uint32_t texts_there(const uint8_t *at)
{
    return block_bits(block_same(block_less(block_all(' '), block_load(at)), block_all(0)));
}

SIMD_FN size_t control_from(struct bytes in, size_t at)
{
    for (; at + BLOCK <= in.len; at += BLOCK) {
        const uint32_t bits = texts_there(in.at + at);
        if (bits != ALL_BITS)
            return at + (size_t)__builtin_ctz(~bits);
    }
    while (at < in.len && in.at[at] >= ' ')
        at++;
    return at;
}

SIMD_FN size_t differ(struct bytes was, struct bytes is, size_t *control)
{
    const size_t most = was.len < is.len ? was.len : is.len;
    const size_t n = same(was.at, is.at, most);

    *control = n < was.len ? control_from(is, n) : n;
    return n;
}

#endif

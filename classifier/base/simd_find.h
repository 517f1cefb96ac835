/* SPDX-License-Identifier: MIT */
/* simd_find.h - of simd_kernels.h: is a part of a text there? */
#ifndef BASE_SIMD_FIND_H
#define BASE_SIMD_FIND_H

#include "base/simd.h"

struct find_tables {
    struct block low[SIMD_PART], high[SIMD_PART];
};

/* Bytes that are read for a block of places. */
#define REACH (BLOCK + SIMD_PART - 1)

/* Texts whose part begins in one of BLOCK places from `at` on. */
SIMD_FN struct block found_at(const struct find_tables *t, const uint8_t *at)
{
    struct block found = block_all(0xff);

    for (size_t i = 0; i < SIMD_PART; i++) {
        const struct block byte = block_load(at + i);
        found = block_and(found, block_and(block_look(t->low[i], block_low(byte)),
                                           block_look(t->high[i], block_high(byte))));
    }
    return found;
}

/* Where there are fewer bytes: in the first places of a block. */
SIMD_FN bool find_few(const struct find_tables *t, struct bytes in)
{
    uint8_t room[REACH] = {0}, places[BLOCK] = {0};

    if (in.len < SIMD_PART)
        return false;
    memcpy(room, in.at, in.len);
    memset(places, 0xff, in.len - SIMD_PART + 1);
    return block_any(block_and(found_at(t, room), block_load(places)));
}

SIMD_FN bool find(const struct simd_texts *texts, struct bytes in)
{
    struct find_tables t;
    struct block found;

    for (size_t i = 0; i < SIMD_PART; i++) {
        t.low[i] = block_table(texts->low[i]);
        t.high[i] = block_table(texts->high[i]);
    }
    if (in.len < REACH)
        return find_few(&t, in);
    found = found_at(&t, in.at + in.len - REACH);
    for (size_t at = 0; at + REACH < in.len; at += BLOCK)
        found = block_or(found, found_at(&t, in.at + at));
    return block_any(found);
}

#endif

/* SPDX-License-Identifier: MIT */
/* simd_find.h - of simd_kernels.h: is a part of a text there? */
#ifndef BASE_SIMD_FIND_H
#define BASE_SIMD_FIND_H

#include <string.h>

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

/* Where there are fewer bytes: those that begin a block, and the places where a part may begin. */
struct few {
    uint8_t room[REACH], places[BLOCK];
};

SIMD_FN void few_of(struct few *few, struct bytes in)
{
    *few = (struct few){{0}, {0}};
    memcpy(few->room, in.at, in.len);
    memset(few->places, 0xff, in.len - SIMD_PART + 1);
}

SIMD_FN bool find_few(const struct find_tables *t, struct bytes in)
{
    struct few few;

    if (in.len < SIMD_PART)
        return false;
    few_of(&few, in);
    return block_any(block_and(found_at(t, few.room), block_load(few.places)));
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

struct one_tables {
    struct block byte[SIMD_PART], either[SIMD_PART];
};

/* The same of the part of one text. */
SIMD_FN struct block one_at(const struct one_tables *t, const uint8_t *at)
{
    struct block found = block_same(block_or(block_load(at), t->either[0]), t->byte[0]);

    for (size_t i = 1; i < SIMD_PART; i++)
        found =
            block_and(found, block_same(block_or(block_load(at + i), t->either[i]), t->byte[i]));
    return found;
}

SIMD_FN bool find_one_of_few(const struct one_tables *t, struct bytes in)
{
    struct few few;

    if (in.len < SIMD_PART)
        return false;
    few_of(&few, in);
    return block_any(block_and(one_at(t, few.room), block_load(few.places)));
}

SIMD_FN struct one_tables one_tables_of(const struct simd_text *text)
{
    struct one_tables t;

    for (size_t i = 0; i < SIMD_PART; i++) {
        t.byte[i] = block_all(text->byte[i]);
        t.either[i] = block_all(text->either[i]);
    }
    return t;
}

SIMD_FN bool find_one(const struct simd_text *text, struct bytes in)
{
    const struct one_tables t = one_tables_of(text);
    struct block found;

    if (in.len < REACH)
        return find_one_of_few(&t, in);
    found = one_at(&t, in.at + in.len - REACH);
    for (size_t at = 0; at + REACH < in.len; at += BLOCK)
        found = block_or(found, one_at(&t, in.at + at));
    return block_any(found);
}

#endif

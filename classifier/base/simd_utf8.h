/* SPDX-License-Identifier: MIT */
/* simd_utf8.h - of simd_kernels.h: how much of a text is UTF-8 for sure?
 *
 * After J. Keiser, D. Lemire, "Validating UTF-8 In Less Than One Instruction Per Byte" (2020). What
 * can be wrong with a byte and the one before it is told by the two halves of that one, and by the
 * upper half of the byte itself: a table of each half, with a bit for each fault that it allows.
 */
#ifndef BASE_SIMD_UTF8_H
#define BASE_SIMD_UTF8_H

#include "base/simd.h"

enum {
    CUT = 1 << 0,       /* the first byte of a character, then none of its continuation */
    LONE = 1 << 1,      /* a continuation of ASCII */
    SHORTER_3 = 1 << 2, /* e0 80: there is a shorter form (RFC 3629 s4) */
    SURROGATE = 1 << 3, /* ed a0 */
    SHORTER_2 = 1 << 4, /* c0, c1 */
    BEYOND = 1 << 5,    /* f4 90 and above: no code point; f5 is no first byte */
    SHORTER_4 = 1 << 6, /* f0 80; and f5 80, which BEYOND leaves out */
    TWICE = 1 << 7,     /* a continuation after one: right, where a third or fourth byte is due */
    /* By the upper and the lower half of the byte before, */
    UP_C = CUT | SHORTER_2,
    UP_E = CUT | SHORTER_3 | SURROGATE,
    UP_F = CUT | BEYOND | SHORTER_4,
    ANY = CUT | LONE | TWICE,
    OF_0 = ANY | SHORTER_2 | SHORTER_3 | SHORTER_4,
    OF_1 = ANY | SHORTER_2,
    OF_4 = ANY | BEYOND,
    OF_5 = ANY | BEYOND | SHORTER_4, /* and all above it */
    OF_D = OF_5 | SURROGATE,
    /* and by the upper half of a continuation. */
    TO_8 = LONE | TWICE | SHORTER_2 | SHORTER_3 | SHORTER_4,
    TO_9 = LONE | TWICE | SHORTER_2 | SHORTER_3 | BEYOND,
    TO_A = LONE | TWICE | SHORTER_2 | SURROGATE | BEYOND, /* and b */
};

#define X4(a) a, a, a, a
static const uint8_t upper_before[16] = {X4(LONE), X4(LONE), X4(TWICE), UP_C, CUT, UP_E, UP_F};
static const uint8_t lower_before[16] = {OF_0, OF_1,     ANY,  ANY,  OF_4, OF_5, OF_5,
                                         OF_5, X4(OF_5), OF_5, OF_D, OF_5, OF_5};
static const uint8_t upper[16] = {X4(CUT), X4(CUT), TO_8, TO_9, TO_A, TO_A, X4(CUT)};

#define BEFORE 3 /* bytes before one that say whether it is right */

struct utf8_tables {
    struct block upper_before, lower_before, upper, third, fourth, top;
};

/* Are these bytes right after those before them, which can be read at `at`? */
SIMD_FN bool is_right(const struct utf8_tables *t, const uint8_t *at)
{
    const struct block now = block_load(at), before = block_load(at - 1);
    const struct block faults = block_and(block_and(block_look(t->upper_before, block_high(before)),
                                                    block_look(t->lower_before, block_low(before))),
                                          block_look(t->upper, block_high(now)));
    const struct block due = block_or(block_less(block_load(at - 2), t->third),
                                      block_less(block_load(at - 3), t->fourth));

    return !block_any(block_xor(faults, block_and(due, t->top)));
}

/* The same where nothing comes before them. */
SIMD_FN bool is_right_first(const struct utf8_tables *t, const uint8_t *at)
{
    uint8_t room[BEFORE + BLOCK] = {0};

    memcpy(room + BEFORE, at, BLOCK);
    return is_right(t, room + BEFORE);
}

/* Of text that is right up to `len` its whole characters. */
SIMD_FN size_t whole(const uint8_t *at, size_t len)
{
    for (size_t back = 1; back <= BEFORE && back <= len; back++) {
        const uint8_t byte = at[len - back];
        if (byte < 0x80)
            return len;
        if (byte >= 0xc0) {
            const size_t bytes = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
            return bytes > back ? len - back : len;
        }
    }
    return len;
}

/* From `at`, behind at least one block that is right. */
SIMD_FN size_t utf8_on(struct bytes in, size_t at)
{
    const struct utf8_tables t = {.upper_before = block_table(upper_before),
                                  .lower_before = block_table(lower_before),
                                  .upper = block_table(upper),
                                  .third = block_all(0xe0 - 0x80),
                                  .fourth = block_all(0xf0 - 0x80),
                                  .top = block_all(0x80)};

    if (at == 0 && !is_right_first(&t, in.at))
        return 0;
    for (at += at == 0 ? BLOCK : 0; at + BLOCK <= in.len; at += BLOCK)
        if (!is_right(&t, in.at + at))
            return whole(in.at, at);
    if (at < in.len && in.len >= BLOCK + BEFORE && is_right(&t, in.at + in.len - BLOCK))
        at = in.len;
    return whole(in.at, at);
}

SIMD_FN size_t utf8(struct bytes in)
{
    size_t at = 0;

    if (in.len < BLOCK)
        return simd_plain.utf8(in);
    while (at + BLOCK <= in.len && !block_any_high(block_load(in.at + at)))
        at += BLOCK;
    if (at + BLOCK > in.len && !block_any_high(block_load(in.at + in.len - BLOCK)))
        return in.len;
    return utf8_on(in, at);
}

#endif

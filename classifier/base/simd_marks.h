/* SPDX-License-Identifier: MIT */
/* simd_marks.h - of simd_kernels.h: where in LINES_WORD bytes do those stand that make lines? */
#ifndef BASE_SIMD_MARKS_H
#define BASE_SIMD_MARKS_H

#include "base/lines.h"

SIMD_FN uint64_t bits_of(const struct block blocks[LINES_WORD / BLOCK], uint8_t byte)
{
    uint64_t bits = 0;

    for (unsigned i = 0; i < LINES_WORD / BLOCK; i++)
        bits |= (uint64_t)block_bits(block_same(blocks[i], block_all(byte))) << BLOCK * i;
    return bits;
}

SIMD_FN struct line_marks marks_of(const uint8_t at[LINES_WORD])
{
    struct block blocks[LINES_WORD / BLOCK];

    for (unsigned i = 0; i < LINES_WORD / BLOCK; i++)
        blocks[i] = block_load(at + (size_t)BLOCK * i);
    return (struct line_marks){.lf = bits_of(blocks, '\n'),
                               .cr = bits_of(blocks, '\r'),
                               .colon = bits_of(blocks, ':'),
                               .nul = bits_of(blocks, '\0')};
}

#endif

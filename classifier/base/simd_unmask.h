/* SPDX-License-Identifier: MIT */
/* simd_unmask.h - of simd_kernels.h: takes the mask off. */
#ifndef BASE_SIMD_UNMASK_H
#define BASE_SIMD_UNMASK_H

#include "base/simd.h"

/* The last block, which overlaps the one before it, is read before that is written. */
SIMD_FN bool unmask(uint8_t *out, struct bytes in, uint32_t mask, uint64_t at)
{
    if (in.len < BLOCK)
        return simd_plain.unmask(out, in, mask, at);
    const struct block key = block_key(simd_key(mask, at));
    const struct block last =
        block_xor(block_load(in.at + in.len - BLOCK), block_key(simd_key(mask, at + in.len)));
    struct block seen = last;
    for (size_t i = 0; i + BLOCK < in.len; i += BLOCK) {
        const struct block clear = block_xor(block_load(in.at + i), key);
        block_store(out + i, clear);
        seen = block_or(seen, clear);
    }
    block_store(out + in.len - BLOCK, last);
    return !block_any_high(seen);
}

#endif

/* SPDX-License-Identifier: MIT */
/* simd_kernels.h - the loops of a level that has blocks of bytes. Included once by each of
 * simd_avx2.c, simd_sse4.c and simd_neon.c, behind what they say a block is:
 *
 *     BLOCK        its bytes                   SIMD_FN       how its functions are declared
 *     block_load, block_store                  anywhere in memory
 *     block_all    a byte, in every place      block_key     eight bytes, over and over
 *     block_table  16 bytes, for block_look    block_look    by a number below 16 in each place
 *     block_low, block_high: four bits of each block_less    a - b of each, or 0
 *     block_xor, block_and, block_or           block_any, block_any_high: any bit; any top bit
 *     block_same   all ones where a is b       block_bits    a bit for each place, of all ones
 *     NARROWER     if there is one: the level with smaller blocks, for fewer bytes
 */
#ifndef BASE_SIMD_KERNELS_H
#define BASE_SIMD_KERNELS_H

#include "base/simd_differ.h"
#include "base/simd_find.h"
#include "base/simd_look.h"
#include "base/simd_marks.h"
/* behind its marks: */
#include "base/simd_lines.h"
#include "base/simd_unmask.h"
#include "base/simd_utf8.h"

#endif

/* SPDX-License-Identifier: MIT */
/* deflate_code.h - the prefix codes of DEFLATE (RFC 1951 s3.2) as tables to decode with.
 *
 * In:    the length of each symbol's code.
 * Out:   a table whose index is the next bits of the stream: one entry tells the symbol, how long
 *        its code is, and how many bits of a number follow. Codes that are longer than the table's
 *        index go on in a second table behind it.
 * State: none; pure.
 */
#ifndef LAYERS_DEFLATE_CODE_H
#define LAYERS_DEFLATE_CODE_H

#include "base/bytes.h"

#define DEFLATE_CODE_MAX  15  /* bits: RFC 1951 s3.2.7 */
#define DEFLATE_SYMBOLS   288 /* literals, the end of a block, lengths: s3.2.5, s3.2.6 */
#define DEFLATE_DISTANCES 32
#define DEFLATE_LENGTHS   19 /* symbols of the code of code lengths: s3.2.7 */
#define DEFLATE_END       256

/* The index of the first tables, and the entries that are enough for both: what zlib's
 * examples/enough.c says for these many symbols. Building stops where they are not. */
#define DEFLATE_SYMBOL_BITS    10
#define DEFLATE_DISTANCE_BITS  8
#define DEFLATE_LENGTH_BITS    7
#define DEFLATE_SYMBOL_ROOM    1334
#define DEFLATE_DISTANCE_ROOM  402
#define DEFLATE_LENGTH_ROOM    128
#define DEFLATE_FIXED_BITS     9
#define DEFLATE_FIXED_DISTANCE 5

/* An entry. */
#define DEFLATE_DROP      0x3fU   /* bits of the code and of the number after it */
#define DEFLATE_LITERAL   0x40U   /* the value is a byte */
#define DEFLATE_SPECIAL   0x80U   /* one of the next two, or no code at all */
#define DEFLATE_CODE      0x1f00U /* bits of the code alone; of a second table: of its index */
#define DEFLATE_SECOND    0x2000U /* the value is where the second table begins */
#define DEFLATE_BLOCK_END 0x4000U
#define DEFLATE_CODE_AT   8
#define DEFLATE_VALUE_AT  16 /* a byte, the least length or distance, or a symbol */

enum deflate_alphabet { DEFLATE_OF_SYMBOLS, DEFLATE_OF_DISTANCES, DEFLATE_OF_LENGTHS };

struct deflate_table {
    uint32_t *entries;
    unsigned room; /* entries */
    unsigned bits; /* of the index of the first table, at most */
};

/* Returns the bits of the table's index: t.bits, or fewer if all codes are shorter. 0: no code. As
 * zlib has it, a code must be complete, except that there may be a single distance or symbol of one
 * bit, or none at all. */
unsigned deflate_build(struct deflate_table t, enum deflate_alphabet a, const uint8_t *lengths,
                       unsigned count);

/* RFC 1951 s3.2.6. */
extern const uint32_t deflate_fixed_symbols[1 << DEFLATE_FIXED_BITS];
extern const uint32_t deflate_fixed_distances[1 << DEFLATE_FIXED_DISTANCE];

#endif

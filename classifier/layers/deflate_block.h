/* SPDX-License-Identifier: MIT */
/* deflate_block.h - where DEFLATE's blocks begin, and the codes they are written in (RFC 1951
 * s3.2.3, s3.2.7).
 *
 * In:    the bits of the stream, cut anywhere.
 * Out:   what kind of content comes next, and the tables to decode it with.
 * State: value type, zero-filled = at the first bit of a block; the tables while they are needed.
 * Not here: the content of blocks (ws_inflate.h).
 */
#ifndef LAYERS_DEFLATE_BLOCK_H
#define LAYERS_DEFLATE_BLOCK_H

#include "layers/deflate_bits.h"
#include "layers/deflate_code.h"

enum deflate_state {
    DEFLATE_BLOCK,        /* a block's first bit comes next */
    DEFLATE_STORED_SIZE,  /* s3.2.4 */
    DEFLATE_SIZES,        /* HLIT, HDIST, HCLEN: s3.2.7 */
    DEFLATE_CODE_LENGTHS, /* of the code of code lengths */
    DEFLATE_ALL_LENGTHS,  /* of the two codes */
    DEFLATE_STORED,       /* bytes, to be copied */
    DEFLATE_CODED,        /* symbols */
    DEFLATE_BAD,          /* these are no DEFLATE blocks */
};

struct deflate_block {
    uint8_t state;                      /* enum deflate_state */
    bool final;                         /* this one, or the last one */
    bool fixed;                         /* its codes are: s3.2.6 */
    uint8_t code_lengths;               /* that are told of the code of code lengths */
    uint8_t symbol_bits, distance_bits; /* of the tables' indexes; first, of that code's */
    uint16_t symbols, distances;        /* lengths that are told of each */
    uint16_t have;                      /* lengths read so far */
    uint16_t stored;                    /* bytes still to come */
};

/* Of a block with codes of its own. */
struct deflate_codes {
    uint32_t symbols[DEFLATE_SYMBOL_ROOM];
    uint32_t distances[DEFLATE_DISTANCE_ROOM]; /* until they are known: the code of code lengths */
    uint8_t lengths[DEFLATE_SYMBOLS + DEFLATE_DISTANCES];
};

/* Reads on, up to a block's content. False: the bits have ended before it, or DEFLATE_BAD. Not
 * while in content (DEFLATE_STORED, DEFLATE_CODED). */
bool deflate_read_head(struct deflate_block *k, struct deflate_bits *b, struct deflate_codes *c);

/* Do the codes' tables hold something that is still needed? */
static inline bool deflate_needs_codes(const struct deflate_block *k)
{
    return (k->state == DEFLATE_CODED && !k->fixed) || k->state == DEFLATE_CODE_LENGTHS ||
           k->state == DEFLATE_ALL_LENGTHS;
}

#endif

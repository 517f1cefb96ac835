/* SPDX-License-Identifier: MIT */
/* pieces.h - the payload of one unfinished datagram, and whose bytes stand where fragments overlap.
 * Private to decode/.
 *
 * A piece is a run of units that came in one fragment. What a later fragment takes from it makes it
 * shorter, or two: so do the lists of the systems whose policies these are. Kept as two bits a
 * unit: placing a fragment is linear in its length, whatever the number of pieces.
 */
#ifndef DECODE_PIECES_H
#define DECODE_PIECES_H

#include "base/bytes.h"
#include "model/overlap.h"

#define PIECE_UNIT 8 /* bytes: offsets count in these (RFC 791 s3.2) */
#define PAGE_BYTES 1024
#define PAGE_WORDS (PAGE_BYTES / PIECE_UNIT / 64)
#define PAGES      (65536 / PAGE_BYTES)

/* Pages come as they are touched, so that a lone fragment at a high offset costs one page. */
struct page {
    uint64_t have[PAGE_WORDS];   /* a bit for each unit that is filled */
    uint64_t begins[PAGE_WORDS]; /* and for each that is the first of a piece */
    uint8_t data[PAGE_BYTES];
};

struct pieces {
    struct page *page[PAGES]; /* the owner allocates and frees them */
    uint32_t units;           /* filled */
};

struct placed {
    bool overlaps; /* some of it was here */
    bool differs;  /* with other bytes */
    bool again;    /* this very piece was here, with these bytes */
};

/* `offset`: a multiple of 8. All pages of the fragment must be there. The policies for fragments
 * are not those for segments: Novak, Target-Based Fragmentation Reassembly (2005). */
struct placed pieces_place(struct pieces *p, enum overlap_policy policy, uint32_t offset,
                           struct bytes fragment);

/* Has it bytes of some piece, and others, too? */
bool pieces_crosses(const struct pieces *p, uint32_t offset, size_t len);
/* The piece that begins there and the one before it are one from now on. */
void pieces_append(struct pieces *p, uint32_t offset);

#endif

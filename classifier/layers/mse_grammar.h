/* SPDX-License-Identifier: MIT */
/* mse_grammar.h - is BitTorrent spoken under a cipher that keeps lengths?
 *
 * In:    the turns of a stream (all that one side says until the other speaks), from any one on.
 *        Of the bytes, only the first four of each turn are looked at.
 * Out:   how many bits speak for BitTorrent's messages (BEP 3, 6, 10), and whether that is enough.
 * State: value type, zero-filled = ready; allocates nothing.
 *
 * A block that was asked for is 16397 bytes (16384 and a header of 13): turns of the uploader end
 * whole blocks after others ended, or blocks and a few small messages. A request has 17 bytes, so
 * that turns of the downloader are multiples of it, or with `have` (9) and others of 4 to 6 bytes.
 * A turn is worth the logarithm of how much oftener peers say just so many bytes than others do;
 * what does not fit costs. What fits counts once a direction: a protocol whose turns are always the
 * same proves nothing by saying it again. What is demanded grows with the turns that were seen, and
 * without a block, and another length that fits, or a block again, nothing is enough; but met in
 * its middle, a whole block among the first three turns is.
 */
#ifndef LAYERS_MSE_GRAMMAR_H
#define LAYERS_MSE_GRAMMAR_H

#include "base/bytes.h"
#include "model/endpoint.h"

#define MSE_SMALL_MAX 544 /* bytes of a turn that may be small messages alone: 32 requests */
#define MSE_MARKS     6

struct mse_side {
    uint32_t at;                       /* bytes of the direction, modulo 2^32 */
    uint32_t turn;                     /* bytes of its turn so far */
    uint32_t turn_before;              /* of its turn before */
    uint8_t begin[4], begun_before[4]; /* the first bytes of this turn, and of the one before */
    uint32_t mark[MSE_MARKS];          /* where its last turns ended, the last first */
    uint8_t marks;
    uint8_t residues; /* bit n: turns of n bytes, modulo 4 */
    uint8_t alike;    /* turns alike in length, one after the other, that no messages have */
    bool torn;        /* bytes of this turn are missing */
    uint64_t counted[MSE_SMALL_MAX / 64 + 1];       /* small turns: bit n, of n bytes */
    uint64_t blocks_counted;                        /* bit n: turns of n blocks */
    uint64_t rests_counted[MSE_SMALL_MAX / 64 + 1]; /* bit n: blocks and n bytes */
};

struct mse_grammar {
    struct mse_side side[2]; /* by direction */
    enum direction speaks;
    bool begun;
    bool midstream;    /* set by who begins: the first turn may have begun before */
    int16_t quarters;  /* of bits, for it less against it, since it last went down to the least */
    uint32_t shortest; /* turn, in bytes, plus 1; 0: none was weighed */
    uint8_t low_bits;  /* of all their lengths: the last four, ored */
    uint16_t turns;    /* that were weighed */
    uint16_t blocks;   /* turns that were whole blocks */
    uint8_t nearly;    /* blocks and something small, each length once */
    uint8_t requests;  /* multiples of 17 bytes, each length once */
    uint8_t kinds;     /* lengths that fit: of blocks, of requests, of other short messages */
    uint8_t contradictions; /* turns that begin alike, or with their length */
};

/* That direction speaks. True: it is its turn now, and the other's was weighed. */
bool mse_grammar_turn(struct mse_grammar *g, enum direction d);
/* The next bytes, of the direction whose turn it is. */
void mse_grammar_feed(struct mse_grammar *g, struct bytes in);
/* Nobody says more: the last turn counts, too, where it speaks for it. Returns whether it does. */
bool mse_grammar_end(struct mse_grammar *g);
/* `n` bytes of that direction are missing. */
void mse_grammar_gap(struct mse_grammar *g, enum direction d, uint64_t n);

/* What speaks for it, in bits; 0: nothing. */
uint8_t mse_grammar_bits(const struct mse_grammar *g);
/* So many bits more than are needed, or fewer. */
int mse_grammar_margin(const struct mse_grammar *g);
/* Is it enough by itself, whatever came before? */
bool mse_grammar_fits(const struct mse_grammar *g);
/* Whatever is said here, it is no encryption: turns have a shape of their own. */
bool mse_grammar_is_refuted(const struct mse_grammar *g);

#endif

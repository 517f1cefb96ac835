/* SPDX-License-Identifier: MIT */
/* mse_clear.h - BitTorrent in the clear behind MSE's handshake, where both sides agreed on that.
 *
 * In:    both directions from their first bytes, cut anywhere.
 * Out:   become("bittorrent") at B's handshake (BEP 3), which follows B's answer and its padding.
 *        A's handshake was said under encryption, before or after that answer; what A said since
 *        is kept, and carried from where messages begin.
 * State: struct mse_clear, and MSE_CLEAR_KEPT bytes of the host's memory until it is over: found,
 *        or B said more than answer and padding without it.
 */
#ifndef LAYERS_MSE_CLEAR_H
#define LAYERS_MSE_CLEAR_H

#include "model/layer.h"

#define MSE_CLEAR_KEPT 1024

struct mse_clear {
    uint32_t at[2];     /* bytes seen */
    uint8_t matched[2]; /* of a handshake's beginning, that are the last seen */
    bool seeks;
    bool greets_late;  /* A's handshake did not come before B's answer */
    bool greets_clear; /* A's handshake was found: what is kept begins with it */
    bool lost;         /* what A said is not all kept */
    uint32_t a_talks;  /* where in A's direction B's answer came */
    uint8_t *kept;     /* what A said from there on */
    uint16_t kept_len;
};

void mse_clear_begin(struct mse_clear *c, size_t a_talks, bool greets_late);
/* The next bytes. Returns with how many of them B's handshake in the clear is there; 0: not yet. */
size_t mse_clear_feed(struct mse_clear *c, struct host *h, enum direction d, struct bytes in);
/* How many of the next bytes may be in the clear, although they are BitTorrent's? */
size_t mse_clear_covers(const struct mse_clear *c, enum direction d, size_t len);
/* It is there: become("bittorrent"). */
void mse_clear_become(struct mse_clear *c, struct host *h);
void mse_clear_gap(struct mse_clear *c, enum direction d, uint64_t n);
/* Gives back what it took. */
void mse_clear_end(struct mse_clear *c, struct host *h);

#endif

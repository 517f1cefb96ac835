/* SPDX-License-Identifier: MIT */
/* bittorrent_seek.h - finds the peer wire in the middle of a stream: after a hole, or where the
 * connection began before the capture.
 *
 * In:    the bytes of one direction, in order, cut anywhere.
 * Out:   the place where messages follow one another: SEEK_ENOUGH points, in two messages or more.
 *        Only messages that hardly anything else looks like begin a chain: a request (or cancel, or
 *        reject) of one block of 16 KiB at a multiple of that, a piece that is one, peer exchange
 * or metadata; each counts three. Those of other sizes and "have" count one, all others nothing; a
 * message that breaks BEP 3 ends the chain, and the search goes on behind it. State: value type,
 * zero-filled = ready. Each byte is looked at once.
 */
#ifndef LAYERS_BITTORRENT_SEEK_H
#define LAYERS_BITTORRENT_SEEK_H

#include "base/bytes.h"

#define SEEK_ENOUGH 5
#define SEEK_WINDOW 17 /* a request, its length included */

struct bittorrent_seek {
    uint8_t window[SEEK_WINDOW]; /* the bytes before, not passed over yet */
    uint8_t len;
    uint8_t points;
    bool chained; /* the window begins where a message ended */
    bool found;
    uint8_t last[SEEK_WINDOW]; /* the last message, as far as it was looked at */
    uint8_t last_len;
    uint32_t skip; /* bytes of the chain's message still to come */
};

/* Returns how much was used: in.len, or what it took to find it. Then the next byte begins a
 * message, or `skip` more bytes end one. */
size_t bittorrent_seek(struct bittorrent_seek *s, struct bytes in);
void bittorrent_seek_gap(struct bittorrent_seek *s, uint64_t n);

#endif

/* SPDX-License-Identifier: MIT */
/* bittorrent_recognise.h - do the first bytes of the two directions look like the peer wire's? */
#ifndef LAYERS_BITTORRENT_RECOGNISE_H
#define LAYERS_BITTORRENT_RECOGNISE_H

#include "model/opening.h"

/* Pure. The handshake of either side; where the connection began before the capture, messages that
 * follow one another. */
struct recognition bittorrent_recognise(const struct opening *o);

#endif

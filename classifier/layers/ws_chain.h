/* SPDX-License-Identifier: MIT */
/* ws_chain.h - do WebSocket frames begin here? Legal headers that follow one another, each where
 * the last one says.
 *
 * Pure. A legal header alone proves little: one in sixty random pairs of bytes is one. What counts
 * is the chain, with fragmentation followed, and frames whose content fits: whole text that is
 * UTF-8, a close frame with a legal code.
 */
#ifndef LAYERS_WS_CHAIN_H
#define LAYERS_WS_CHAIN_H

#include "layers/ws_frame.h"

struct ws_chain_rule {
    enum direction direction;
    bool masked;       /* what all frames must be */
    bool mask_repeats; /* this sender uses one key again: else a key that repeats is a pattern */
    bool deflate;
    unsigned points; /* enough of them: a legal header is one, content that fits two more */
};

enum ws_chain_end { WS_CHAIN_BROKEN, WS_CHAIN_SHORT, WS_CHAIN_HOLDS };

struct ws_chain {
    enum ws_chain_end end;
    unsigned frames; /* legal ones, seen whole */
    bool tiled;      /* SHORT: the bytes end where a frame ends */
};

struct ws_chain ws_chain_walk(const struct ws_chain_rule *r, struct bytes in);

#endif

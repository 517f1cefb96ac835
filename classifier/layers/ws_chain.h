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
    bool in_midst; /* the first frames may go on with a message that began unseen */
};

enum ws_chain_end { WS_CHAIN_BROKEN, WS_CHAIN_SHORT, WS_CHAIN_HOLDS };

/* Cheap: can this be the first byte of a chain? Not of one that goes on with a message. */
static inline bool ws_chain_may_begin(uint8_t first)
{
    const unsigned opcodes =
        1U << WS_TEXT | 1U << WS_BINARY | 1U << WS_CLOSE | 1U << WS_PING | 1U << WS_PONG;
    return (first & 0x30) == 0 && (opcodes >> (first & 0x0f) & 1); /* RSV2, RSV3: never agreed */
}

/* Frame by frame; what a chain is worth is for others to judge (ws_weigh.h). */
struct ws_walk {
    uint32_t last_mask;
    unsigned headers;
    bool in_message, data_seen;
};

enum ws_content { CONTENT_SILENT, CONTENT_FITS, CONTENT_WRONG };

/* May this header come next? */
bool ws_walk_accepts(const struct ws_chain_rule *r, const struct ws_walk *w,
                     const struct ws_header *f);
void ws_walk_take(struct ws_walk *w, const struct ws_frame_event *f);
/* `payload`: as on the wire, all of the frame's or at least its first WS_LOOKED_AT bytes. */
#define WS_LOOKED_AT 128 /* all of a control frame */
enum ws_content ws_look_inside(const struct ws_frame_event *f, struct bytes payload);

#endif

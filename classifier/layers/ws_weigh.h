/* SPDX-License-Identifier: MIT */
/* ws_weigh.h - how much speaks for frames beginning here, in a WebSocket whose ways are known.
 *
 * Pure. Each header and each content adds bits: how much likelier it is from this sender than among
 * bytes that begin no frame. What this sender does often weighs more, what it never did weighs
 * less; a frame that repeats the one before weighs nothing, for any pattern in a payload looks like
 * that.
 */
#ifndef LAYERS_WS_WEIGH_H
#define LAYERS_WS_WEIGH_H

#include "layers/ws_chain.h"

/* What a sender has sent so far. */
struct ws_habit {
    uint64_t text, binary, continued, pings, pongs;
    uint64_t average; /* payload bytes of a frame; 0: not known */
    uint32_t mask;    /* of every frame, where `mask_repeats` */
    bool mask_repeats;
    bool empty;          /* nothing but empty data frames: else a run of them is a pattern */
    bool in_message;     /* a fragmented message waits for its continuation */
    bool closing;        /* the other side has closed: a close frame is due */
    uint16_t close_code; /* that it gave */
};

/* What comes after the bytes that are there. */
enum ws_then { WS_THEN_MORE, WS_THEN_LOSS, WS_THEN_END };

struct ws_weigh_rule {
    struct ws_chain_rule chain;
    struct ws_habit habit;
    int enough;     /* bits */
    size_t reach;   /* bytes that are looked at, at most */
    bool first;     /* the first byte after a loss: often a segment's start, and a frame's */
    uint8_t before; /* the byte before; where `first`, it is not known */
    enum ws_then then;
};

struct ws_weight {
    enum ws_chain_end end;
    size_t need; /* SHORT: bytes from here without which no more can be said */
};

/* Cheap: can this be the first byte? */
static inline bool ws_weigh_may_begin(uint8_t first)
{
    return ws_chain_may_begin(first) || (first & 0x7f) == WS_CONTINUATION;
}

struct ws_weight ws_weigh(const struct ws_weigh_rule *r, struct bytes in);

#endif

/* SPDX-License-Identifier: MIT */
/* ws_join.h - the websocket layer begins in the middle of a connection.
 *
 * In:    where frames were found: by the recogniser (ws_midstream.h) in the opening, which comes
 *        next, or by raw.c.
 * Out:   how many bytes in front belong to a frame that began before: nobody is blamed for them.
 *        claims, and a note with the numbers, as more frames come.
 * State: struct ws_join, 1.8 KiB of host->alloc, until it is certain or CONFIRM_BYTES have passed.
 */
#ifndef LAYERS_WS_JOIN_H
#define LAYERS_WS_JOIN_H

#include "layers/ws_state.h"
#include "layers/ws_trail.h"

/* How raw found it: in the handshake with which it opens websocket (handshake.joined). */
struct ws_joined {
    struct ws_trail trail; /* what follows is to be added to it, from side[d].at on */
    bool found[2];         /* by direction: a frame begins `skip` bytes on */
    uint32_t skip[2];
};

struct ws_join {
    struct ws_trail trail;
    uint32_t skip[2];
    enum confidence told;
};

void ws_join_seen(struct websocket *ws, struct host *h, const struct opening *o);
void ws_join_at(struct websocket *ws, struct host *h, const struct ws_joined *joined);
/* While ws->joined. How much of `in`, or of a gap, belongs to no frame that can be read. */
size_t ws_join_feed(struct websocket *ws, struct host *h, enum direction d, struct bytes in);
uint64_t ws_join_gap(struct websocket *ws, struct host *h, enum direction d, uint64_t n);
void ws_join_close(struct websocket *ws, struct host *h);

#endif

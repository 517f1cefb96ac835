/* SPDX-License-Identifier: MIT */
/* ws_search.h - finds the frames again after a loss (ws_side.lost).
 *
 * In:    the bytes after a gap, or after a header that made no sense; cut anywhere.
 * Out:   nothing until a chain of frames holds (ws_chain.h); then that chain is read, from its
 * start. State: struct ws_held: WS_SEARCH_ROOM bytes while the direction is lost.
 *
 * Each byte is tried as a frame's start, the first after a gap with less to ask: a segment mostly
 * begins with a frame. The answer for a place depends on the WS_SEARCH_REACH bytes from there
 * alone, so not on the cuts.
 */
#ifndef LAYERS_WS_SEARCH_H
#define LAYERS_WS_SEARCH_H

#include "layers/ws_state.h"

#define WS_SEARCH_ROOM  16384 /* bytes */
#define WS_SEARCH_REACH 8192  /* bytes: a chain must hold within them */

/* Reads frames, and searches for them while the direction is lost. `ended`: nothing will follow. */
void ws_read(struct websocket *ws, struct host *h, enum direction d, struct bytes in, bool ended);
/* `n` bytes were never captured. */
void ws_gap(struct websocket *ws, struct host *h, enum direction d, uint64_t n);

/* For whoever holds bytes back. `room` is what is allocated, once. False: no memory. */
bool ws_hold(struct host *h, struct ws_held *held, struct bytes in, uint32_t room);
void ws_release(struct host *h, struct ws_held *held);

#endif

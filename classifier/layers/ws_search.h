/* SPDX-License-Identifier: MIT */
/* ws_search.h - finds the frames again after a loss (ws_side.lost).
 *
 * In:    the bytes after a gap, or after a header that made no sense; cut anywhere.
 * Out:   nothing until a chain of frames holds (ws_weigh.h); then that chain is read, from its
 *        start.
 * State: struct ws_held: 4 KiB while the direction is lost; more, up to WS_SEARCH_ROOM, while the
 *        next header of frames that may have been found is far.
 *
 * Each byte is tried as a frame's start, the first after a gap with less to ask: a segment mostly
 * begins with a frame. The answer for a place depends on the bytes before it, and on the
 * WS_SEARCH_REACH bytes from there, so not on the cuts. The search never ends: however far the
 * frames are, they are found.
 */
#ifndef LAYERS_WS_SEARCH_H
#define LAYERS_WS_SEARCH_H

#include "layers/ws_detail.h"

#define WS_SEARCH_REACH (256 * 1024) /* bytes: a chain must hold within them */
#define WS_SEARCH_ROOM  (512 * 1024) /* twice that, so that little is moved */

/* Reads frames, and searches for them while the direction is lost. `ended`: nothing will follow. */
void ws_read(struct websocket *ws, struct host *h, enum direction d, struct bytes in, bool ended);
/* `n` bytes were never captured. */
void ws_gap(struct websocket *ws, struct host *h, enum direction d, uint64_t n);

/* For whoever holds bytes back. `room` is what is allocated, once. False: no memory. */
bool ws_hold(struct host *h, struct ws_held *held, struct bytes in, uint32_t room);
void ws_release(struct host *h, struct ws_held *held);

#endif

/* SPDX-License-Identifier: MIT */
/* ws_opening.h - are the bytes after the 101 frames at all?
 *
 * In:    the first bytes of both directions, until one of them has shown a whole legal frame.
 * Out:   the same bytes, either read as frames (ws_search.h) or given back: "unframed".
 * State: at most OPENING_MAX bytes a direction, held only when a first frame is cut; gone when it
 * is known.
 */
#ifndef LAYERS_WS_OPENING_H
#define LAYERS_WS_OPENING_H

#include "layers/ws_state.h"

/* While ws->opening. Returns how much it used; ws->left when these are no frames. */
size_t ws_opening_feed(struct websocket *ws, struct host *h, enum direction d, struct bytes in);
/* Bytes of the opening were lost, or no more will come: what is held is read as frames. */
void ws_opening_end(struct websocket *ws, struct host *h);

#endif

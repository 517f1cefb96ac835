/* SPDX-License-Identifier: MIT */
/* ws_skim.h - what most bytes of a WebSocket are, read without a word to anybody: whole messages of
 * which nothing but numbers is kept, and the inside of payload that nobody reads.
 *
 * In:    bytes that go on where the last ones ended. While they are watched (ws_join.h), none is.
 * Out:   totals and figures, as ws_read_frames() would leave them.
 * State: ws_state.h. Allocates nothing.
 */
#ifndef LAYERS_WS_SKIM_H
#define LAYERS_WS_SKIM_H

#include "layers/ws_state.h"

/* `state`: a struct websocket. Returns how much of `in` it has read. ws_read_frames() would have
 * said nothing of it, and reads the rest. */
size_t ws_skim(void *state, struct host *h, enum direction d, struct bytes in);

#endif

/* SPDX-License-Identifier: MIT */
/* ws_midstream.h - recognises a WebSocket whose handshake was not captured, by its frames alone.
 *
 * Pure. In a stream that is not recognised by its opening raw.c goes on looking, with the same
 * trail (ws_trail.h); the websocket layer gets surer with it (ws_join.h).
 */
#ifndef LAYERS_WS_MIDSTREAM_H
#define LAYERS_WS_MIDSTREAM_H

#include "layers/ws_trail.h"
#include "model/layer.h"

struct recognition ws_midstream_recognise(const struct opening *o);
/* What there is in it. */
struct ws_trail_verdict ws_midstream_look(const struct opening *o);

#endif

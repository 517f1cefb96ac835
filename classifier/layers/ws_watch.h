/* SPDX-License-Identifier: MIT */
/* ws_watch.h - what ws_figures.h remembers of a WebSocket: behind its struct ws_detail.
 *
 * State: value type, zero-filled = no frame yet. What every message changes stands first: with many
 * WebSockets at once each cache line is fetched anew for every message.
 */
#ifndef LAYERS_WS_WATCH_H
#define LAYERS_WS_WATCH_H

#include "model/flow_info.h"

struct ws_pings; /* ws_figures.c: those that wait for their pong */

struct ws_watch {
    bool spoke[2], sized[2]; /* there was a frame; a whole message */
    bool failed;             /* there was no memory for pings: then for no figures at all */
    int64_t last_ns[2];      /* of the last frame */
    struct ws_figures figures;
    struct ws_pings *pings; /* or NULL */
};

#endif

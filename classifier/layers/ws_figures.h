/* SPDX-License-Identifier: MIT */
/* ws_figures.h - how a WebSocket fared: sizes, silences, round trips (struct ws_figures).
 *
 * In:    what ws_message.c reads, where INTEREST_FIGURES is asked for; times are the packets'.
 * Out:   flow_info.ws_figures.
 * State: ws_watch.h, from the first frame on; and at the first ping one allocation of less than 512
 *        bytes: WS_PINGS of each direction wait for their pong. No memory: there are none.
 *
 * A pong answers the latest ping of the other side that has its bytes; what was pinged before that
 * is not answered any more (RFC 6455 s5.5.3). An unsolicited pong is legal and answers nothing.
 * What was lost is not counted: a lost pong leaves its ping unanswered.
 */
#ifndef LAYERS_WS_FIGURES_H
#define LAYERS_WS_FIGURES_H

#include "layers/ws_detail.h"

#define WS_PINGS 4 /* more than these, unanswered: the oldest is forgotten */

/* The header of a frame was read. */
void ws_figures_frame(struct websocket *ws, struct host *h, enum direction d);
/* The same of a message in one frame, whole and over: its payload's bytes. */
void ws_figures_plain(struct ws_watch *w, int64_t now_ns, enum direction d, uint64_t length);
/* The data message in progress is over; ws_figures_inflated() when it has been inflated. */
void ws_figures_message(struct websocket *ws, enum direction d);
void ws_figures_inflated(struct websocket *ws, enum direction d);
/* A piece of the control frame being read, just taken off the decoder; the frame's end. */
void ws_figures_control(struct websocket *ws, enum direction d, struct bytes wire);
void ws_figures_control_end(struct websocket *ws, struct host *h, enum direction d);

/* NULL: there was no frame since somebody asked. */
static inline struct ws_watch *ws_figures_watch(const struct websocket *ws)
{
    return ws->fared ? ws->detail->watch : NULL;
}

/* NULL: there are none. Lives as long as the watch. */
const struct ws_figures *ws_figures_of(const struct websocket *ws);
/* There are none any more. */
void ws_figures_forget(struct websocket *ws, struct host *h);

#endif

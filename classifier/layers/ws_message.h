/* SPDX-License-Identifier: MIT */
/* ws_message.h - from frames to messages: one direction of a WebSocket (RFC 6455 s5.4, s5.5).
 *
 * In:    bytes that begin at a frame's start, or go on where the last ones ended.
 * Out:   EVENT_FRAME, EVENT_MESSAGE_BEGIN, EVENT_MESSAGE, totals, anomalies (ws_anomaly.h),
 *        figures (ws_figures.h); payload through ws_payload.h. A control frame is a message of its
 *        own, also between the fragments of another: then it is told wholly before that goes on.
 * State: in ws_state.h.
 *
 * What a header does wrong is told once a direction for each kind of fault. A fault that leaves the
 * next frame's place certain is read on over; after any other the direction is lost (side->lost).
 */
#ifndef LAYERS_WS_MESSAGE_H
#define LAYERS_WS_MESSAGE_H

#include "layers/ws_state.h"

/* Reads frames until the direction is lost. Returns how much it used, with the senseless header. */
size_t ws_read_frames(struct websocket *ws, struct host *h, enum direction d, struct bytes in);
/* `n` bytes were never captured. Survives inside a payload, else the direction is lost. */
void ws_read_gap(struct websocket *ws, struct host *h, enum direction d, uint64_t n);
/* No more will come of what is unfinished. */
void ws_cut_short(struct websocket *ws, struct host *h, enum direction d);
/* Both directions ended: was a close frame of `d` left without an answer? Told when that is certain
 * only: no byte is missing, and who should have answered had received it before its FIN. */
void ws_check_closing(struct websocket *ws, struct host *h, enum direction d);

#endif

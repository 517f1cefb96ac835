/* SPDX-License-Identifier: MIT */
/* ws_payload.h - the clear payload of messages: unmask, inflate, and give to whoever asked.
 *
 * In:    pieces of frame payload as on the wire; which message they belong to is in ws_state.h.
 * Out:   EVENT_PAYLOAD, what is carried upward, and the anomalies of text and of inflation.
 * State: in ws_state.h. Kept payload is bounded by host->payload_limit, inflation by
 *        WS_INFLATED_MAX.
 *
 * Payload that nobody asked for is never touched.
 */
#ifndef LAYERS_WS_PAYLOAD_H
#define LAYERS_WS_PAYLOAD_H

#include "layers/ws_state.h"

/* Clear bytes of one compressed message that are given to anybody. What is beyond goes into the
 * window only, so that later messages can still be read; the message is told as incomplete. */
#define WS_INFLATED_MAX (64 * UINT64_C(1024) * 1024)
/* Beyond this it is not inflated any more, and later messages have lost their history. */
#define WS_INFLATED_END (1024 * UINT64_C(1024) * 1024)
/* A compressed message that grows more than this is a bomb, when it is also large. */
#define WS_BOMB_RATIO 100
#define WS_BOMB_LEAST (UINT64_C(1) << 20)

/* Did somebody ask for messages, or whether they are valid? Else some are read a little, for the
 * sake of what is inside: how much depends on the cuts, so no figure may. */
bool ws_payload_is_asked(const struct host *h);
/* Is what comes next of this message's payload counted, and nothing else? */
bool ws_payload_is_passed(const struct host *h, const struct ws_message *m);
/* A data message begins; side->message is set. */
void ws_payload_begin(struct websocket *ws, struct host *h, enum direction d);
/* A piece of the data frame being read, just taken off the decoder. */
void ws_payload_data(struct websocket *ws, struct host *h, enum direction d, struct bytes wire);
/* `n` bytes of that frame were never captured. */
void ws_payload_lost(struct websocket *ws, struct host *h, enum direction d, uint64_t n);
/* The data message is over. Fills length, complete, payload and sha256; what they point to lives
 * until ws_keep_forget(). */
void ws_payload_end(struct websocket *ws, struct host *h, enum direction d,
                    struct ws_message_event *out);

/* The same for the control frame being read, all of which is one message. */
void ws_payload_control_begin(struct websocket *ws, struct host *h, enum direction d);
void ws_payload_control(struct websocket *ws, struct host *h, enum direction d, struct bytes wire);
void ws_payload_control_end(struct websocket *ws, struct host *h, enum direction d,
                            struct ws_message_event *out);

/* Gives back all. */
void ws_payload_close(struct websocket *ws, struct host *h, enum direction d);

#endif

/* SPDX-License-Identifier: MIT */
/* har.h - the entries of an HTTP Archive (HAR 1.2), with Chrome's `_webSocketMessages`. For har.c.
 *
 * What portwarden did not read of a request or an answer (other headers, bodies) is not made up:
 * sizes that are not known are -1, as HAR has it.
 */
#ifndef OUTPUT_HAR_H
#define OUTPUT_HAR_H

#include "model/event.h"
#include "output/json.h"

/* The members of log.entries[] for one HTTP exchange (EVENT_HTTP), as an object. */
void har_exchange(struct json *j, const struct event *e);
/* All of a WebSocket's entry up to its messages: the object and the array stay open. */
void har_websocket_begin(struct json *j, const struct event *handshake);
/* The same where no handshake was captured. */
void har_websocket_unseen(struct json *j, const struct event *first);
/* After the messages: closes what was opened. `end` is the flow's last packet. */
void har_websocket_end(struct json *j, int64_t started_ns, int64_t end_ns);
/* One member of _webSocketMessages. */
void har_message(struct json *j, const struct event *e);

#endif

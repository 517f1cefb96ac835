/* SPDX-License-Identifier: MIT */
/* eve_body.h - the part of an EVE line that only its event_type has (docs/eve.md). For eve.c.
 *
 * Each writes its members into the object that is open in `j`.
 */
#ifndef OUTPUT_EVE_BODY_H
#define OUTPUT_EVE_BODY_H

#include "output/json.h"
#include "output/output.h"

typedef void eve_body(struct json *j, const struct event *e, const struct eve_options *how);

eve_body eve_http, eve_tls, eve_bittorrent;           /* eve_app.c */
eve_body eve_handshake, eve_message, eve_frame;       /* eve_websocket.c */
eve_body eve_flow, eve_alert, eve_anomaly, eve_stats; /* eve_flow.c */

/* What a report needs besides, of a flow and of its WebSocket; eve_more.c. */
void eve_flow_more(struct json *j, const struct flow_info *f);
void eve_ws_more(struct json *j, const struct ws_totals *w);
/* The capture, of the last `stats` line; eve_more.c. */
void eve_input(struct json *j, const struct input_note *in);
/* A member of `portwarden`; where it is no UTF-8, `hex_key` has its bytes beside it. */
void eve_bytes_if(struct json *j, const char *key, const char *hex_key, struct bytes value);

/* The member only when there is something to say. */
JSON_INLINE void eve_string_if(struct json *j, const char *key, struct bytes value)
{
    if (value.len > 0)
        json_string(j, key, value);
}

JSON_INLINE void eve_text_if(struct json *j, const char *key, const char *value)
{
    if (value != NULL && value[0] != '\0')
        json_text(j, key, value);
}

JSON_INLINE void eve_u64_if(struct json *j, const char *key, uint64_t value)
{
    if (value != 0)
        json_u64(j, key, value);
}

#endif

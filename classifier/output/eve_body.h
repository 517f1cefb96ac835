/* SPDX-License-Identifier: MIT */
/* eve_body.h - the part of an EVE line that only its event_type has (docs/eve.md). For eve.c.
 *
 * Each writes its members into the object that is open in `j`.
 */
#ifndef OUTPUT_EVE_BODY_H
#define OUTPUT_EVE_BODY_H

#include "output/eve_label.h"
#include "output/json_runs.h"
#include "output/output.h"

/* What the lines of one output have in common. */
struct eve_common {
    struct eve_options how;
    struct clock_minute start, end; /* of the flows that were told lately */
    struct json_known known;
    struct json_runs runs;
    struct eve_labels labels;
};

typedef void eve_body(struct json *j, const struct event *e, struct eve_common *c);

eve_body eve_http, eve_tls, eve_bittorrent;     /* eve_app.c */
eve_body eve_handshake, eve_message, eve_frame; /* eve_websocket.c */
eve_body eve_flow;                              /* eve_flow.c */
eve_body eve_alert, eve_anomaly, eve_stats;     /* eve_finding.c */

/* The capture, of the last `stats` line; eve_finding.c. */
void eve_input(struct json *j, const struct input_note *in);
/* Members of `portwarden`, as json_put.h puts them; eve_flow.c, and the numbers of a flow:
 * eve_figures.c. */
uint8_t *eve_put_evidence(struct eve_common *c, struct buffer *out, uint8_t *at,
                          const struct flow_info *f);
uint8_t *eve_put_leak(uint8_t *at, const uint64_t bytes[2], const uint64_t packets[2]);
uint8_t *eve_put_figures(uint8_t *at, const struct flow_info *f);

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

/* SPDX-License-Identifier: MIT */
/* eve_label.h - what a flow is, as members of its EVE line: "layers" to "direction_known". Flows
 * are much alike, so that the text of one is kept for others.
 *
 * State: value type, zero-filled = nothing is kept. A few places: a label may take another's, which
 * is then written afresh.
 */
#ifndef OUTPUT_EVE_LABEL_H
#define OUTPUT_EVE_LABEL_H

#include "model/flow_info.h"
#include "output/json_known.h"

#define EVE_LABELS     16
#define EVE_LABEL_TEXT 256

/* Compared member by member: what was just written a few bytes at a time is not read by many. */
struct eve_labels {
    struct eve_label {
        const char *layers[FLOW_LAYERS], *app, *speaks, *expected;
        uint64_t choices; /* what has few values, one byte each */
        uint16_t len;     /* of `text`; 0: nothing is kept here */
        uint8_t text[EVE_LABEL_TEXT];
    } at[EVE_LABELS];
};

/* Put as json_put.h puts. `known`: texts of ours. */
uint8_t *eve_put_label(struct eve_labels *k, struct json_known *known, struct buffer *out,
                       uint8_t *at, const struct flow_info *f);

#endif

/* SPDX-License-Identifier: MIT */
/* judged.h - what was found of flows that are over, by what their ports promised: for others like
 * them. For view.c.
 *
 * State: value type, zero-filled = none was judged. A few places: one may take another's.
 */
#ifndef ENGINE_JUDGED_H
#define ENGINE_JUDGED_H

#include "model/flow_info.h"

#define JUDGED_BITS  4
#define FLOWS_JUDGED (1U << JUDGED_BITS)

struct judgements {
    struct judged {
        const char *app, *layers[FLOW_LAYERS], *expected;
        uint16_t port; /* the server's */
        uint8_t transport, confidence, layer_count;
        bool presumed; /* the app, by its peers alone */
        enum tri mismatch;
    } at[FLOWS_JUDGED];
};

/* True: such a flow was judged under the same policy, and `f` is told the same. */
bool judged_before(const struct judgements *k, bool presumed, struct flow_info *f);
/* Keeps what `f` was told. */
void judged_now(struct judgements *k, bool presumed, const struct flow_info *f);

#endif

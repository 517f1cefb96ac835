/* SPDX-License-Identifier: MIT */
/* flow_name.h - how a person names a flow: its flow_id, or its two endpoints. */
#ifndef OUTPUT_FLOW_NAME_H
#define OUTPUT_FLOW_NAME_H

#include "model/flow_info.h"

struct flow_name {
    bool by_id;
    uint64_t id;
    struct endpoint ends[2]; /* in either order */
};

/* "7234", "10.0.0.2:51000-10.0.0.1:80"; " > " and " -> " between the ends, as the table has it, is
 * as good. False: it is neither. */
bool flow_name_read(const char *text, struct flow_name *out);
bool flow_name_fits(const struct flow_name *n, const struct flow_info *flow);

#endif

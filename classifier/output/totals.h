/* SPDX-License-Identifier: MIT */
/* totals.h - flows added up. */
#ifndef OUTPUT_TOTALS_H
#define OUTPUT_TOTALS_H

#include "model/flow_info.h"

struct totals {
    uint64_t flows;
    uint64_t packets[2], bytes[2]; /* by direction; bytes: whole frames */
};

static inline void totals_add(struct totals *t, const struct totals *more)
{
    t->flows += more->flows;
    for (int d = TO_SERVER; d <= TO_CLIENT; d++) {
        t->packets[d] += more->packets[d];
        t->bytes[d] += more->bytes[d];
    }
}

static inline void totals_add_flow(struct totals *t, const struct flow_info *flow)
{
    t->flows++;
    for (int d = TO_SERVER; d <= TO_CLIENT; d++) {
        t->packets[d] += flow->packets[d];
        t->bytes[d] += flow->bytes[d];
    }
}

static inline uint64_t totals_bytes(const struct totals *t)
{
    return t->bytes[TO_SERVER] + t->bytes[TO_CLIENT];
}

static inline uint64_t totals_packets(const struct totals *t)
{
    return t->packets[TO_SERVER] + t->packets[TO_CLIENT];
}

static inline uint64_t flow_bytes(const struct flow_info *flow)
{
    return flow->bytes[TO_SERVER] + flow->bytes[TO_CLIENT];
}

static inline uint64_t flow_packets(const struct flow_info *flow)
{
    return flow->packets[TO_SERVER] + flow->packets[TO_CLIENT];
}

#endif

/* SPDX-License-Identifier: MIT */
/* overlap.h - whose system reads overlapping bytes how: the section `overlap`. Read-only after
 * loading. */
#ifndef POLICY_OVERLAP_H
#define POLICY_OVERLAP_H

#include "model/overlap.h"
#include "policy/value.h"

struct overlap_network {
    const struct node *source; /* of its addresses, as they were written */
    struct addr_set addresses;
    enum overlap_policy policy;
};

struct overlap {
    struct overlap_network *network; /* the first that has the receiver's address counts */
    size_t count;
    enum overlap_policy fallback;
};

#endif

/* SPDX-License-Identifier: MIT */
/* rules_diff.h - what two rules files say of the same captures: gathered by rules_diff.c, shown by
 * rules_diff_show.c.
 *
 * Bounds: DIFF_KINDS kinds of change, DIFF_FLOWS flows of which each is named and explained; what
 * is beyond is counted.
 */
#ifndef CLI_RULES_DIFF_H
#define CLI_RULES_DIFF_H

#include "cli/options.h"
#include "output/flow_map.h"
#include "output/tally.h"
#include "policy/policy.h"

#define DIFF_KINDS    4096
#define DIFF_FLOWS    1000
#define DIFF_APP      32  /* bytes of an app's name, with the NUL */
#define DIFF_WHY_ROOM 240 /* bytes of the reason, with the NUL */

struct outcome {
    enum verdict verdict;
    const char *rule;        /* of its policy; NULL: the default */
    uint64_t packet;         /* of the verdict; 0: at the end */
    uint64_t bytes, packets; /* that pass, both ways */
};

struct diff_flow {
    uint64_t id, first_packet;
    struct endpoint client, server;
    char app[DIFF_APP];
    struct outcome old, new;
    char why[DIFF_WHY_ROOM];
};

/* Flows that change alike. */
struct diff_kind {
    struct outcome old, new; /* verdict and rule; bytes and packets are sums */
    uint64_t flows;
    size_t first; /* among the flows kept, + 1; 0: it is not there */
};

struct diff_rule { /* of one file; behind the last rule the default, then exceptions */
    uint64_t flows, bytes, packets, alerts;
};

struct diff {
    const char *file[2];
    const struct policy *policy[2];
    struct flow_map by_name[2]; /* rows, by the name's address */
    struct diff_rule *rule[2];  /* by place, policy_listed() + 2 of them */
    uint64_t flows, unpaired;   /* unpaired: that only one of them saw end, as memory was short */
    uint64_t newly_blocked, newly_allowed, other_rule, other_moment, not_kept;
    int64_t bytes, packets; /* that pass more with NEW */
    struct tally kinds;     /* struct diff_kind */
    struct diff_flow *kept; /* whose verdict changes, in the order of their ends */
    size_t kept_count;
};

void rules_diff_text(const struct diff *d, const struct options *o);
void rules_diff_json(const struct diff *d);

/* rules_diff_why.c: reads the captures again, and says of each flow kept what made the difference.
 */
void rules_diff_explain(struct diff *d, const struct options *o);

#endif

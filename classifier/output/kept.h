/* SPDX-License-Identifier: MIT */
/* kept.h - flows that outlive their view: deep copies, and the worst N of all that were seen.
 *
 * "Worse" is: higher rank, then more bytes, then the earlier first packet, then the lower id, so
 * the same input keeps the same flows whatever happened in between.
 */
#ifndef OUTPUT_KEPT_H
#define OUTPUT_KEPT_H

#include "model/flow_info.h"
#include "output/tally.h"

#define KEPT_TEXT 256 /* bytes kept of each captured name: host, path, sni ... */

/* In rising order of what a person should look at first. */
enum flow_rank {
    RANK_QUIET,
    RANK_ANOMALY,  /* something no honest stack does, or that could not be seen */
    RANK_REFUSED,  /* an upgrade to WebSocket was refused */
    RANK_GRANTED,  /* 101 without the right Sec-WebSocket-Accept */
    RANK_UNFRAMED, /* 101, then bytes that are no frames */
    RANK_TUNNEL,   /* a WebSocket that carries another connection, or may */
    RANK_MISMATCH, /* not what the port promised */
    RANK_BLOCKED,
};

enum flow_rank flow_rank(const struct flow_info *flow);
/* Worst first. */
int flow_compare(const struct flow_info *a, const struct flow_info *b);

/* Are two kept flows of one kind (summary.h)? */
bool flow_alike(const struct flow_info *a, const struct flow_info *b);

/* One block for free(), with all that `flow` points at except names, which go to `names`
 * (tally_text()). NULL when memory ran out. */
struct flow_info *flow_copy(const struct flow_info *flow, struct tally *names);

/* The worst `limit` flows: a heap with the least bad on top. Owns its copies. */
struct kept {
    struct kept_flow {
        struct flow_info *flow;
        uint64_t bytes;
        enum flow_rank rank;
    } * at;
    size_t count, room, limit;
    bool failed; /* memory ran out: a flow is missing */
};

void kept_init(struct kept *k, size_t limit);
void kept_free(struct kept *k);
void kept_add(struct kept *k, const struct flow_info *flow, struct tally *names);

#endif

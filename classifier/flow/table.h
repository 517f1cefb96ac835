/* SPDX-License-Identifier: MIT */
/* table.h - the flow table's inside: flow.c finds nodes, wheel.c knows where they stand in time.
 * Private to flow/. */
#ifndef FLOW_TABLE_H
#define FLOW_TABLE_H

#include "flow/flow.h"
#include "flow/recent.h"
#include "flow/secret.h"

#define CHUNK_NODES 64U
#define LINE        64U    /* bytes of a cache line: nodes begin with one */
#define SPOKES      4096U  /* seconds; more than FLOW_TIMEOUT_MAX */
#define ASIDE       SPOKES /* one more spoke, which never turns up */

struct slot {
    uint32_t tag;   /* low bits of the hash: home slot and quick comparison */
    uint32_t index; /* of the node; FLOW_NOBODY = free */
};

/* What no packet touches: where a node stands. By the same indices as the nodes. */
struct place {
    uint32_t queued;        /* coarse_time() of last_ns when it was put into its queue */
    uint32_t before, after; /* on its spoke */
    uint32_t idler, busier; /* in the queue of its worth */
    uint32_t tag;
    uint16_t spoke;
    uint8_t worth;
    uint8_t begun_high; /* and its lower 32 bits: flow_begun() */
    uint32_t begun;
};

/* From idle to busy: where a node stands tells when its last packet came, or that it came later. */
struct queue {
    uint32_t idlest, busiest;
    size_t count;
};

/* CHUNK_NODES nodes, and then their places. */
struct chunk {
    struct flow_node *first; /* begins a cache line */
    void *memory;
};

struct flow_table {
    struct budget *budget;
    struct flow_secret secret;
    size_t count;
    struct slot *slots;
    uint32_t slot_mask;
    struct chunk *chunks;
    uint32_t chunk_count, chunk_room;
    uint32_t nodes_used; /* indices given out so far */
    uint32_t free_first; /* list of returned nodes, through `after` */
    int64_t turned_to_s; /* the next second whose spoke is looked at */
    uint32_t spoke_first[SPOKES + 1], spoke_last[SPOKES + 1];
    struct queue queue[FLOW_WORTHS];
    struct recents recents;
    size_t bytes, share; /* of nodes and index: held, and allowed; 0 = no limit */
};

/* A free node keeps this in `spoke`. */
#define NO_SPOKE UINT16_MAX

_Static_assert(sizeof(struct flow_node) == LINE, "what a packet touches is one line");

static inline struct flow_node *node_at(const struct flow_table *t, uint32_t index)
{
    return t->chunks[index / CHUNK_NODES].first + index % CHUNK_NODES;
}

static inline struct place *place_at(const struct flow_table *t, uint32_t index)
{
    struct flow_node *first = t->chunks[index / CHUNK_NODES].first;

    return (struct place *)(void *)(first + CHUNK_NODES) + index % CHUNK_NODES;
}

/* Onto its spoke and into its queue, and off them. `now_ns`: the first packet's time. */
void wheel_enter(struct flow_table *t, struct flow_node *n, int64_t now_ns);
void wheel_leave(struct flow_table *t, const struct flow_node *n);

#endif

/* SPDX-License-Identifier: MIT */
/* flow.h - the keyed table of flows: find, create, expire by packet time.
 *
 * In:    flow keys and packet time.
 * State: nodes of one cache line, in chunks that never move; an open-addressing index of 8 bytes a
 * slot; a wheel of one second a spoke, in which a node stands where it may expire (looked at again
 * then: a packet costs nothing); for each worth a queue from idle to busy, as lazily kept. Memory:
 * counted in the budget; flow_create() gives NULL when there is none left: evict, or go without.
 * Not here: what a flow is: the node knows its owner (engine/conn.h), and no more.
 */
#ifndef FLOW_FLOW_H
#define FLOW_FLOW_H

#include "base/budget.h"
#include "base/err.h"
#include "base/hash.h"
#include "flow/key.h"

#define FLOW_NOBODY UINT32_MAX

/* What a flow is worth when there is no room for all. */
enum flow_worth {
    FLOW_UNPROVEN, /* every flow, at first */
    FLOW_PROVEN,   /* the owner said so */
    FLOW_ASLEEP,   /* so it was, and takes little room */
};
#define FLOW_WORTHS 3

/* The owner keeps all but key and index. */
struct flow_node {
    struct flow_key key;
    int64_t last_ns;    /* of the last packet */
    void *owner;        /* whatever the table's user knows of the flow */
    uint16_t timeout_s; /* idle time after which it expires; at most FLOW_TIMEOUT_MAX */
    bool asleep;        /* what the owner says of itself */
    uint32_t index;
};

#define FLOW_TIMEOUT_MAX 4000U /* seconds */

struct flow_table;
struct recent; /* recent.h */

#define FLOW_BYTES 108U /* that a node takes there, about */

struct flow_table *flow_table_create(struct budget *budget, const struct hash_key *key,
                                     struct err *err);
void flow_table_free(struct flow_table *t); /* NULL is fine; nodes still in it are just dropped */

/* The keyed hash under which the table knows a key: whoever does not know the secret finds no two
 * keys that agree in more of its bits than chance will have it. */
uint64_t flow_hash(const struct flow_table *t, const struct flow_key *key);
/* The same of TCP between two ends, either way round: of struct bare_syn. */
uint64_t flow_hash_syn(const struct flow_table *t, const uint64_t end[2]);

/* Nodes and index together take at most so many bytes of the budget; 0: all of it. */
void flow_set_share(struct flow_table *t, size_t bytes);

/* `hash`: of the key, by flow_hash(). */
struct flow_node *flow_find(struct flow_table *t, const struct flow_key *key, uint64_t hash);
/* Cheaper: may there be a flow of that hash? */
bool flow_may_be(const struct flow_table *t, uint64_t hash);
/* The same for a packet between these ends, whose key need not be made. *side: that sent it; only
 * where there is such a flow. */
struct flow_node *flow_find_between(const struct flow_table *t, const struct ends *ends,
                                    unsigned *side);
/* The same of TCP over IPv4, by what lies in its headers: both addresses, both ports. */
struct flow_node *flow_find_ipv4(struct flow_table *t, const uint8_t addresses[8],
                                 const uint8_t ports[4], unsigned *side);
/* Where flow_find_ipv4() will look first: to be fetched, and asked with flow_expected(). For the
 * table's life. */
const struct recent *flow_expect_ipv4(const struct flow_table *t, const uint8_t addresses[8],
                                      const uint8_t ports[4]);
/* flow_find_ipv4() of the ends for which `at` was said. */
struct flow_node *flow_find_expected(struct flow_table *t, const struct recent *at,
                                     const uint8_t ends[12], unsigned *side);
/* Who is there now: perhaps that flow. NULL: nobody. A node is there for the table's life. */
const struct flow_node *flow_expected(const struct recent *at);
/* Is expected where nobody is: its node belongs to no table, and its owner is some memory. */
extern const struct recent flow_nobody;
/* Cheaper than its key: the flow of a packet, if it was created or found a short while ago. NULL:
 * who knows; *side says nothing. */
struct flow_node *flow_find_lately(const struct flow_table *t, const struct packet *p,
                                   unsigned *side);
/* Adds a key that is not there, without an owner. NULL: no memory, or the share is used up: remove
 * one and try again, or go without. */
struct flow_node *flow_create(struct flow_table *t, const struct flow_key *key, int64_t now_ns,
                              uint32_t timeout_s);
/* The same where the key's hash is known. */
struct flow_node *flow_create_hashed(struct flow_table *t, const struct flow_key *key,
                                     uint64_t hash, int64_t now_ns, uint32_t timeout_s);
void flow_remove(struct flow_table *t, struct flow_node *n);
/* At most FLOW_TIMEOUT_MAX. */
void flow_set_timeout(struct flow_table *t, struct flow_node *n, uint32_t timeout_s);
size_t flow_count(const struct flow_table *t);

/* A node whose last_ns + timeout_s has passed, one at a time until NULL: the caller ends and
 * removes it. */
struct flow_node *flow_next_expired(struct flow_table *t, int64_t now_ns);
/* Where in all input it began: 40 bits, by which nodes can be put in order. */
void flow_set_begun(struct flow_table *t, const struct flow_node *n, uint64_t begun);
uint64_t flow_begun(const struct flow_table *t, const struct flow_node *n);
/* It has expired, and the caller ends it later: it is not found so again. */
void flow_set_aside(struct flow_table *t, struct flow_node *n);
/* Unproven at first. */
void flow_set_worth(struct flow_table *t, struct flow_node *n, enum flow_worth worth);
size_t flow_count_worth(const struct flow_table *t, enum flow_worth worth);
/* Of those of that worth the one whose last packet is longest ago, about. NULL: there is none.
 * Costs, taken over all calls, no more than the packets that came. */
struct flow_node *flow_idlest(struct flow_table *t, enum flow_worth worth);
/* The first in that queue, idle or not; and to its end with one. */
struct flow_node *flow_first(const struct flow_table *t, enum flow_worth worth);
void flow_requeue(struct flow_table *t, struct flow_node *n);
/* Every node, in the order of creation as far as places were not reused: start with NULL. */
struct flow_node *flow_each(struct flow_table *t, struct flow_node *last);

#endif

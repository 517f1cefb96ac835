/* SPDX-License-Identifier: MIT */
/* rate_table.h - how often each of many keys came within the last T: exact counters for as many as
 * there is room for, and a sketch that says who of the others deserves one.
 *
 * Time is cut into steps of T / RATE_STEPS; a counter has one number for each of the last
 * RATE_STEPS, so that what it says is never more than came within T, and at most one step's worth
 * less. A key has a counter from its first event on while there is room: RATE_WAYS for each of
 * entries / RATE_WAYS sets. When its set is full (of keys that came within T) its events are
 * counted in a sketch (count-min with conservative update; Cormode, Muthukrishnan 2005; Estan,
 * Varghese 2002): RATE_ROWS rows of columns, two an entry, of this T and the last. That estimate is
 * never too small, but other keys' events may be in it; so what all keys alike have of them (all
 * events / columns) is taken off. Who by that comes more often than the least of its set takes
 * that one's place, and is counted from 0, exactly. Nothing but an exact counter is ever returned:
 * no collision can make a count larger than the truth.
 *
 * What a key loses, where there are more keys than room: the events until it takes a place. That is
 * about as many as the least of its set came, and sqrt(all events / columns) or so.
 *
 * A clock that goes back by less than T counts in the step it says; by more, a counter begins anew.
 * Whoever knows the hash key gains by aimed collisions no more than to double what a flooder may
 * send before it is found. Bounds: an entry a key, and the sketch; fixed at creation, in the
 * budget.
 */
#ifndef POLICY_RATE_TABLE_H
#define POLICY_RATE_TABLE_H

#include "base/budget.h"
#include "base/hash.h"
#include "model/endpoint.h"
#include "policy/rate_baseline.h"

#define RATE_ENTRIES     4096U /* of a rule; a power of two */
#define RATE_ENTRIES_MIN 64U
#define RATE_WAYS        8U
#define RATE_STEPS       16U
#define RATE_ROWS        4U

#define RATE_COLUMNS_PER_ENTRY 2U

/* Who is counted; what does not count is 0. Hashed as it lies: no padding. */
struct rate_key {
    struct addr client, server;
    uint16_t port;
    uint8_t prefix; /* bits of `client` that count */
    uint8_t rule;   /* the rate's number */
};
_Static_assert(sizeof(struct rate_key) == 36, "no padding");

struct rate_entry {
    struct rate_key key;
    uint32_t sum; /* of step */
    int64_t last; /* the newest step */
    uint32_t step[RATE_STEPS];
    uint32_t rank; /* what the sketch said when it came in */
    bool used;
    struct rate_baseline baseline; /* where the table has them */
};

struct rate_table;

struct rate_table_shape {
    struct hash_key hash;
    size_t entries; /* a power of two, from RATE_ENTRIES_MIN */
    int64_t within_ns;
    bool adaptive; /* its counters have baselines */
};

/* NULL: no memory. */
struct rate_table *rate_table_create(const struct rate_table_shape *shape, struct budget *budget);
/* What one takes of the budget. */
size_t rate_table_bytes(size_t entries);
void rate_table_free(struct rate_table *t, struct budget *budget); /* NULL is fine */
void rate_table_clear(struct rate_table *t);

/* One more. Its counter, of which `sum` is how many came within T, this one included; valid until
 * the next call. NULL: it has none, as there is no room. */
const struct rate_entry *rate_table_add(struct rate_table *t, const struct rate_key *key,
                                        int64_t time_ns);
/* The key is counted from 0 again. */
void rate_table_forget(struct rate_table *t, const struct rate_key *key);
/* Events that found no room. */
uint64_t rate_table_crowded_out(const struct rate_table *t);

#endif

/* SPDX-License-Identifier: MIT */
/* conns.h - connections: made, given back, and found at their node, awake or asleep. Private to
 * engine/. */
#ifndef ENGINE_CONNS_H
#define ENGINE_CONNS_H

#include "engine/asleep.h"

/* With a node in the flow table; `hash`: flow_hash(). NULL: no memory. */
struct conn *conn_create(struct engine *e, const struct flow_key *key, uint64_t hash,
                         int64_t now_ns);
/* Gives back all that it holds. */
void conn_release(struct engine *e, struct conn *c);
/* The same, and itself, and its node. */
void conn_drop(struct engine *e, struct conn *c);
/* That, untold, of one that may sleep. */
void conn_drop_node(struct engine *e, struct flow_node *n);

/* What its end looks at and packets hardly touch, for when that is near: the rest of itself, then
 * what that points to, then the texts that this points to. Each comes from memory while packets are
 * read or layers closed, and is read when the next is fetched. */
void conn_fetch_rest(const struct conn *c);
void conn_fetch_parts(const struct conn *c);
void conn_fetch_texts(const struct conn *c);

/* NULL: it sleeps, and the machine has no memory to wake it. */
static inline struct conn *conn_of_node(struct engine *e, struct flow_node *n)
{
    return n->asleep ? asleep_wake(e, n) : n->owner;
}

#endif

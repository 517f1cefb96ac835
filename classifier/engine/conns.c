/* SPDX-License-Identifier: MIT */
#include "engine/conns.h"

#include "base/fetch.h"
#include "engine/alternate.h"
#include "engine/peer.h"
#include "engine/tcp.h"

struct conn *conn_create(struct engine *e, const struct flow_key *key, uint64_t hash,
                         int64_t now_ns)
{
    const bool tcp = key->transport == TRANSPORT_TCP;
    const uint32_t timeout = tcp ? tcp_first_timeout() : udp_first_timeout();
    struct flow_node *node = flow_create_hashed(e->flows, key, hash, now_ns, timeout);
    struct conn *c = node != NULL && e->conns < e->conns_most ? conn_alloc(e) : NULL;

    if (node != NULL && c == NULL)
        flow_remove(e->flows, node);
    if (c == NULL)
        return NULL;
    e->counters.flows++;
    flow_set_begun(e->flows, node, e->now.position);
    c->watched = true;
    c->node = node;
    node->owner = c;
    c->policy = policy_flow_create(e->policy);
    for (unsigned side = 0; tcp && side < 2; side++)
        c->stream[side].overlap = (uint8_t)policy_overlap(e->config.policy, &key->addr[1 - side]);
    return c;
}

void conn_fetch_rest(const struct conn *c)
{
    fetch_all(c->stack, sizeof(*c) - offsetof(struct conn, stack));
}

void conn_fetch_parts(const struct conn *c)
{
    if (c->evidence != NULL)
        fetch_all(c->evidence, c->evidence_count * sizeof(*c->evidence));
    if (c->names != NULL)
        fetch_all(c->names, sizeof(*c->names));
}

/* The beginning of each: most are no longer than a line. */
void conn_fetch_texts(const struct conn *c)
{
    for (unsigned i = 0; i < c->evidence_count; i++)
        fetch_to_read(c->evidence[i].detail.at);
    for (unsigned i = 0; c->names != NULL && i < NAMES; i++)
        fetch_to_read(c->names->of[i].at);
}

void conn_release(struct engine *e, struct conn *c)
{
    alternate_free(e, c);
    stack_free(e, c);
    learn_free(e, c);
    peer_free(e, c);
    policy_flow_free(e->policy, c->policy);
    doubt_free(e, c);
    for (unsigned side = 0; side < 2; side++)
        stream_drop(&c->stream[side], &e->budget);
}

void conn_drop(struct engine *e, struct conn *c)
{
    conn_release(e, c);
    flow_remove(e->flows, c->node);
    conn_free(e, c);
}

void conn_drop_node(struct engine *e, struct flow_node *n)
{
    struct conn *c = conn_of_node(e, n);

    if (c != NULL) {
        conn_drop(e, c);
        return;
    }
    /* What else it held goes with the pool, when the engine ends. */
    asleep_forget(e, n);
    flow_remove(e->flows, n);
    e->counters.refused++;
}

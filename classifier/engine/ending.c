/* SPDX-License-Identifier: MIT */
/* Flows first, in the order in which they began; then SYNs that nobody answered, in theirs. */
#include "engine/ending.h"

#include <stdlib.h>

#include "base/fetch.h"
#include "engine/conns.h"
#include "engine/peer.h"
#include "engine/rates.h"
#include "engine/tcp.h"
#include "policy/rate.h"

#define FIRST_ROOM 256U
#define OF_SYNS    (UINT64_C(1) << 63) /* as a key: behind all flows */

struct ending {
    uint64_t begun;
    struct flow_node *node;
};

static void end_node(struct engine *e, struct flow_node *n, enum flow_end end)
{
    e->now.key = flow_begun(e->flows, n);
    struct conn *c = conn_of_node(e, n);
    if (c != NULL)
        end_conn(e, c, end);
    else
        conn_drop_node(e, n);
}

static bool room_for(struct engine *e, size_t count)
{
    if (count < e->ending_room)
        return true;
    const size_t room = e->ending_room > 0 ? e->ending_room * 2 : FIRST_ROOM;
    struct ending *more = realloc(e->ending, room * sizeof(*more));
    if (more == NULL) {
        e->budget.lacked++;
        return false;
    }
    e->ending = more;
    e->ending_room = room;
    return true;
}

static int by_beginning(const void *a, const void *b)
{
    const struct ending *x = a, *y = b;

    return x->begun < y->begun ? -1 : x->begun > y->begun;
}

static void sort_list(struct engine *e, size_t count)
{
    if (count > 1)
        qsort(e->ending, count, sizeof(*e->ending), by_beginning);
}

static void put(struct engine *e, size_t at, struct flow_node *n)
{
    e->ending[at] = (struct ending){.begun = flow_begun(e->flows, n), .node = n};
}

/* What ends soon comes from memory while others end: a node, then what hangs on it, then
 * what that points to. */
static void fetch_ahead(const struct engine *e, size_t at, size_t count)
{
    const struct ending *soon = &e->ending[at];

    if (at + 3 < count)
        fetch_to_write(soon[3].node);
    if (at + 2 < count && !soon[2].node->asleep)
        fetch_all(soon[2].node->owner, sizeof(struct conn));
    if (at + 1 < count && !soon[1].node->asleep)
        conn_fetch_parts(soon[1].node->owner);
}

static void end_one(struct engine *e, size_t at, size_t count, enum flow_end end)
{
    fetch_ahead(e, at, count);
    end_node(e, e->ending[at].node, end);
}

/* end_conn() of a connection of which nothing is known but its SYN: no byte was read, and nobody
 * reads it. */
static void end_half_open(struct engine *e, struct conn *c)
{
    e->conn = c;
    e->packet_len = 0;
    e->host.packet = c->last_packet;
    e->host.time_ns = c->node->last_ns;
    if (e->rates != 0)
        rates_look(e, c);
    peer_look(e, c);
    c->closed = true;
    tell_rules(e, c, true);
    tell_flow(e, c, FLOW_TIMEOUT);
    conn_release(e, c);
    e->conn = NULL;
}

/* A SYN that nobody answered is a flow, too: told, and gone. It comes no more into the table, nor
 * takes memory that others may need. */
static void tell_half_open(struct engine *e, const struct syn *s)
{
    struct flow_node node = {.key = s->key, .last_ns = s->last_ns};
    struct conn c = {
        .node = &node, .policy = policy_flow_create(e->policy), .vlan_count = s->vlan_count};

    memcpy(c.vlan, s->vlan, sizeof(c.vlan));
    e->counters.flows++;
    tcp_take_syn(&c, s);
    name_conn(e, &c);
    end_half_open(e, &c);
}

/* All before `now_ns`. */
static void end_syns(struct engine *e, int64_t now_ns)
{
    struct syn syn;

    while (syn_take_expired(e->syns, now_ns, &syn)) {
        e->now.key = OF_SYNS | syn.ordinal;
        tell_half_open(e, &syn);
    }
    e->now.key = 0;
}

void end_expired(struct engine *e)
{
    struct flow_node *n;
    size_t count = 0;

    while ((n = flow_next_expired(e->flows, e->time.now_ns)) != NULL) {
        if (!room_for(e, count)) {
            end_node(e, n, FLOW_TIMEOUT);
            continue;
        }
        flow_set_aside(e->flows, n);
        put(e, count++, n);
    }
    sort_list(e, count);
    for (size_t i = 0; i < count; i++)
        end_one(e, i, count, FLOW_TIMEOUT);
    end_syns(e, e->time.now_ns);
}

void end_prepare(struct engine *e)
{
    struct flow_node *n = NULL;

    order_learn_all(e->order, e->place, e->now, &e->peers);
    e->ending_count = e->ending_done = 0;
    while ((n = flow_each(e->flows, n)) != NULL && room_for(e, e->ending_count))
        put(e, e->ending_count++, n);
    sort_list(e, e->ending_count);
}

uint64_t end_begun(const struct engine *e, size_t at)
{
    return at < e->ending_count ? e->ending[at].begun : UINT64_MAX;
}

void end_until(struct engine *e, uint64_t begun)
{
    while (e->ending_done < e->ending_count && e->ending[e->ending_done].begun < begun)
        end_one(e, e->ending_done++, e->ending_count, FLOW_FORCED);
}

void end_rest(struct engine *e)
{
    struct flow_node *n = NULL;

    end_until(e, UINT64_MAX);
    while ((n = flow_each(e->flows, n)) != NULL) /* for want of memory */
        end_node(e, n, FLOW_FORCED);
    end_syns(e, INT64_MAX);
    ghost_clear(e->ghosts);
    peers_free(&e->peers); /* the same addresses may be others' in what follows */
    ticks_begin(&e->time);
}

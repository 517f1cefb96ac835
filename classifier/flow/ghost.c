/* SPDX-License-Identifier: MIT */
#include "flow/ghost.h"

struct ghost_table {
    struct ghost at[GHOSTS];
};

_Static_assert(GHOSTS % FLOW_LANES == 0, "ghosts of one place belong to one lane");

struct ghost_table *ghost_table_create(struct budget *budget, struct err *err)
{
    struct ghost_table *t = budget_alloc(budget, sizeof(*t));

    if (t == NULL) {
        err_set(err, "the memory limit is too small for the table of ended connections");
        return NULL;
    }
    return t;
}

void ghost_table_free(struct ghost_table *t, struct budget *budget)
{
    budget_free(budget, t, sizeof(*t));
}

static uint32_t place_of(const struct flow_key *key)
{
    return flow_spread(key) % GHOSTS;
}

void ghost_clear(struct ghost_table *t)
{
    memset(t->at, 0, sizeof(t->at));
}

/* Written where it stays: what is put together elsewhere waits there until all before it is
 * written. */
void ghost_add(struct ghost_table *t, const struct flow_key *key, const uint32_t end[2],
               int64_t ended_ns)
{
    struct ghost *g = &t->at[place_of(key)];

    g->key = *key;
    g->end[0] = end[0];
    g->end[1] = end[1];
    g->ended_ns = ended_ns;
    g->live = true;
}

/* NULL: none whose straggler it can be. */
static const struct ghost *find(const struct ghost_table *t, const struct flow_key *key,
                                const struct packet *p)
{
    if (p->transport != TRANSPORT_TCP || (p->flags & TCP_SYN) != 0)
        return NULL;
    const struct ghost *g = &t->at[place_of(key)];
    if (!g->live)
        return NULL;
    if (memcmp(&g->key, key, sizeof(*key)) != 0)
        return NULL;
    if (p->time_ns > g->ended_ns + GHOST_NS || p->time_ns < g->ended_ns - GHOST_NS)
        return NULL;
    return g;
}

bool ghost_is_straggler(const struct ghost_table *t, const struct flow_key *key, unsigned side,
                        const struct packet *p)
{
    const struct ghost *g = find(t, key, p);
    return g != NULL && g->end[side] - p->seq <= GHOST_REACH;
}

bool ghost_goes_on(const struct ghost_table *t, const struct flow_key *key, unsigned side,
                   const struct packet *p)
{
    const struct ghost *g = find(t, key, p);
    return g != NULL && p->payload_len > 0 && p->seq - g->end[side] < GHOST_WINDOW;
}

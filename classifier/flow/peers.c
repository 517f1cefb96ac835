/* SPDX-License-Identifier: MIT */
#include "flow/peers.h"

#define WAYS             4
#define ALIKE_SERVERS    4
#define WELL_KNOWN_PORTS 1024
#define NS               1000000000LL

struct peer_place {
    struct {
        struct endpoint who;
        bool taken;
        struct known_peer how;
    } way[WAYS];
};

/* The last servers of one host's connections. */
struct alike_host {
    struct addr client;
    struct {
        struct endpoint who;
        int64_t time_ns;
        bool taken;
    } server[ALIKE_SERVERS];
};

void peers_setup(struct peers *p, struct budget *budget, size_t memory, const struct hash_key *key)
{
    *p = (struct peers){.budget = budget, .limit = memory / PEERS_PART, .key = *key};
}

void peers_free(struct peers *p)
{
    budget_free(p->budget, p->place, p->places * sizeof(*p->place));
    budget_free(p->budget, p->hosts, ALIKE_HOSTS * sizeof(*p->hosts));
    p->place = NULL;
    p->hosts = NULL;
}

static bool make_room(struct peers *p)
{
    uint32_t places = PEERS_MAX / WAYS;

    while (p->limit != 0 && places > 1 && places * sizeof(*p->place) > p->limit)
        places /= 2;
    p->place = budget_alloc(p->budget, places * sizeof(*p->place));
    p->places = places;
    return p->place != NULL;
}

static struct peer_place *place_of(const struct peers *p, const struct endpoint *who)
{
    return &p->place[hash_bytes(&p->key, bytes_of(who, sizeof(*who))) & (p->places - 1)];
}

static bool is_same(const struct endpoint *a, const struct endpoint *b)
{
    return a->port == b->port && addr_compare(&a->addr, &b->addr) == 0;
}

static bool is_over(const struct known_peer *k, int64_t now_ns)
{
    const int64_t life = k->source <= PEER_DHT ? PEER_LIFE_WEAK_S : PEER_LIFE_S;

    return now_ns > k->time_ns + life * NS || now_ns < k->time_ns - life * NS;
}

/* The one who gives way. */
static size_t least(const struct peer_place *at, int64_t now_ns)
{
    size_t worst = 0;

    for (size_t i = 0; i < WAYS; i++) {
        const struct known_peer *a = &at->way[i].how, *b = &at->way[worst].how;
        if (!at->way[i].taken || is_over(a, now_ns))
            return i;
        if (a->source < b->source || (a->source == b->source && a->time_ns < b->time_ns))
            worst = i;
    }
    return worst;
}

/* Named again: the stronger source stays, until it is over. */
static void refresh(struct known_peer *old, const struct known_peer *how)
{
    const bool weaker = how->source < old->source && !is_over(old, how->time_ns);

    if (!weaker && (how->has_info_hash || !old->has_info_hash || how->source > old->source))
        *old = *how;
}

void peers_learn(struct peers *p, const struct endpoint *who, const struct known_peer *how)
{
    if (who->port == 0 || (p->place == NULL && !make_room(p)))
        return;
    struct peer_place *at = place_of(p, who);

    for (size_t i = 0; i < WAYS; i++) {
        if (at->way[i].taken && is_same(&at->way[i].who, who)) {
            refresh(&at->way[i].how, how);
            return;
        }
    }
    const size_t i = least(at, how->time_ns);
    const bool full = at->way[i].taken && !is_over(&at->way[i].how, how->time_ns);
    if (full && at->way[i].how.source > how->source)
        return; /* all four are stronger */
    p->forgotten += full;
    p->learnt++;
    at->way[i].who = *who;
    at->way[i].how = *how;
    at->way[i].taken = true;
}

const struct known_peer *peers_find(const struct peers *p, const struct endpoint *who,
                                    int64_t now_ns)
{
    if (p->place == NULL)
        return NULL;
    const struct peer_place *at = place_of(p, who);

    for (size_t i = 0; i < WAYS; i++)
        if (at->way[i].taken && is_same(&at->way[i].who, who))
            return is_over(&at->way[i].how, now_ns) ? NULL : &at->way[i].how;
    return NULL;
}

/* Counts other servers than `server`: a new address on a new port each. */
static unsigned count_others(const struct alike_host *h, const struct endpoint *server,
                             int64_t now_ns)
{
    unsigned count = 0;

    for (size_t i = 0; i < ALIKE_SERVERS; i++) {
        const struct endpoint *who = &h->server[i].who;
        bool other = h->server[i].taken && now_ns - h->server[i].time_ns <= ALIKE_NS &&
                     who->port >= WELL_KNOWN_PORTS && who->port != server->port &&
                     addr_compare(&who->addr, &server->addr) != 0;
        for (size_t k = 0; other && k < i; k++)
            other = h->server[k].who.port != who->port &&
                    addr_compare(&h->server[k].who.addr, &who->addr) != 0;
        count += other;
    }
    return count;
}

/* In the place of an earlier connection to the same server, or of the oldest. */
static void remember(struct alike_host *h, const struct endpoint *server, int64_t now_ns)
{
    size_t at = 0;

    for (size_t i = 0; i < ALIKE_SERVERS; i++) {
        if (!h->server[i].taken || is_same(&h->server[i].who, server)) {
            at = i;
            break;
        }
        if (h->server[i].time_ns < h->server[at].time_ns)
            at = i;
    }
    h->server[at].who = *server;
    h->server[at].time_ns = now_ns;
    h->server[at].taken = true;
}

static struct alike_host *host_of(const struct peers *p, const struct addr *client)
{
    return &p->hosts[hash_bytes(&p->key, bytes_of(client, sizeof(*client))) % ALIKE_HOSTS];
}

void peers_note_alike(struct peers *p, const struct addr *client, const struct endpoint *server,
                      int64_t now_ns)
{
    if (p->hosts == NULL)
        p->hosts = budget_alloc(p->budget, ALIKE_HOSTS * sizeof(*p->hosts));
    if (p->hosts == NULL || server->port < WELL_KNOWN_PORTS)
        return;
    struct alike_host *h = host_of(p, client);
    if (addr_compare(&h->client, client) != 0)
        *h = (struct alike_host){.client = *client};
    remember(h, server, now_ns);
}

unsigned peers_alike(const struct peers *p, const struct addr *client,
                     const struct endpoint *server, int64_t now_ns)
{
    const struct alike_host *h = p->hosts != NULL ? host_of(p, client) : NULL;

    return h != NULL && addr_compare(&h->client, client) == 0 ? count_others(h, server, now_ns) : 0;
}

/* SPDX-License-Identifier: MIT */
#include "output/swarm.h"

#define INFO_HASH_LEN 20

void swarm_init(struct swarm *s)
{
    *s = (struct swarm){.others = 0};
    tally_init(&s->hosts, sizeof(struct swarm_host), SWARM_HOSTS);
    tally_init(&s->torrents, sizeof(struct swarm_torrent), SWARM_TORRENTS);
    tally_init(&s->pairs, sizeof(struct swarm_pair), SWARM_PAIRS);
    tally_init(&s->named, 0, SWARM_NAMED);
    tally_init(&s->members, 0, SWARM_PAIRS);
}

void swarm_free(struct swarm *s)
{
    tally_free(&s->hosts);
    tally_free(&s->torrents);
    tally_free(&s->pairs);
    tally_free(&s->named);
    tally_free(&s->members);
}

bool swarm_whole(const struct swarm *s)
{
    return !s->hosts.failed && !s->torrents.failed && !s->pairs.failed && !s->named.failed &&
           !s->members.failed;
}

static struct swarm_host *host_of(struct swarm *s, const struct addr *who)
{
    bool fresh;
    struct swarm_host *h = tally_get(&s->hosts, bytes_of(who, sizeof(*who)), &fresh);

    if (h == NULL)
        s->others++;
    else if (fresh)
        h->addr = *who;
    return h;
}

static struct swarm_torrent *torrent_of(struct swarm *s, const uint8_t hash[INFO_HASH_LEN])
{
    bool fresh;
    struct swarm_torrent *t = tally_get(&s->torrents, bytes_of(hash, INFO_HASH_LEN), &fresh);

    if (t == NULL)
        s->others++;
    else if (fresh)
        memcpy(t->info_hash, hash, INFO_HASH_LEN);
    return t;
}

static struct swarm_pair *pair_of(struct swarm *s, const struct flow_info *f)
{
    const bool ordered = addr_compare(&f->client.addr, &f->server.addr) <= 0;
    struct addr key[2] = {f->client.addr, f->server.addr};
    bool fresh;

    if (!ordered) {
        key[0] = f->server.addr;
        key[1] = f->client.addr;
    }
    struct swarm_pair *p = tally_get(&s->pairs, bytes_of(key, sizeof(key)), &fresh);
    if (p == NULL || !fresh)
        return p;
    struct swarm_host *client = host_of(s, &f->client.addr), *server = host_of(s, &f->server.addr);
    p->client = f->client.addr;
    p->server = f->server.addr;
    if (client != NULL)
        client->others++;
    if (server != NULL)
        server->others++;
    return p;
}

/* The host says that it takes part in the torrent. */
static void join(struct swarm *s, const struct addr *who, const uint8_t hash[INFO_HASH_LEN],
                 uint32_t signs)
{
    struct swarm_torrent *t = torrent_of(s, hash);
    uint8_t key[sizeof(*who) + INFO_HASH_LEN];
    bool fresh = false;

    if (t == NULL)
        return;
    t->signs |= signs;
    memcpy(key, who, sizeof(*who));
    memcpy(key + sizeof(*who), hash, INFO_HASH_LEN);
    if (tally_get(&s->members, bytes_of(key, sizeof(key)), &fresh) != NULL)
        t->hosts += fresh;
}

static uint32_t sign_of_kind(const char *kind)
{
    static const struct {
        const char *kind;
        uint32_t sign;
    } signs[] = {{"peer", SWARM_WIRE},
                 {"mse", SWARM_ENCRYPTED},
                 {"utp", SWARM_UTP},
                 {"dht", SWARM_DHT},
                 {"http-tracker", SWARM_TRACKER},
                 {"udp-tracker", SWARM_TRACKER},
                 {"lsd", SWARM_LOCAL},
                 {"pex", SWARM_EXCHANGE},
                 {"webtorrent", SWARM_WEBTORRENT},
                 {"webrtc", SWARM_WEBTORRENT},
                 {"web-seed", SWARM_WEB_SEED}};

    for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
        if (strcmp(signs[i].kind, kind) == 0)
            return signs[i].sign;
    return 0;
}

static void count_named(struct swarm *s, const struct endpoint *list, uint16_t count)
{
    bool fresh;

    for (uint16_t i = 0; i < count; i++)
        (void)tally_get(&s->named, bytes_of(&list[i], sizeof(list[i])), &fresh);
}

void swarm_event(struct swarm *s, const struct event *e, struct tally *names)
{
    const struct bittorrent_event *b = &e->as.bittorrent;
    const uint32_t sign = sign_of_kind(b->kind);

    if (e->flow == NULL)
        return;
    const struct endpoint *sender = e->direction == TO_SERVER ? &e->flow->client : &e->flow->server;
    struct swarm_host *h = host_of(s, &sender->addr);
    const bool tracker = sign == SWARM_TRACKER && e->direction == TO_CLIENT;
    if (h != NULL) {
        h->signs |= tracker ? SWARM_IS_TRACKER : sign;
        h->listens = b->listen_port != 0 ? b->listen_port : h->listens;
        h->client = b->client != NULL ? tally_text(names, b->client) : h->client;
    }
    if (b->has_info_hash && !tracker)
        join(s, &sender->addr, b->info_hash, sign);
    count_named(s, b->peers, b->peer_count);
    count_named(s, b->nodes, b->node_count);
}

static bool has_layer(const struct flow_info *f, const char *name)
{
    for (uint8_t i = 0; i < f->layer_count; i++)
        if (strcmp(f->layers[i], name) == 0)
            return true;
    return false;
}

/* What the flow itself shows. */
static uint32_t signs_of_flow(const struct flow_info *f)
{
    uint32_t signs = has_layer(f, "utp") ? SWARM_UTP : 0;

    if (has_layer(f, "mse"))
        return signs | SWARM_ENCRYPTED;
    if (has_layer(f, "http") || has_layer(f, "websocket"))
        return signs | (has_layer(f, "websocket") ? SWARM_WEBTORRENT : SWARM_TRACKER);
    if (f->transport == TRANSPORT_TCP && f->confidence <= CONFIDENCE_PROBABLE)
        return signs | SWARM_NAMED_BY;
    return f->transport == TRANSPORT_TCP ? SWARM_WIRE : signs;
}

static void count_host(struct swarm *s, const struct addr *who, const struct flow_info *f,
                       bool is_client, uint32_t signs)
{
    struct swarm_host *h = host_of(s, who);

    if (h == NULL)
        return;
    h->signs |= signs;
    h->flows++;
    h->sent += f->bytes[is_client ? TO_SERVER : TO_CLIENT];
    h->received += f->bytes[is_client ? TO_CLIENT : TO_SERVER];
    h->probable += f->confidence <= CONFIDENCE_PROBABLE;
    h->blocked += f->verdict == VERDICT_BLOCK;
    h->confidence = f->confidence > h->confidence ? f->confidence : h->confidence;
}

void swarm_flow(struct swarm *s, const struct flow_info *f)
{
    if (f->app == NULL || strcmp(f->app, "bittorrent") != 0)
        return;
    const uint32_t signs = signs_of_flow(f);
    const bool asks = (signs & (SWARM_TRACKER | SWARM_WEBTORRENT)) != 0;

    count_host(s, &f->client.addr, f, true, signs);
    count_host(s, &f->server.addr, f, false, asks ? SWARM_IS_TRACKER : signs);
    struct swarm_pair *p = pair_of(s, f);
    if (p == NULL) {
        s->others++;
    } else {
        totals_add_flow(&p->totals, f);
        p->signs |= signs;
    }
    if (f->info_hash.len != INFO_HASH_LEN)
        return;
    struct swarm_torrent *t = torrent_of(s, f->info_hash.at);
    if (t == NULL)
        return;
    t->flows++;
    t->bytes += flow_bytes(f);
    t->signs |= signs;
    if (p != NULL)
        p->info_hash = t->info_hash;
}

const char *swarm_sign_name(unsigned n)
{
    static const char *const names[SWARM_SIGNS] = {
        "peer wire",       "MSE",      "uTP",        "DHT",      "announces",
        "local discovery", "exchange", "WebTorrent", "web seed", "named by others",
        "tracker"};

    return names[n];
}

int swarm_host_compare(const void *a, const void *b)
{
    const struct swarm_host *x = a, *y = b;
    const uint64_t left = x->sent + x->received, right = y->sent + y->received;

    if (left != right)
        return left > right ? -1 : 1;
    return addr_compare(&x->addr, &y->addr);
}

int swarm_torrent_compare(const void *a, const void *b)
{
    const struct swarm_torrent *x = a, *y = b;

    if (x->bytes != y->bytes)
        return x->bytes > y->bytes ? -1 : 1;
    return memcmp(x->info_hash, y->info_hash, INFO_HASH_LEN);
}

int swarm_pair_compare(const void *a, const void *b)
{
    const struct swarm_pair *x = a, *y = b;
    const uint64_t left = totals_bytes(&x->totals), right = totals_bytes(&y->totals);
    const int clients = addr_compare(&x->client, &y->client);

    if (left != right)
        return left > right ? -1 : 1;
    return clients != 0 ? clients : addr_compare(&x->server, &y->server);
}

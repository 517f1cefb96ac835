/* SPDX-License-Identifier: MIT */
/* Correlation: who takes part in BitTorrent, learnt from one flow, told of another. */
#include "engine/peer.h"

#include "base/digits.h"
#include "layers/layers.h"

#define NS 1000000000LL

static struct endpoint end_of(const struct conn *c, enum direction to)
{
    return conn_endpoint(c, to == TO_CLIENT ? c->client_side : 1U - c->client_side);
}

static void teach(struct engine *e, const struct endpoint *who, const struct known_peer *how)
{
    order_teach(e->order, e->place, &(struct lesson){.when = e->now, .who = *who, .how = *how});
}

/* As they are known at this packet. */
static struct peers *peers_now(struct engine *e)
{
    order_learn(e->order, e->place, e->now, &e->peers);
    return &e->peers;
}

static void learn_list(struct engine *e, const struct endpoint *list, uint16_t count,
                       struct known_peer how, enum peer_source source)
{
    how.source = source;
    for (uint16_t i = 0; i < count; i++)
        teach(e, &list[i], &how);
}

static enum peer_source source_of_peers(const char *kind)
{
    if (strcmp(kind, "dht") == 0)
        return PEER_DHT;
    if (strcmp(kind, "webtorrent") == 0)
        return PEER_OFFERED;
    return strcmp(kind, "pex") == 0 ? PEER_EXCHANGED : PEER_TRACKER;
}

/* The sender says on which port it listens. */
static void learn_listener(struct engine *e, struct conn *c, const struct event *ev,
                           struct known_peer how)
{
    const struct bittorrent_event *b = &ev->as.bittorrent;
    struct endpoint who = end_of(c, direction_other(ev->direction));

    if (b->listen_port != 0) /* else where it sends from: BEP 5, implied_port */
        who.port = b->listen_port;
    learn_list(e, &who, 1, how, strcmp(b->kind, "lsd") == 0 ? PEER_LOCAL : PEER_ANNOUNCED);
}

/* A peer connection was made to the server; over UDP whoever sent it can be reached there, too. */
static void learn_ends(struct engine *e, struct conn *c, const struct event *ev,
                       struct known_peer how)
{
    const struct bittorrent_event *b = &ev->as.bittorrent;
    const struct endpoint server = end_of(c, TO_SERVER);
    const struct endpoint sender = end_of(c, direction_other(ev->direction));
    const bool connection =
        strcmp(b->kind, "peer") == 0 || strcmp(b->kind, "mse") == 0 || strcmp(b->kind, "utp") == 0;

    if (connection && c->direction_known && !c->midstream)
        learn_list(e, &server, 1, how, PEER_SEEN);
    if (strcmp(b->kind, "dht") == 0 && c->node->key.transport == TRANSPORT_UDP)
        learn_list(e, &sender, 1, how, PEER_DHT_NODE);
}

void peer_learn(struct engine *e, struct conn *c, const struct event *ev)
{
    const struct bittorrent_event *b = &ev->as.bittorrent;
    struct known_peer how = {.has_info_hash = b->has_info_hash, .time_ns = e->host.time_ns};

    if (c->second_reading || b->confidence < CONFIDENCE_STRONG)
        return;
    memcpy(how.info_hash, b->info_hash, sizeof(how.info_hash));
    learn_list(e, b->peers, b->peer_count, how, source_of_peers(b->kind));
    learn_list(e, b->nodes, b->node_count, how, PEER_DHT_NODE);
    learn_list(e, b->names, b->name_count, how, PEER_OFFERED);
    if (b->listen_port != 0 || (b->action != NULL && strcmp(b->action, "announce_peer") == 0))
        learn_listener(e, c, ev, how);
    learn_ends(e, c, ev, how);
}

/* Which end is known, and how: the better of the two. A client's port is its own choice, and known
 * only over UDP, or where nobody knows who is the client. */
static const struct known_peer *known_end(const struct peers *peers, const struct conn *c,
                                          int64_t now_ns, enum direction *to)
{
    const struct endpoint server = end_of(c, TO_SERVER), client = end_of(c, TO_CLIENT);
    const bool both = c->node->key.transport == TRANSPORT_UDP || !c->direction_known;
    const struct known_peer *s = peers_find(peers, &server, now_ns);
    const struct known_peer *o = both ? peers_find(peers, &client, now_ns) : NULL;

    *to = s != NULL && (o == NULL || s->source >= o->source) ? TO_SERVER : TO_CLIENT;
    return *to == TO_SERVER ? s : o;
}

static const char *sentence(enum direction to, enum peer_source source)
{
    static const char *const of[2][PEER_SOURCES] = {
        [TO_SERVER] = {[PEER_DHT_NODE] = "the server was in a list of DHT nodes",
                       [PEER_EXCHANGED] = "the server was named by a BitTorrent peer (BEP 11)",
                       [PEER_DHT] = "the server was in the DHT's answer for a torrent (BEP 5)",
                       [PEER_TRACKER] = "the server was in a tracker's answer (BEP 3)",
                       [PEER_OFFERED] = "the server was in a WebTorrent offer",
                       [PEER_LOCAL] = "the server announced itself as a BitTorrent peer (BEP 14)",
                       [PEER_ANNOUNCED] = "the server said that it listens here for peers",
                       [PEER_SEEN] = "BitTorrent was spoken with this server before"},
        [TO_CLIENT] = {[PEER_DHT_NODE] = "the client was in a list of DHT nodes",
                       [PEER_EXCHANGED] = "the client was named by a BitTorrent peer (BEP 11)",
                       [PEER_DHT] = "the client was in the DHT's answer for a torrent (BEP 5)",
                       [PEER_TRACKER] = "the client was in a tracker's answer (BEP 3)",
                       [PEER_OFFERED] = "the client was in a WebTorrent offer",
                       [PEER_LOCAL] = "the client announced itself as a BitTorrent peer (BEP 14)",
                       [PEER_ANNOUNCED] = "the client said that it listens here for peers",
                       [PEER_SEEN] = "BitTorrent was spoken with this client before"},
    };
    return of[to][source];
}

static uint8_t *put_text(uint8_t *at, const char *text)
{
    const size_t len = strlen(text);

    memcpy(at, text, len);
    return at + len;
}

/* "12 s before, torrent 3c01eacbb76e7b9d915b748158bd28b5a07325ea" */
static void tell_known(struct engine *e, struct conn *c, enum direction to,
                       const struct known_peer *k)
{
    uint8_t text[EVIDENCE_DETAIL];
    const int64_t ago = (e->host.time_ns - k->time_ns) / NS;
    uint8_t *at = digits_put(text, (uint64_t)(ago < 0 ? -ago : ago));

    at = put_text(at, ago < 0 ? " s after" : " s before");
    if (k->has_info_hash) {
        at = put_text(at, ", torrent ");
        /* Where that is weeks ago, not all of the hash finds room. */
        const struct bytes hash = bytes_of(k->info_hash, sizeof(k->info_hash));
        const size_t room = (size_t)(text + sizeof(text) - at) / 2;
        at = digits_put_hexes(at, hash.at, bytes_first(hash, room).len);
    }
    learn_evidence(e, c, sentence(to, k->source), bytes_of(text, (size_t)(at - text)));
}

void peer_look(struct engine *e, struct conn *c)
{
    enum direction to;

    if (c->known_peer != NULL || c->second_reading)
        return;
    const struct peers *peers = peers_now(e);
    if (peers->place == NULL)
        return;
    const struct known_peer *k = known_end(peers, c, e->host.time_ns, &to);
    if (k == NULL)
        return;
    c->known_peer = budget_alloc(&e->budget, sizeof(*k));
    if (c->known_peer == NULL)
        return;
    *c->known_peer = *k;
    tell_known(e, c, to, k);
    tell_rules(e, c, false);
}

const struct known_peer *peer_known(struct engine *e, struct conn *c)
{
    peer_look(e, c);
    return c->known_peer;
}

const struct known_peer *peer_known_ice(struct engine *e, struct conn *c,
                                        const struct endpoint names[2], enum confidence *sure)
{
    const struct known_peer *end = peer_known(e, c), *k = NULL;
    const struct peers *peers = peers_now(e);
    unsigned signs = end != NULL && end->source == PEER_OFFERED;

    for (unsigned i = 0; i < 2 && !c->second_reading; i++) {
        const struct known_peer *name = peers_find(peers, &names[i], e->host.time_ns);
        signs += name != NULL;
        k = name != NULL ? name : k;
    }
    *sure = signs >= 2 ? CONFIDENCE_STRONG : CONFIDENCE_PROBABLE;
    return k == NULL && signs > 0 ? end : k;
}

unsigned peer_others_alike(struct engine *e, struct conn *c)
{
    const struct endpoint client = end_of(c, TO_CLIENT), server = end_of(c, TO_SERVER);

    if (c->second_reading)
        return 0;
    order_teach(
        e->order, e->place,
        &(struct lesson){.when = e->now, .who = server, .client = client.addr, .alike = true});
    return peers_alike(peers_now(e), &client.addr, &server, e->host.time_ns);
}

void peer_free(struct engine *e, struct conn *c)
{
    if (!c->second_reading)
        budget_free(&e->budget, c->known_peer, sizeof(*c->known_peer));
    c->known_peer = NULL;
}

/* Bytes of one direction that say whether they are noise, as MSE's first are. */
#define TELLING 96

/* Over UDP a peer's bytes are known by what they say. Else encryption looks random: who writes
 * text, or says how long each message is, does something else, and so does who begins with anything
 * but noise. */
static bool contradicts(const struct conn *c, const struct slot *top)
{
    struct flow_info seen = {.shape = SHAPE_NONE};

    if (c->node->key.transport == TRANSPORT_UDP)
        return true;
    top->layer->summarise(top->state, &seen);
    if (seen.shape == SHAPE_BINARY && !c->midstream)
        return c->payload[0] >= TELLING || c->payload[1] >= TELLING;
    return seen.shape == SHAPE_TEXT || seen.shape == SHAPE_LENGTH_PREFIXED;
}

bool peer_decides(const struct conn *c, const struct slot *app)
{
    if (c->known_peer == NULL)
        return false;
    if (app != NULL && app->kind == SLOT_NAMED && c->known_peer->source == PEER_OFFERED)
        return strcmp(app->name, "dtls") == 0; /* WebRTC's (RFC 8827), met in its middle */
    return app == NULL ||
           (app->kind == SLOT_LAYER && app->layer == &layer_raw && !contradicts(c, app));
}

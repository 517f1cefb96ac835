/* SPDX-License-Identifier: MIT */
/* The pipeline: frame, packet, flow, stream, layers, rules, outputs. Begin reading at
 * engine_frame(). */
#include "engine/engine.h"

#include <stdlib.h>

#include "base/apart.h"
#include "base/pool.h"
#include "decode/bare_syn.h"
#include "engine/ahead.h"
#include "engine/calm.h"
#include "engine/conns.h"
#include "engine/ending.h"
#include "engine/flood.h"
#include "engine/packet.h"
#include "engine/peer.h"
#include "engine/rates.h"
#include "engine/segment.h"
#include "engine/shed.h"
#include "engine/skim.h"
#include "layers/http_shape.h"
#include "policy/rate.h"

#define WELL_KNOWN_PORTS 1024U

static enum overlap_policy overlap_of(const void *ctx, const struct addr *host)
{
    return policy_overlap(ctx, host);
}

struct decoder *engine_decoder(const struct engine_config *config, struct budget *budget,
                               const struct hash_key *key, struct err *err)
{
    struct decoder *d = decoder_create(budget, key, err);

    if (d != NULL)
        decoder_overlap(d, overlap_of, config->policy);
    return d;
}

static bool create_parts(struct engine *e, const struct hash_key *key, struct err *err)
{
    e->budget.pool = pool_create();
    if (e->budget.pool == NULL)
        err_set(err, "out of memory");
    texts_setup(&e->texts, &e->budget, key);
    e->host.digest = digest_create(err);
    if (e->budget.pool == NULL || e->host.digest == NULL)
        return false;
    e->host.shapes = http_shapes_create(err);
    if (e->host.shapes == NULL)
        return false;
    if (e->own_order != NULL &&
        (e->decoder = engine_decoder(&e->config, &e->budget, key, err)) == NULL)
        return false;
    e->flows = flow_table_create(&e->budget, key, err);
    if (e->flows == NULL)
        return false;
    e->syns = syn_ring_create(&e->budget, err);
    if (e->syns == NULL)
        return false;
    e->ghosts = ghost_table_create(&e->budget, err);
    if (e->ghosts == NULL)
        return false;
    e->identifier = identifier_create(&e->budget, err);
    if (e->identifier == NULL)
        return false;
    e->policy = policy_worker_create(e->config.policy, &e->budget, err);
    return e->policy != NULL;
}

struct engine *engine_create(const struct engine_config *config, struct err *err)
{
    return engine_create_at(config, NULL, err);
}

static bool set_place(struct engine *e, const struct crew_place *place, struct err *err)
{
    size_t memory = e->budget.limit;

    if (place == NULL) {
        e->order = e->own_order = order_create(1, err);
    } else {
        e->order = place->order;
        e->place = place->number;
        memory = place->all;
    }
    /* Who gives way to whom is always the same. */
    peers_setup(&e->peers, &e->budget, memory, &e->id_key);
    return e->order != NULL;
}

struct engine *engine_create_at(const struct engine_config *config, const struct crew_place *place,
                                struct err *err)
{
    struct engine *e = calloc(1, sizeof(*e));

    if (e == NULL) {
        err_set(err, "out of memory");
        return NULL;
    }
    const struct hash_key key =
        config->seed != 0 ? hash_key_from_seed(config->seed) : hash_key_random();
    e->config = *config;
    e->budget.limit = config->memory != 0 ? config->memory : ENGINE_MEMORY;
    e->id_key = hash_key_from_seed(1);
    e->source = "";
    ticks_begin(&e->time);
    e->policy_interest = policy_interest(config->policy);
    e->asks = policy_asks(config->policy);
    e->rules = policy_rule_count(config->policy) > 0;
    e->host.payload_limit =
        config->payload_limit != 0 ? config->payload_limit : ENGINE_PAYLOAD_LIMIT;
    stack_setup(e);
    rates_setup(e);
    flood_setup(e);
    skim_setup(e);
    calm_setup(e);
    e->host.interest = e->policy_interest | e->sinks_interest;
    if (!set_place(e, place, err) || !create_parts(e, &key, err)) {
        engine_free(e);
        return NULL;
    }
    shed_setup(e);
    return e;
}

void engine_free(struct engine *e)
{
    struct flow_node *n = NULL;

    if (e == NULL)
        return;
    while (e->flows != NULL && (n = flow_each(e->flows, n)) != NULL)
        conn_drop_node(e, n);
    free(e->ending);
    order_free(e->own_order);
    policy_worker_free(e->policy);
    identifier_free(e->identifier);
    ghost_table_free(e->ghosts, &e->budget);
    peers_free(&e->peers);
    syn_ring_free(e->syns, &e->budget);
    flow_table_free(e->flows);
    decoder_free(e->decoder);
    http_shapes_free(e->host.shapes);
    digest_free(e->host.digest);
    pool_free(e->budget.pool);
    free(e);
}

void engine_source(struct engine *e, const char *name)
{
    e->source = name;
    syn_source(e->syns, name);
}

/* A connection that was closed properly did not end because time or input did. */
static enum flow_end why_ended(const struct conn *c, enum flow_end end)
{
    const bool shut =
        c->node->key.transport == TRANSPORT_TCP && c->tcp_state >= TCP_STATE_TIME_WAIT;
    return shut && (end == FLOW_TIMEOUT || end == FLOW_FORCED) ? FLOW_FINISHED : end;
}

/* Nothing is to come but stragglers. */
static void remember_end(struct engine *e, const struct conn *c)
{
    const uint32_t end[2] = {stream_end_seq(&c->stream[0]), stream_end_seq(&c->stream[1])};

    ghost_add(e->ghosts, &c->node->key, end, c->node->last_ns);
}

void end_conn(struct engine *e, struct conn *c, enum flow_end end)
{
    e->conn = c;
    e->packet_len = 0;
    e->host.packet = c->last_packet;
    e->host.time_ns = c->node->last_ns;
    if (end == FLOW_EVICTED)
        tell_exception(e, c, EXCEPTION_MEMORY);
    if (!c->closed)
        conn_finish(e, c, end == FLOW_TIMEOUT ? CLOSE_TIMEOUT : CLOSE_INPUT_ENDED);
    conn_fetch_texts(c);
    tell_flow(e, c, why_ended(c, end));
    if (tcp_is_over(c) && end != FLOW_REUSED)
        remember_end(e, c);
    conn_drop(e, c);
    e->conn = NULL;
}

/* Without a SYN: the lower port is the server's, unless the layers find otherwise. */
static unsigned guess_client(const struct packet *p, unsigned side)
{
    if (p->transport == TRANSPORT_UDP)
        return p->src.port < WELL_KNOWN_PORTS && p->dst.port >= WELL_KNOWN_PORTS ? 1 - side : side;
    return p->src.port < p->dst.port ? 1 - side : side;
}

static bool asks_for_connection(const struct packet *p)
{
    return p->transport == TRANSPORT_TCP && (p->flags & (TCP_SYN | TCP_ACK)) == TCP_SYN;
}

/* From here on it can be named, and somebody may want to know why the rules say what they say. */
void name_conn(struct engine *e, struct conn *c)
{
    const struct explainer *x = e->config.explain;

    c->id = view_flow_id(e, c);
    if (x == NULL)
        return;
    const struct flow_info flow = {.id = c->id,
                                   .client = conn_endpoint(c, c->client_side),
                                   .server = conn_endpoint(c, 1U - c->client_side)};
    c->explanation = x->begin(x->ctx, &flow);
}

/* A packet whose flow is not simply there. */
struct arrival {
    struct flow_key key;
    uint64_t hash;
    struct flow_node *node; /* NULL: no such flow */
    unsigned side;
};

/* What is known of a flow from its first packet that is more than a bare SYN. */
static struct conn *conn_begin(struct engine *e, const struct arrival *a, const struct packet *p)
{
    const struct flow_key *key = &a->key;
    const bool tcp = p->transport == TRANSPORT_TCP;
    struct conn *c = conn_create(e, key, a->hash, p->time_ns);
    struct syn syn;

    if (c == NULL && shed_flow(e)) /* another makes room */
        c = conn_create(e, key, a->hash, p->time_ns);
    if (c == NULL) {
        e->counters.refused++;
        return NULL;
    }
    c->client_side = (uint8_t)(asks_for_connection(p) ? a->side : guess_client(p, a->side));
    c->direction_known = !tcp || asks_for_connection(p);
    c->midstream = tcp && (p->flags & TCP_SYN) == 0;
    c->start_ns = p->time_ns;
    c->first_packet = p->number;
    c->vlan_count = p->vlan_count;
    memcpy(c->vlan, p->vlan, sizeof(c->vlan));
    if (tcp && syn_take(e->syns, key, a->hash, &syn))
        tcp_take_syn(c, &syn);
    name_conn(e, c);
    e->counters.tcp_midstream += c->midstream;
    e->conn = c;
    if (c->midstream)
        tell_exception(e, c, EXCEPTION_MIDSTREAM);
    peer_look(e, c);
    if (e->rates != 0 && !syn_is_bare(p))
        rates_begin(e, c, p);
    return c;
}

/* Something odd about a frame that may belong to no flow. */
static void tell_odd_frame(struct engine *e, enum anomaly what, const struct packet *p)
{
    struct event ev = {.kind = EVENT_ANOMALY, .of = p};

    ev.as.anomaly.id = what;
    tell(e, NULL, &ev);
}

/* Nobody receives it, so that nothing begins with it: of no connection, or after its end. */
static void pass_broken(struct engine *e, const struct packet *p)
{
    e->counters.tcp_bad_checksum += p->transport == TRANSPORT_TCP;
    tell_odd_frame(e, STREAM_BAD_CHECKSUM, p);
}

/* Mostly it is noted, and that is all. */
static bool syn_becomes_flow(struct engine *e, const struct flow_key *key, uint64_t hash,
                             unsigned side, const struct packet *p)
{
    const enum syn_noted noted = syn_note(e->syns, key, hash, side, p);
    struct syn syn;

    if (noted == SYN_CROSSED)
        return true;
    return noted == SYN_FIRST && e->rates != 0 && rates_syn(e, key, side, p) &&
           syn_take(e->syns, key, hash, &syn); /* the flow counts it again */
}

/* The connection of a packet; NULL: a bare SYN, which is remembered elsewhere, a straggler of a
 * connection that is over, a wrong checksum, or no memory. */
APART static struct conn *conn_of_arrival(struct engine *e, const struct packet *p,
                                          const struct arrival *a)
{
    struct conn *c = a->node != NULL ? conn_of_node(e, a->node) : NULL;

    if (a->node != NULL && c == NULL) {
        e->counters.refused++;
        return NULL; /* it sleeps on */
    }
    if (c != NULL && p->transport == TRANSPORT_TCP && tcp_is_new_connection(c, a->side, p)) {
        end_conn(e, c, FLOW_REUSED);
        c = NULL;
    }
    if (c != NULL)
        return c;
    if (p->checksum == CHECKSUM_BAD) {
        pass_broken(e, p);
        return NULL;
    }
    if (syn_is_bare(p) && !syn_becomes_flow(e, &a->key, a->hash, a->side, p))
        return NULL;
    if (ghost_goes_on(e->ghosts, &a->key, a->side, p)) {
        tell_odd_frame(e, STREAM_DATA_AFTER_FIN, p); /* and read, as a flow of its own */
    } else if (ghost_is_straggler(e->ghosts, &a->key, a->side, p)) {
        e->counters.stragglers++;
        return NULL;
    }
    return conn_begin(e, a, p);
}

static inline bool is_simply_there(const struct flow_node *n, const struct packet *p)
{
    return n != NULL && !n->asleep && (p->flags & TCP_SYN) == 0;
}

APART static struct conn *conn_of_key(struct engine *e, const struct packet *p)
{
    struct arrival a;

    e->side = a.side = flow_key_of(p, &a.key);
    a.hash = flow_hash(e->flows, &a.key);
    a.node = flow_find(e->flows, &a.key, a.hash);
    return is_simply_there(a.node, p) ? a.node->owner : conn_of_arrival(e, p, &a);
}

/* The same: mostly it is there. Sets e->side, too. */
static inline struct conn *conn_of(struct engine *e, const struct packet *p)
{
    const struct flow_node *n = flow_find_lately(e->flows, p, &e->side);

    return is_simply_there(n, p) ? n->owner : conn_of_key(e, p);
}

static uint64_t packet_of_flow(struct engine *e, const struct packet *p)
{
    struct conn *c = conn_of(e, p);

    return c != NULL ? packet_take(e, c, p) : 0;
}

static void trace(const struct engine *e, const struct frame *f, const struct packet *p,
                  enum decoded decoded, uint64_t flow)
{
    const struct engine_trace t = {.frame = f,
                                   .source = e->source,
                                   .packet = decoded == DECODED_PACKET ? p : NULL,
                                   .pending = decoded == DECODED_PENDING,
                                   .flow = flow};

    e->config.trace(e->config.trace_ctx, &t);
}

uint64_t engine_packet(struct engine *e, const struct packet *p, bool whole, enum anomaly odd)
{
    e->host.packet = p->number;
    e->host.time_ns = p->time_ns;
    if (odd != ANOMALY_NONE)
        tell_odd_frame(e, odd, p);
    return whole ? packet_of_flow(e, p) : 0;
}

APART static void any_frame(struct engine *e, const struct frame *f)
{
    enum anomaly odd = ANOMALY_NONE;
    struct packet p;

    const enum decoded decoded = decode_frame(e->decoder, f, &p, &odd);
    next_moment(e);
    const uint64_t flow = engine_packet(e, &p, decoded == DECODED_PACKET, odd);
    if (e->config.trace != NULL)
        trace(e, f, &p, decoded, flow);
}

static void tick(struct engine *e)
{
    next_moment(e);
    end_expired(e);
}

/* Those at the front, in one go. Returns how many. */
static size_t syn_frames(struct engine *e, const struct frame *f, size_t count)
{
    if (!bare_syn_may_be(f))
        return 0;
    engine_tick(e, f->time_ns);
    return flood_frames(e, f, count);
}

/* At most AHEAD_FRAMES. Returns how many, of at least one. */
static size_t some_frames(struct engine *e, const struct frame *f, size_t count)
{
    struct ahead ahead;
    const size_t some =
        ahead_begin(&ahead, e->flows, f, count < AHEAD_FRAMES ? count : AHEAD_FRAMES);

    for (size_t i = 0; i < some;) {
        i += calm_frames(e, &f[i], &ahead.at[i], some - i);
        if (i == some)
            break;
        if (ticks_pass(&e->time, f[i].time_ns)) {
            tick(e);
            continue;
        }
        const size_t run = syn_frames(e, &f[i], some - i);
        if (run == 0)
            any_frame(e, &f[i]);
        i += run > 0 ? run : 1;
    }
    return some;
}

void engine_frames(struct engine *e, const struct frame *f, size_t count)
{
    for (size_t some; count > 0; f += some, count -= some) {
        some = syn_frames(e, f, count);
        if (some == 0)
            some = some_frames(e, f, count);
    }
}

void engine_frame(struct engine *e, const struct frame *f)
{
    engine_frames(e, f, 1);
}

void engine_tick(struct engine *e, int64_t now_ns)
{
    if (ticks_pass(&e->time, now_ns))
        tick(e);
}

int64_t engine_now(const struct engine *e)
{
    return e->time.now_ns;
}

void engine_flush(struct engine *e)
{
    next_moment(e);
    end_prepare(e);
    end_rest(e);
    order_forget(e->order);
    policy_rate_forget(e->policy);
    decoder_flush(e->decoder);
}

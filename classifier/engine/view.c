/* SPDX-License-Identifier: MIT */
/* What is known of a connection, as outputs (struct flow_info) and rules (struct facts) see it. */
#include "base/apart.h"
#include "engine/peer.h"
#include "layers/layers.h"

#define FLOW_ID_BITS 53 /* what every JSON reader can hold */

static const char *transport_name(const struct conn *c)
{
    return c->node->key.transport == TRANSPORT_TCP ? "tcp" : "udp";
}

/* Opened by what was agreed below it, but not a byte has shown yet that it is there (a 101 with a
 * wrong Accept). */
static bool only_announced(const struct slot *s)
{
    return s->kind == SLOT_LAYER && s->confidence == CONFIDENCE_NONE;
}

static bool is_shown(const struct slot *s)
{
    return s->kind != SLOT_UNKNOWN && !only_announced(s);
}

/* What text messages say is the top of the stack, unless the binary ones carry a layer. */
static bool is_speech_on_top(const struct conn *c)
{
    unsigned level = c->depth;

    while (level > 0 && !is_shown(&c->stack[level - 1]))
        level--;
    return c->speaks != NULL && c->speaks_level + 1U == level;
}

static bool is_application(const struct slot *s)
{
    if (s->kind == SLOT_UNKNOWN || only_announced(s))
        return false;
    return s->kind == SLOT_NAMED || s->layer->application;
}

/* The innermost slot that is an application; NULL: none is known. */
static const struct slot *app_slot(const struct conn *c)
{
    for (unsigned level = c->depth; level > 0; level--)
        if (is_application(&c->stack[level - 1]))
            return &c->stack[level - 1];
    return NULL;
}

/* The stack's names, bottom first. Returns how many. */
static uint8_t layer_names(const struct conn *c, const char *out[FLOW_LAYERS])
{
    const bool known = peer_decides(c, app_slot(c));
    uint8_t count = 0;

    out[count++] = transport_name(c);
    for (unsigned level = 0; level < c->depth && count < FLOW_LAYERS; level++)
        if (is_shown(&c->stack[level]) && !(known && c->stack[level].layer == &layer_raw))
            out[count++] = c->stack[level].name;
    if ((known || c->tracker != CONFIDENCE_NONE) && count < FLOW_LAYERS)
        out[count++] = layer_bittorrent.name;
    else if (is_speech_on_top(c) && count < FLOW_LAYERS)
        out[count++] = c->speaks;
    return count;
}

static const char *slot_app(const struct slot *s)
{
    return s->layer != NULL && s->layer->app != NULL ? s->layer->app : s->name;
}

static const char *app_name(const struct conn *c, const struct slot *app, bool over)
{
    if (peer_decides(c, app) || (app != NULL && c->tracker != CONFIDENCE_NONE))
        return layer_bittorrent.name;
    if (app != NULL)
        return slot_app(app);
    return over && c->payload[0] + c->payload[1] == 0 ? "none" : NULL;
}

/* Will app and layers stay what they are? Not while the top is unknown, or may still become or
 * carry something else, nor while what carries it is only announced: the frames around a tunnel's
 * first message are told after what is in it. */
static bool is_settled(const struct conn *c)
{
    if (c->depth == 0)
        return false;
    for (unsigned level = 0; level + 1U < c->depth; level++)
        if (only_announced(&c->stack[level]))
            return false;
    const struct slot *top = &c->stack[c->depth - 1];
    return top->kind == SLOT_NAMED ||
           (top->kind == SLOT_LAYER && (!top->layer->may_change || top->quiet));
}

/* What the carrier of a name says while the name itself is not there. */
static enum known without_value(const struct conn *c, enum name_of which, bool settled)
{
    if (c->names != NULL && c->names->known[which] != KNOWN_NOT_YET)
        return (enum known)c->names->known[which];
    return settled ? KNOWN_NEVER : KNOWN_NOT_YET;
}

static struct fact fact_of(const struct conn *c, enum name_of which, bool settled)
{
    return (struct fact){
        .known = without_value(c, which, settled),
        .value = c->names != NULL ? c->names->of[which] : bytes_of(NULL, 0),
    };
}

static void view_name_facts(const struct conn *c, struct facts *out)
{
    const bool settled = out->settled;
    const bool hello_goes_on =
        !out->over && c->depth > 0 && c->stack[c->depth - 1].layer == &layer_tls;

    out->host = fact_of(c, NAME_HOST, settled);
    out->path = fact_of(c, NAME_PATH, settled);
    out->origin = fact_of(c, NAME_ORIGIN, settled);
    out->subprotocol = fact_of(c, NAME_SUBPROTOCOL, settled);
    out->sni = fact_of(c, NAME_SNI, settled && !hello_goes_on);
    out->info_hash = fact_of(c, NAME_INFO_HASH, settled);
    out->peer_client = fact_of(c, NAME_PEER_CLIENT, settled);
}

/* The surest of all that say the same: uTP, and MSE inside it. */
static enum confidence surest(const struct conn *c, const struct slot *app)
{
    uint8_t best = app->confidence;

    for (unsigned level = 0; level < c->depth; level++) {
        const struct slot *s = &c->stack[level];
        if (is_application(s) && s->confidence > best && strcmp(slot_app(s), slot_app(app)) == 0)
            best = s->confidence;
    }
    return (enum confidence)best;
}

/* Who is only in a list of DHT nodes may share nothing. */
static enum confidence confidence_of(const struct conn *c, const struct slot *app)
{
    if (peer_decides(c, app))
        return c->known_peer->source == PEER_DHT_NODE ? CONFIDENCE_GUESS : CONFIDENCE_PROBABLE;
    if (app == NULL)
        return CONFIDENCE_NONE;
    return c->tracker == CONFIDENCE_PROBABLE ? CONFIDENCE_PROBABLE : surest(c, app);
}

void view_what(const struct conn *c, bool over, struct facts *out)
{
    const struct slot *app = app_slot(c);

    *out = (struct facts){
        .client = conn_endpoint(c, c->client_side),
        .server = conn_endpoint(c, 1U - c->client_side),
        .transport = (uint8_t)c->node->key.transport,
        .time_ns = c->node->last_ns,
        .second_reading = c->second_reading,
        .proven = c->genuine,
        .direction_known = c->direction_known || over,
        .app = app_name(c, app, over),
        .confidence = confidence_of(c, app),
        .presumed = app == NULL && peer_decides(c, app),
        .settled = over || is_settled(c),
        .over = over,
        .ladder = (enum ladder)c->ladder,
        .start_ns = c->start_ns,
        .vlan = c->vlan,
        .vlan_count = c->vlan_count,
        .ndpi = c->ndpi.proto != NULL || c->ndpi.risk_count > 0 ? &c->ndpi : NULL,
    };
    out->layer_count = layer_names(c, out->layers);
}

void view_facts(const struct conn *c, bool over, struct facts *out)
{
    view_what(c, over, out);
    view_name_facts(c, out);
}

uint64_t view_flow_id(const struct engine *e, const struct conn *c)
{
    struct {
        struct flow_key key;
        int64_t start_ns;
        uint64_t first_packet;
    } what = {.key = c->node->key, .start_ns = c->start_ns, .first_packet = c->first_packet};

    return hash_bytes(&e->id_key, bytes_of(&what, sizeof(what))) >> (64 - FLOW_ID_BITS);
}

static enum flow_state state_of(const struct conn *c)
{
    if (c->closed)
        return FLOW_CLOSED;
    if (c->node->key.transport == TRANSPORT_TCP)
        return c->tcp_state >= TCP_STATE_ESTABLISHED || c->midstream ? FLOW_ESTABLISHED : FLOW_NEW;
    return c->packets[0] > 0 && c->packets[1] > 0 ? FLOW_ESTABLISHED : FLOW_NEW;
}

/* What is counted by side, by direction. */
static void view_counters(const struct conn *c, struct flow_info *out)
{
    for (unsigned side = 0; side < 2; side++) {
        const enum direction d = conn_direction(c, side);
        out->packets[d] = c->packets[side];
        out->bytes[d] = c->bytes[side];
        out->payload_bytes[d] = c->payload[side];
        out->tcp.flags[d] = c->tcp_flags[side];
        out->tcp.missing[d] = c->missing[side];
        out->tcp.retransmissions[d] = c->retransmissions[side];
        out->tcp.out_of_order[d] = c->out_of_order[side];
    }
    out->tcp.state = c->tcp_state;
}

static void view_names(const struct conn *c, struct flow_info *out)
{
    if (c->names == NULL)
        return;
    out->host = c->names->of[NAME_HOST];
    out->path = c->names->of[NAME_PATH];
    out->origin = c->names->of[NAME_ORIGIN];
    out->subprotocol = c->names->of[NAME_SUBPROTOCOL];
    out->sni = c->names->of[NAME_SNI];
    out->info_hash = c->names->of[NAME_INFO_HASH];
    out->peer_client = c->names->of[NAME_PEER_CLIENT];
}

static void view_verdict(const struct conn *c, struct flow_info *out)
{
    out->alerted = c->alerted;
    out->verdict = c->result.verdict;
    if (c->result.rule != NULL) {
        out->rule = c->result.rule->name;
        out->rule_line = c->result.rule->line;
    }
    out->verdict_packet = c->verdict_packet;
    for (unsigned side = 0; side < 2; side++) {
        out->leaked_bytes[conn_direction(c, side)] = c->leaked_bytes[side];
        out->leaked_packets[conn_direction(c, side)] = c->leaked_packets[side];
    }
}

static void view_layers(const struct conn *c, bool over, struct flow_info *out)
{
    const struct slot *app = app_slot(c);

    out->layer_count = layer_names(c, out->layers);
    out->app = app_name(c, app, over);
    out->confidence = confidence_of(c, app);
    for (unsigned level = 0; level < c->depth; level++) {
        const struct slot *s = &c->stack[level];
        if (s->kind == SLOT_LAYER && s->layer->summarise != NULL)
            s->layer->summarise(s->state, out);
    }
}

/* By its peers alone. */
static bool is_presumed(const struct conn *c)
{
    const struct slot *app = app_slot(c);

    return app == NULL && peer_decides(c, app);
}

/* What the port promised, and whether what was seen of the flow keeps it: of the facts, those that
 * policy_mismatch() looks at. */
APART static void find_promise(const struct engine *e, const struct conn *c, bool over,
                               struct flow_info *out)
{
    struct facts facts = {
        .client = out->client,
        .server = out->server,
        .transport = out->transport,
        .direction_known = c->direction_known || over,
        .app = out->app,
        .confidence = out->confidence,
        .presumed = is_presumed(c),
        .layer_count = out->layer_count,
        .settled = over || is_settled(c),
        .over = over,
    };

    memcpy(facts.layers, out->layers, sizeof(facts.layers));
    out->expected = policy_promise(e->config.policy, out->transport, out->server.port);
    out->mismatch = policy_mismatch(e->config.policy, &facts);
}

/* Those that are over and alike differ in nothing else that policy_mismatch() looks at. */
static void view_promise(struct engine *e, const struct conn *c, bool over, struct flow_info *out)
{
    const bool presumed = is_presumed(c);

    if (over && judged_before(&e->judgements, presumed, out))
        return;
    find_promise(e, c, over, out);
    if (over)
        judged_now(&e->judgements, presumed, out);
}

void view_flow(struct engine *e, const struct conn *c, enum event_kind of, bool over,
               struct flow_info *out)
{
    *out = (struct flow_info){
        .id = c->id,
        .source = c->source,
        .live = e->config.live,
        .client = conn_endpoint(c, c->client_side),
        .server = conn_endpoint(c, 1U - c->client_side),
        .transport = (uint8_t)c->node->key.transport,
        .direction_known = c->direction_known,
        .vlan_count = c->vlan_count,
        .start_ns = c->start_ns,
        .end_ns = c->node->last_ns,
        .first_packet = c->first_packet,
        .last_packet = c->last_packet,
        .state = state_of(c),
        .ladder = (enum ladder)c->ladder,
        .tunnel = (enum tri)c->tunnel,
        .ndpi = c->ndpi,
        .evidence = c->evidence,
        .evidence_count = c->evidence_count,
        .anomalies = c->anomalies,
        .speaks = c->speaks,
    };
    memcpy(out->vlan, c->vlan, sizeof(out->vlan));
    view_counters(c, out);
    view_names(c, out);
    view_layers(c, over, out);
    view_verdict(c, out);
    if (of == EVENT_FLOW || of == EVENT_ALERT)
        view_promise(e, c, over, out);
}

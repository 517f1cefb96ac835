/* SPDX-License-Identifier: MIT */
#include "output/summary.h"

#include <stdlib.h>

#include "output/summary_scribe.h"

struct rule_key {
    const char *rule, *action;
    uint64_t line;
};

static void add_both(uint64_t to[2], const uint64_t more[2])
{
    for (int d = TO_SERVER; d <= TO_CLIENT; d++)
        to[d] += more[d];
}

static void add_leak(uint64_t bytes[2], uint64_t packets[2], const struct flow_info *flow)
{
    add_both(bytes, flow->leaked_bytes);
    add_both(packets, flow->leaked_packets);
}

static void count_time(struct summary_counts *c, const struct flow_info *flow)
{
    if (c->all.flows == 1 || flow->start_ns < c->start_ns)
        c->start_ns = flow->start_ns;
    if (c->all.flows == 1 || flow->end_ns > c->end_ns)
        c->end_ns = flow->end_ns;
}

static void count_source(struct summary *s, const struct flow_info *flow)
{
    if (s->counts.several_sources || flow->source == NULL)
        return;
    if (s->source == NULL)
        s->source = tally_text(&s->names, flow->source);
    s->counts.several_sources = strcmp(s->source, flow->source) != 0;
}

static void count_flow(struct summary *s, const struct flow_info *flow,
                       const struct kind_lately *of)
{
    struct summary_counts *c = &s->counts;
    const struct tcp_info *tcp = &flow->tcp;

    totals_add_flow(&c->all, flow);
    count_time(c, flow);
    count_source(s, flow);
    c->tcp += flow->transport == TRANSPORT_TCP;
    c->udp += flow->transport == TRANSPORT_UDP;
    c->blocked += flow->verdict == VERDICT_BLOCK;
    c->allowed += flow->verdict == VERDICT_ALLOW;
    c->mismatched += flow->mismatch == TRI_YES;
    c->torrents += of->torrent;
    c->tunnels += flow->tunnel == TRI_YES;
    c->perhaps_tunnels += flow->tunnel == TRI_NOT_YET;
    c->unknown += flow->app == NULL;
    c->silent += of->silent;
    c->evicted += flow->end == FLOW_EVICTED;
    if (flow->transport == TRANSPORT_TCP) {
        const uint64_t missing = tcp->missing[TO_SERVER] + tcp->missing[TO_CLIENT];
        c->gap_flows += missing > 0;
        c->missing_bytes += missing;
        c->late_flows += ((tcp->flags[TO_SERVER] | tcp->flags[TO_CLIENT]) & TCP_SYN) == 0;
    }
    if (flow->verdict == VERDICT_BLOCK)
        add_leak(c->leaked_bytes, c->leaked_packets, flow);
}

/* NULL: there is no room. */
static struct flow_kind *kind_of(struct summary *s, struct kind_key key)
{
    bool fresh;

    key.app = tally_text(&s->names, key.app);
    key.rule = tally_text(&s->names, key.rule);
    for (size_t i = 0; i < FLOW_LAYERS; i++)
        key.layers[i] = tally_text(&s->names, key.layers[i]);
    return tally_get(&s->kinds, bytes_of(&key, sizeof(key)), &fresh);
}

/* Keeps `flow` as the one to show when it is the worst of its kind. All of a kind have the same
 * rank. False: there is none to show. */
static bool show_worst(struct flow_kind *kind, const struct flow_info *flow, struct tally *names)
{
    if (kind->worst != NULL &&
        (flow_bytes(flow) < flow_bytes(kind->worst) || flow_compare(flow, kind->worst) >= 0))
        return true;
    struct flow_info *copy = flow_copy(flow, names);
    if (copy == NULL) {
        names->failed = true;
        return kind->worst != NULL;
    }
    free(kind->worst);
    kind->worst = copy;
    return true;
}

static void count_kind(struct summary *s, const struct flow_info *flow, bool whole,
                       struct flow_kind *kind)
{
    if (kind == NULL || !(whole ? show_worst(kind, flow, &s->names) : kind->worst != NULL)) {
        totals_add_flow(&s->counts.other_kinds, flow);
        return;
    }
    totals_add_flow(&kind->totals, flow);
    add_leak(kind->leaked_bytes, kind->leaked_packets, flow);
    few_addr_add(&kind->clients, &flow->client.addr);
    few_addr_add(&kind->servers, &flow->server.addr);
}

/* NULL: there is no room. */
static struct rule_entry *rule_entry_of(struct summary *s, const char *rule, const char *action,
                                        uint32_t line)
{
    const struct rule_key key = {tally_text(&s->names, rule), tally_text(&s->names, action), line};
    bool fresh;
    struct rule_entry *r = tally_get(&s->rules, bytes_of(&key, sizeof(key)), &fresh);

    if (r != NULL && fresh) {
        r->rule = key.rule;
        r->action = key.action;
        r->line = line;
    }
    return r;
}

static void first_packet(uint64_t *first, uint64_t packet)
{
    if (*first == 0 || packet < *first)
        *first = packet;
}

static void count_rule(struct summary *s, const struct flow_info *flow, struct rule_entry *r)
{
    if (r == NULL) {
        s->counts.other_rules++;
        return;
    }
    totals_add_flow(&r->totals, flow);
    first_packet(&r->first_packet, flow->first_packet);
    if (flow->verdict != VERDICT_BLOCK)
        return;
    add_leak(r->leaked_bytes, r->leaked_packets, flow);
    const uint64_t leak = flow->leaked_bytes[TO_SERVER] + flow->leaked_bytes[TO_CLIENT];
    if (leak > r->worst_leak)
        r->worst_leak = leak;
    r->too_late += flow->verdict_packet == 0;
}

/* NULL: there is no room. */
static struct service *find_service(struct summary *s, const struct flow_info *flow,
                                    struct bytes host, struct bytes path)
{
    uint8_t key[2 * KEPT_TEXT + 1];
    bool fresh;

    memcpy(key, host.at, host.len);
    key[host.len] = '\0'; /* no host that HTTP accepts holds a NUL, and one that does only misleads
                             itself */
    if (path.len > 0)
        memcpy(key + host.len + 1, path.at, path.len);
    struct service *v = tally_get(&s->services, bytes_of(key, host.len + 1 + path.len), &fresh);
    if (v != NULL && fresh) {
        const struct bytes kept = tally_key(&s->services, s->services.count - 1);
        v->host = bytes_first(kept, host.len);
        v->path = bytes_after(kept, host.len + 1);
        v->port = flow->server.port;
    }
    return v;
}

/* Mostly the one that was asked for last. */
static struct service *service_of(struct summary *s, const struct flow_info *flow,
                                  struct bytes host, struct bytes path)
{
    struct service *last = s->service;
    char address[ENDPOINT_TEXT_ROOM];

    if (host.len == 0) /* the handshake was not captured */
        host = bytes_of(address, endpoint_text(&flow->server, address));
    host = bytes_first(host, KEPT_TEXT);
    path = bytes_first(path_without_query(path), KEPT_TEXT);
    if (last != NULL && bytes_equal(last->host, host) && bytes_equal(last->path, path))
        return last;
    s->service = find_service(s, flow, host, path);
    s->counts.other_services += s->service == NULL;
    return s->service;
}

static void count_socket(struct summary *s, const struct flow_info *flow)
{
    if (flow->ws == NULL && flow->ladder == LADDER_NONE)
        return;
    struct service *v = service_of(s, flow, flow->host, flow->path);
    if (v == NULL)
        return;
    v->flows++;
    v->ladder[flow->ladder]++;
    if (flow->ws == NULL)
        return;
    v->compressed += flow->ws->compressed;
    v->tunnels += flow->tunnel == TRI_YES;
    add_both(v->messages, flow->ws->messages);
    add_both(v->payload, flow->ws->payload);
    if (flow->ws->close_code != 0)
        few_u64_add(&v->close_codes, flow->ws->close_code);
}

static bool is_app(const struct flow_info *flow, const char *app)
{
    return flow->app != NULL && strcmp(flow->app, app) == 0;
}

/* Most flows are like one of the last ones: then their texts, which stay where they are
 * (flow_info.h), need not be looked at. */
static struct kind_lately *lately(struct summary *s, const struct flow_info *flow)
{
    const struct kind_key key = kind_key_of(flow);
    struct kind_lately *l = &s->lately[kind_key_place(&key, KINDS_LATELY)];

    if (l->kind != NULL && l->rule != NULL && memcmp(&l->told, &key, sizeof(key)) == 0)
        return l;
    l->told = key;
    l->kind = kind_of(s, key);
    l->rule = rule_entry_of(s, flow->rule, verdict_name(flow->verdict), flow->rule_line);
    l->app = tally_text(&s->names, flow->app != NULL ? flow->app : "?");
    l->torrent = is_app(flow, "bittorrent");
    l->silent = is_app(flow, "none");
    return l;
}

/* What no table says. */
static void count_for_report(struct summary *s, const struct flow_info *flow,
                             const struct kind_lately *of)
{
    count_socket(s, flow);
    timeline_add(&s->timeline, of->app, flow);
    talkers_add(&s->clients, &flow->client.addr, flow);
    talkers_add(&s->servers, &flow->server.addr, flow);
    if (of->torrent)
        swarm_flow(&s->swarm, flow);
}

/* Not `whole`: its names and all that follows them are not known, and another of its kind is worse.
 */
static void on_flow(struct summary *s, const struct flow_info *flow, bool whole)
{
    if (flow->end == FLOW_GOES_ON) /* an interim report: it will be told again */
        return;
    const struct kind_lately *of = lately(s, flow);
    count_flow(s, flow, of);
    count_kind(s, flow, whole, of->kind);
    count_rule(s, flow, of->rule);
    kept_add(&s->worst, flow, &s->names);
    if (s->reports)
        count_for_report(s, flow, of);
}

/* A name off the wire, kept. It ends at its first NUL. */
static const char *keep_name(struct summary *s, struct bytes name)
{
    char text[KEPT_TEXT + 1] = {0};
    const struct bytes kept = bytes_first(name, KEPT_TEXT);

    if (kept.len > 0)
        memcpy(text, kept.at, kept.len);
    return tally_text(&s->names, text);
}

static void on_handshake(struct summary *s, const struct event *e)
{
    const struct handshake *h = &e->as.handshake;

    if (!s->reports || e->flow == NULL)
        return;
    struct service *v = service_of(s, e->flow, h->host, h->path);
    if (v == NULL)
        return;
    v->handshakes++;
    v->cross_origin += h->cross_origin;
    if (h->has_origin)
        few_text_add(&v->origins, keep_name(s, h->origin), h->cross_origin);
    else
        v->no_origin++;
    if (h->subprotocol.len > 0)
        few_text_add(&v->subprotocols, keep_name(s, h->subprotocol), false);
}

static void on_alert(struct summary *s, const struct event *e)
{
    const struct alert_event *a = &e->as.alert;

    if (a->rate != NULL)
        floods_add(&s->floods, e, &s->names);
    if (strcmp(a->action, "alert") != 0) /* the flow will tell its verdict */
        return;
    s->counts.alerts++;
    struct rule_entry *r = rule_entry_of(s, a->rule, a->action, a->line);
    if (r == NULL) {
        s->counts.other_rules++;
        return;
    }
    r->alerts++;
    first_packet(&r->first_packet, e->packet);
}

static void on_anomaly(struct summary *s, const struct anomaly_note *n)
{
    struct anomaly_entry *a = &s->anomalies[n->id];

    s->counts.anomalies++;
    if (a->count++ > 0)
        return;
    a->id = (enum anomaly)n->id;
    a->first_packet = n->packet;
    a->source = tally_text(&s->names, n->source);
    a->flow_id = n->flow_id;
}

static void tell_anomaly(struct summary *s, const struct event *e)
{
    const struct anomaly_note n = anomaly_note_of(e);

    on_anomaly(s, &n);
}

static void on_stats(struct summary *s, const struct stats_event *stats)
{
    s->stat_count = stats->count < SUMMARY_STATS ? stats->count : SUMMARY_STATS;
    for (size_t i = 0; i < s->stat_count; i++) {
        s->stats[i] = stats->stats[i];
        s->stats[i].group = tally_text(&s->names, stats->stats[i].group);
        s->stats[i].name = tally_text(&s->names, stats->stats[i].name);
        if (strcmp(stats->stats[i].name, "syn_overwritten") == 0)
            s->counts.bare_syns = stats->stats[i].value;
        if (strcmp(stats->stats[i].name, "holes_given_up") == 0)
            s->counts.hasty = stats->stats[i].value;
        if (strcmp(stats->stats[i].group, "flow") == 0 &&
            strcmp(stats->stats[i].name, "refused") == 0)
            s->counts.refused = stats->stats[i].value;
    }
}

static void on_event(void *ctx, const struct event *e)
{
    struct summary *s = ctx;

    switch (e->kind) {
    case EVENT_FLOW: on_flow(s, e->flow, true); break;
    case EVENT_HANDSHAKE: on_handshake(s, e); break;
    case EVENT_ALERT: on_alert(s, e); break;
    case EVENT_ANOMALY: tell_anomaly(s, e); break;
    case EVENT_STATS: on_stats(s, &e->as.stats); break;
    case EVENT_BITTORRENT: swarm_event(&s->swarm, e, &s->names); break;
    case EVENT_HTTP_REQUEST:
    case EVENT_HTTP_STATUS:
    case EVENT_HTTP_SLOW:
    case EVENT_HTTP:
    case EVENT_TLS:
    case EVENT_MESSAGE_BEGIN:
    case EVENT_PAYLOAD:
    case EVENT_MESSAGE:
    case EVENT_FRAME: break;
    }
}

/* As summary_scribe.c wrote it. */
static void put(void *ctx, struct bytes text)
{
    struct summary *s = ctx;
    struct anomaly_note n;

    if (text.len == sizeof(n)) {
        memcpy(&n, text.at, sizeof(n));
        on_anomaly(s, &n);
    } else {
        memcpy(&s->told, text.at, text.len);
        on_flow(s, &s->told, false);
    }
}

static const struct scribe scribe = {.create = summary_scribe_create,
                                     .free = free,
                                     .write = summary_scribe_write,
                                     .put = put,
                                     .wants_event = summary_scribe_wants};

static size_t flows_kept(uint32_t parts)
{
    if ((parts & SUMMARY_ALL_FLOWS) != 0)
        return SUMMARY_MANY;
    return (parts & SUMMARY_REPORT) != 0 ? SUMMARY_WORST : 0;
}

struct summary *summary_create(uint32_t parts, struct err *err)
{
    struct summary *s = calloc(1, sizeof(*s));

    if (s == NULL) {
        err_set(err, "no memory for the summary");
        return NULL;
    }
    s->sink = (struct sink){.event = on_event, .ctx = s, .interest = INTEREST_ANOMALIES};
    s->reports = (parts & SUMMARY_REPORT) != 0;
    if (flows_kept(parts) == 0) /* else much more is told of each flow */
        s->sink.scribe = &scribe;
    if (s->reports)
        s->sink.interest |= INTEREST_BITTORRENT | INTEREST_HANDSHAKES;
    tally_init(&s->names, 0, SUMMARY_NAMES);
    tally_init(&s->kinds, sizeof(struct flow_kind), SUMMARY_KINDS);
    tally_init(&s->rules, sizeof(struct rule_entry), SUMMARY_RULES);
    tally_init(&s->services, sizeof(struct service), SUMMARY_SERVICES);
    talkers_init(&s->clients);
    talkers_init(&s->servers);
    swarm_init(&s->swarm);
    timeline_init(&s->timeline);
    floods_init(&s->floods);
    kept_init(&s->worst, flows_kept(parts));
    return s;
}

bool summary_whole(const struct summary *s)
{
    return !s->names.failed && !s->kinds.failed && !s->rules.failed && !s->services.failed &&
           !s->clients.tally.failed && !s->servers.tally.failed && !s->worst.failed &&
           !s->timeline.apps.failed && !s->floods.tally.failed && swarm_whole(&s->swarm);
}

struct sink *summary_sink(struct summary *s)
{
    return &s->sink;
}

void summary_free(struct summary *s)
{
    if (s == NULL)
        return;
    for (size_t i = 0; i < s->kinds.count; i++)
        free(((struct flow_kind *)tally_at(&s->kinds, i))->worst);
    tally_free(&s->names);
    tally_free(&s->kinds);
    tally_free(&s->rules);
    tally_free(&s->services);
    talkers_free(&s->clients);
    talkers_free(&s->servers);
    kept_free(&s->worst);
    swarm_free(&s->swarm);
    timeline_free(&s->timeline);
    floods_free(&s->floods);
    free(s);
}

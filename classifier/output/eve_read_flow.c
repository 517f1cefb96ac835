/* SPDX-License-Identifier: MIT */
#include "output/eve_read.h"

#include <stdio.h>

#include "output/eve_words.h"

#define NS_PER_US   1000
#define SPAN_US_MAX ((uint64_t)INT64_MAX / NS_PER_US / 4) /* two of them may be added, in ns */

static const char *confidence_word(unsigned n)
{
    return n <= CONFIDENCE_CERTAIN ? confidence_name((enum confidence)n) : NULL;
}

static const char *ladder_word(unsigned n)
{
    return n <= LADDER_UNFRAMED ? ladder_name((enum ladder)n) : NULL;
}

static const char *shape_word(unsigned n)
{
    return n <= SHAPE_RANDOM ? shape_name((enum shape)n) : NULL;
}

static const char *verdict_word(unsigned n)
{
    return n <= VERDICT_BLOCK ? verdict_name((enum verdict)n) : NULL;
}

static void read_vlans(struct eve_line *l, struct flow_info *f)
{
    const struct json_value *list = eve_array(l, l->top, "vlan");
    const struct json_value *v = json_tree_first(l->tree, list);

    for (; v != NULL && f->vlan_count < PACKET_VLANS; v = json_tree_next(l->tree, list, v)) {
        unsigned id = 0;
        for (size_t i = 0; v->kind == JSON_NUMBER && i < v->text.len && id <= UINT16_MAX; i++)
            id = id * 10 + (unsigned)(v->text.at[i] - '0');
        if (v->kind == JSON_NUMBER && id <= UINT16_MAX)
            f->vlan[f->vlan_count++] = (uint16_t)id;
    }
}

static uint8_t transport_of(struct bytes proto)
{
    if (bytes_equal_nocase(proto, bytes_of_text("TCP")))
        return TRANSPORT_TCP;
    return bytes_equal_nocase(proto, bytes_of_text("UDP")) ? TRANSPORT_UDP : TRANSPORT_NONE;
}

/* "sensor3:eth0": who has many sensors names them (Suricata's `host`). */
static const char *source_of(struct eve_line *l, bool live)
{
    const char *name = eve_name(l, l->top, live ? "in_iface" : "pcap_filename");
    const struct bytes host = eve_bytes(l, l->top, "host");
    char both[256];

    if (host.len == 0 || !live || name == NULL)
        return name;
    snprintf(both, sizeof(both), "%s:%s", (const char *)host.at, name);
    return tally_text(l->names, both);
}

bool eve_read_common(struct eve_line *l, struct event *e, struct eve_store *s, bool by_sender)
{
    struct flow_info *f = &s->flow;
    struct endpoint src = {.port = (uint16_t)eve_number(l, l->top, "src_port", UINT16_MAX)};
    struct endpoint dest = {.port = (uint16_t)eve_number(l, l->top, "dest_port", UINT16_MAX)};

    *f = (struct flow_info){.id = eve_number(l, l->top, "flow_id", UINT64_MAX)};
    if (!eve_time(l, l->top, "timestamp", &e->time_ns))
        eve_fault(l, "timestamp", "absent");
    e->packet = eve_number(l, l->top, "pcap_cnt", UINT64_MAX);
    f->live = eve_has(l, l->top, "in_iface");
    f->source = source_of(l, f->live);
    f->transport = transport_of(eve_bytes(l, l->top, "proto"));
    f->app = eve_name(l, l->top, "app_proto");
    read_vlans(l, f);
    const bool from = eve_addr(l, l->top, "src_ip", &src.addr);
    const bool to = eve_addr(l, l->top, "dest_ip", &dest.addr);
    if (by_sender && bytes_equal(eve_bytes(l, l->more, "sender"), bytes_of_text("server")))
        e->direction = TO_CLIENT;
    const bool turned = by_sender && e->direction == TO_CLIENT;
    f->client = turned ? dest : src;
    f->server = turned ? src : dest;
    if (!eve_has(l, l->top, "flow_id") || f->transport == TRANSPORT_NONE)
        return false;
    if (!from || !to)
        eve_fault(l, from ? "dest_ip" : "src_ip", "absent");
    return true;
}

void eve_read_evidence(struct eve_line *l, struct eve_store *s)
{
    static const char *const detail[2] = {"detail", "detail_hex"};
    const struct json_value *list = eve_array(l, l->more, "evidence");
    uint8_t n = 0;

    for (const struct json_value *v = json_tree_first(l->tree, list); v != NULL && n < EVIDENCE_MAX;
         v = json_tree_next(l->tree, list, v)) {
        struct evidence *seen = &s->evidence[n];
        *seen = (struct evidence){
            .packet = eve_number(l, v, "packet", UINT64_MAX),
            .what = eve_name(l, v, "what"),
            .detail = eve_bytes_or_hex(l, v, detail, s->detail[n], EVIDENCE_DETAIL),
            .bits = (uint8_t)eve_number(l, v, "bits", UINT8_MAX),
        };
        if (seen->what != NULL)
            n++;
    }
    s->flow.evidence = s->evidence;
    s->flow.evidence_count = n;
}

static void read_ndpi(struct eve_line *l, struct eve_store *s)
{
    const struct json_value *in = eve_object(l, l->more, "ndpi");
    const struct json_value *list = eve_array(l, in, "risks");
    struct ndpi_info *n = &s->flow.ndpi;

    n->proto = eve_name(l, in, "proto");
    n->category = eve_name(l, in, "category");
    n->risks = s->risks;
    for (const struct json_value *v = json_tree_first(l->tree, list);
         v != NULL && n->risk_count < EVE_RISKS; v = json_tree_next(l->tree, list, v))
        if (v->kind == JSON_STRING)
            s->risks[n->risk_count++] = eve_keep(l, v->text);
}

static int64_t span_ns(struct eve_line *l, const struct json_value *in, const char *member)
{
    return (int64_t)eve_number(l, in, member, SPAN_US_MAX) * NS_PER_US;
}

static void read_round_trips(struct eve_line *l, const struct json_value *in,
                             struct ws_round_trips *p)
{
    p->count = (uint32_t)eve_number(l, in, "count", UINT32_MAX);
    p->least_ns = span_ns(l, in, "least_us");
    p->most_ns = span_ns(l, in, "most_us");
    const uint64_t mean_us = eve_number(l, in, "mean_us", SPAN_US_MAX);
    if (p->count > 0 && mean_us > SPAN_US_MAX / p->count)
        eve_fault(l, "mean_us", "no whole number of that size");
    else
        p->sum_ns = (int64_t)(mean_us * p->count) * NS_PER_US;
}

static void read_figures(struct eve_line *l, const struct json_value *in, struct ws_figures *g,
                         int64_t start_ns)
{
    static const char *const smallest[] = {"smallest_toserver", "smallest_toclient"};
    static const char *const largest[] = {"largest_toserver", "largest_toclient"};
    static const char *const deflated[] = {"deflated_toserver", "deflated_toclient"};
    static const char *const inflated[] = {"inflated_toserver", "inflated_toclient"};

    *g = (struct ws_figures){.first_ns = start_ns};
    g->last_ns = start_ns + span_ns(l, in, "span_us");
    g->idle_ns[TO_SERVER] = span_ns(l, in, "idle_us_toserver");
    g->idle_ns[TO_CLIENT] = span_ns(l, in, "idle_us_toclient");
    eve_both(l, in, smallest, g->smallest);
    eve_both(l, in, largest, g->largest);
    eve_both(l, in, deflated, g->deflated);
    eve_both(l, in, inflated, g->inflated);
    read_round_trips(l, eve_object(l, in, "ping_toserver"), &g->ping[TO_SERVER]);
    read_round_trips(l, eve_object(l, in, "ping_toclient"), &g->ping[TO_CLIENT]);
}

static void read_ws(struct eve_line *l, struct eve_store *s)
{
    static const char *const messages[] = {"messages_toserver", "messages_toclient"};
    static const char *const frames[] = {"frames_toserver", "frames_toclient"};
    static const char *const payload[] = {"payload_toserver", "payload_toclient"};
    static const char *const text[] = {"text_toserver", "text_toclient"};
    static const char *const binary[] = {"binary_toserver", "binary_toclient"};
    static const char *const pings[] = {"pings_toserver", "pings_toclient"};
    static const char *const pongs[] = {"pongs_toserver", "pongs_toclient"};
    const struct json_value *in = eve_object(l, l->more, "websocket");
    struct ws_totals *w = &s->ws;

    if (in == NULL)
        return;
    *w = (struct ws_totals){.close_by = -1};
    eve_both(l, in, messages, w->messages);
    eve_both(l, in, frames, w->frames);
    eve_both(l, in, payload, w->payload);
    eve_both_u32(l, in, text, w->text);
    eve_both_u32(l, in, binary, w->binary);
    eve_both_u32(l, in, pings, w->pings);
    eve_both_u32(l, in, pongs, w->pongs);
    w->close_code = (uint16_t)eve_number(l, in, "close_code", UINT16_MAX);
    if (eve_has(l, in, "close_by"))
        w->close_by = bytes_equal(eve_bytes(l, in, "close_by"), bytes_of_text("client"))
                          ? TO_SERVER
                          : TO_CLIENT;
    w->compressed = eve_true(l, in, "compressed");
    s->flow.ws = w;
    if (!eve_has(l, in, "span_us"))
        return;
    read_figures(l, in, &s->figures, s->flow.start_ns);
    s->flow.ws_figures = &s->figures;
}

static void read_names(struct eve_line *l, struct eve_store *s)
{
    static const char *const member[EVE_NAMES][2] = {
        {"host", "host_hex"},     {"path", "path_hex"},
        {"origin", "origin_hex"}, {"subprotocol", "subprotocol_hex"},
        {"sni", "sni_hex"},       {"client", "client_hex"}};
    struct flow_info *f = &s->flow;
    struct bytes *const to[EVE_NAMES] = {&f->host,        &f->path, &f->origin,
                                         &f->subprotocol, &f->sni,  &f->peer_client};

    for (size_t i = 0; i < EVE_NAMES; i++)
        *to[i] = eve_bytes_or_hex(l, l->more, member[i], s->name[i], EVE_NAME_MAX);
    if (eve_hex(l, l->more, "info_hash", s->info_hash, sizeof(s->info_hash)))
        f->info_hash = bytes_of(s->info_hash, sizeof(s->info_hash));
}

/* Bytes that were missing: each way where both ways miss some, else their sum. */
static void read_missing(struct eve_line *l, const struct json_value *tcp, struct tcp_info *t)
{
    static const char *const each[] = {"missing_bytes_toserver", "missing_bytes_toclient"};
    const uint64_t sum = eve_number(l, l->more, "missing_bytes", UINT64_MAX);

    if (eve_has(l, l->more, each[0]))
        eve_both(l, l->more, each, t->missing);
    else
        t->missing[eve_true(l, tcp, "ts_gap") ? TO_SERVER : TO_CLIENT] = sum;
}

static void read_tcp(struct eve_line *l, struct tcp_info *t)
{
    static const char *const again[] = {"retransmissions_toserver", "retransmissions_toclient"};
    static const char *const late[] = {"out_of_order_toserver", "out_of_order_toclient"};
    const struct json_value *in = eve_object(l, l->top, "tcp");

    (void)eve_hex(l, in, "tcp_flags_ts", &t->flags[TO_SERVER], 1);
    (void)eve_hex(l, in, "tcp_flags_tc", &t->flags[TO_CLIENT], 1);
    t->state = (uint8_t)eve_word(l, in, "state", eve_tcp_state_word, TCP_STATE_NONE);
    read_missing(l, in, t);
    eve_both_u32(l, l->more, again, t->retransmissions);
    eve_both_u32(l, l->more, late, t->out_of_order);
}

static void read_counts(struct eve_line *l, struct flow_info *f)
{
    static const char *const pkts[] = {"pkts_toserver", "pkts_toclient"};
    static const char *const bytes[] = {"bytes_toserver", "bytes_toclient"};
    static const char *const payload[] = {"payload_bytes_toserver", "payload_bytes_toclient"};
    const struct json_value *in = eve_object(l, l->top, "flow");

    if (in == NULL)
        eve_fault(l, "flow", "absent");
    eve_both(l, in, pkts, f->packets);
    eve_both(l, in, bytes, f->bytes);
    eve_both(l, l->more, payload, f->payload_bytes);
    if (!eve_time(l, in, "start", &f->start_ns))
        eve_fault(l, "start", "absent");
    if (!eve_time(l, in, "end", &f->end_ns))
        f->end_ns = f->start_ns;
    f->start_ns += (int64_t)eve_number(l, l->more, "start_ns", NS_PER_US - 1);
    f->end_ns += (int64_t)eve_number(l, l->more, "end_ns", NS_PER_US - 1);
    f->state = (enum flow_state)eve_word(l, in, "state", eve_state_word, FLOW_ESTABLISHED);
    f->end = (enum flow_end)eve_word(l, in, "reason", eve_reason_word, FLOW_FORCED);
    f->alerted = eve_true(l, in, "alerted");
}

static void read_verdict(struct eve_line *l, struct flow_info *f)
{
    static const char *const bytes[] = {"leaked_bytes_toserver", "leaked_bytes_toclient"};
    static const char *const pkts[] = {"leaked_pkts_toserver", "leaked_pkts_toclient"};

    f->verdict = (enum verdict)eve_word(l, l->more, "verdict", verdict_word, VERDICT_NONE);
    f->rule = eve_name(l, l->more, "rule");
    f->rule_line = (uint32_t)eve_number(l, l->more, "line", UINT32_MAX);
    f->verdict_packet = eve_number(l, l->more, "verdict_packet", UINT64_MAX);
    eve_both(l, l->more, bytes, f->leaked_bytes);
    eve_both(l, l->more, pkts, f->leaked_packets);
}

static void read_label(struct eve_line *l, struct flow_info *f)
{
    const struct json_value *list = eve_array(l, l->more, "layers");

    for (const struct json_value *v = json_tree_first(l->tree, list);
         v != NULL && f->layer_count < FLOW_LAYERS; v = json_tree_next(l->tree, list, v))
        if (v->kind == JSON_STRING)
            f->layers[f->layer_count++] = eve_keep(l, v->text);
    f->speaks = eve_name(l, l->more, "speaks");
    f->app = eve_name(l, l->more, "app");
    f->confidence =
        (enum confidence)eve_word(l, l->more, "confidence", confidence_word, CONFIDENCE_NONE);
    f->expected = eve_name(l, l->more, "expected");
    f->mismatch = !eve_has(l, l->more, "mismatch")   ? TRI_NOT_YET
                  : eve_true(l, l->more, "mismatch") ? TRI_YES
                                                     : TRI_NO;
    f->ladder = (enum ladder)eve_word(l, l->more, "ladder", ladder_word, LADDER_NONE);
    f->shape = (enum shape)eve_word(l, l->more, "shape", shape_word, SHAPE_NONE);
    f->tunnel = (enum tri)eve_word(l, l->more, "tunnel", eve_tunnel_word, TRI_NO);
    f->direction_known =
        !eve_has(l, l->more, "direction_known") || eve_true(l, l->more, "direction_known");
}

/* Another program's record: its transport, its app as a layer, and that it dropped it. */
static void read_foreign(struct eve_line *l, struct flow_info *f)
{
    const struct json_value *in = eve_object(l, l->top, "flow");

    f->mismatch = TRI_NOT_YET;
    f->direction_known = true;
    f->layers[f->layer_count++] = f->transport == TRANSPORT_TCP ? "tcp" : "udp";
    if (f->app != NULL && strcmp(f->app, "failed") == 0)
        f->app = NULL;
    if (f->app != NULL) {
        f->layers[f->layer_count++] = f->app;
        f->confidence = CONFIDENCE_STRONG;
    }
    if (bytes_equal(eve_bytes(l, in, "action"), bytes_of_text("drop")))
        f->verdict = VERDICT_BLOCK;
}

void eve_read_flow(struct eve_line *l, struct event *e, struct eve_store *s)
{
    struct flow_info *f = &s->flow;

    read_counts(l, f);
    f->last_packet = e->packet;
    if (f->transport == TRANSPORT_TCP)
        read_tcp(l, &f->tcp);
    e->as.flow_end = f->end;
    if (l->more == NULL) {
        read_foreign(l, f);
        return;
    }
    f->first_packet = eve_number(l, l->more, "first_packet", UINT64_MAX);
    f->anomalies = (uint32_t)eve_number(l, l->more, "anomalies", UINT32_MAX);
    read_label(l, f);
    read_ndpi(l, s);
    eve_read_evidence(l, s);
    read_verdict(l, f);
    read_names(l, s);
    read_ws(l, s);
}

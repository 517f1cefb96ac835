/* SPDX-License-Identifier: MIT */
#include "output/eve_body.h"

#include "output/eve_words.h"

#define NS_PER_SECOND 1000000000

/* `name` is of static lifetime, as all keys. */
struct by_direction {
    const char *to_server, *to_client;
};

JSON_INLINE void write_both(struct json *j, struct by_direction key, const uint64_t value[2])
{
    json_u64(j, key.to_server, value[TO_SERVER]);
    json_u64(j, key.to_client, value[TO_CLIENT]);
}

static void write_counts(struct json *j, const struct flow_info *f)
{
    const int64_t age = (f->end_ns - f->start_ns) / NS_PER_SECOND;

    json_object(j, "flow");
    write_both(j, (struct by_direction){"pkts_toserver", "pkts_toclient"}, f->packets);
    write_both(j, (struct by_direction){"bytes_toserver", "bytes_toclient"}, f->bytes);
    json_time(j, "start", f->start_ns);
    json_time(j, "end", f->end_ns);
    json_u64(j, "age", age > 0 ? (uint64_t)age : 0);
    json_text(j, "state", eve_state_word(f->state));
    json_text(j, "reason", eve_reason_word(f->end));
    json_bool(j, "alerted", f->alerted);
    json_end(j);
}

/* RFC 9293 s3.1 and, for the last two, RFC 3168 s6.1; in Suricata's order. */
static void write_flags(struct json *j, uint8_t flags)
{
    static const struct {
        uint8_t bit;
        const char *name;
    } row[] = {{TCP_SYN, "syn"}, {TCP_FIN, "fin"}, {TCP_RST, "rst"}, {TCP_PSH, "psh"},
               {TCP_ACK, "ack"}, {TCP_URG, "urg"}, {0x40, "ecn"},    {0x80, "cwr"}};

    for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
        if ((flags & row[i].bit) != 0)
            json_bool(j, row[i].name, true);
}

static void write_tcp(struct json *j, const struct tcp_info *t)
{
    const uint8_t all = t->flags[TO_SERVER] | t->flags[TO_CLIENT];

    json_object(j, "tcp");
    json_hex(j, "tcp_flags", bytes_of(&all, 1));
    json_hex(j, "tcp_flags_ts", bytes_of(&t->flags[TO_SERVER], 1));
    json_hex(j, "tcp_flags_tc", bytes_of(&t->flags[TO_CLIENT], 1));
    write_flags(j, all);
    json_text(j, "state", eve_tcp_state_word(t->state));
    if (t->missing[TO_CLIENT] > 0)
        json_bool(j, "tc_gap", true);
    if (t->missing[TO_SERVER] > 0)
        json_bool(j, "ts_gap", true);
    json_end(j);
}

static void write_texts(struct json *j, const char *key, const char *const *texts, uint8_t count)
{
    if (count == 0)
        return;
    json_array(j, key);
    for (uint8_t i = 0; i < count; i++)
        json_text(j, NULL, texts[i]);
    json_end(j);
}

static void write_ndpi(struct json *j, const struct ndpi_info *n)
{
    if (n->proto == NULL)
        return;
    json_object(j, "ndpi");
    json_text(j, "proto", n->proto);
    eve_text_if(j, "category", n->category);
    write_texts(j, "risks", n->risks, n->risk_count);
    json_end(j);
}

static void write_evidence(struct json *j, const struct flow_info *f)
{
    if (f->evidence_count == 0)
        return;
    json_array(j, "evidence");
    for (uint8_t i = 0; i < f->evidence_count; i++) {
        json_object(j, NULL);
        json_u64(j, "packet", f->evidence[i].packet);
        json_text(j, "what", f->evidence[i].what);
        eve_bytes_if(j, "detail", "detail_hex", f->evidence[i].detail);
        if (f->evidence[i].bits > 0)
            json_u64(j, "bits", f->evidence[i].bits);
        json_end(j);
    }
    json_end(j);
}

static uint64_t microseconds(int64_t span_ns)
{
    return span_ns > 0 ? (uint64_t)span_ns / 1000 : 0;
}

static void write_round_trips(struct json *j, const char *key, const struct ws_round_trips *p)
{
    if (p->count == 0)
        return;
    json_object(j, key);
    json_u64(j, "count", p->count);
    json_u64(j, "least_us", microseconds(p->least_ns));
    json_u64(j, "mean_us", microseconds(p->sum_ns / p->count));
    json_u64(j, "most_us", microseconds(p->most_ns));
    json_end(j);
}

static void write_figures(struct json *j, const struct ws_figures *g)
{
    const uint64_t idle[2] = {microseconds(g->idle_ns[0]), microseconds(g->idle_ns[1])};

    json_u64(j, "span_us", microseconds(g->last_ns - g->first_ns));
    write_both(j, (struct by_direction){"idle_us_toserver", "idle_us_toclient"}, idle);
    write_both(j, (struct by_direction){"smallest_toserver", "smallest_toclient"}, g->smallest);
    write_both(j, (struct by_direction){"largest_toserver", "largest_toclient"}, g->largest);
    if (g->deflated[0] + g->deflated[1] > 0) {
        write_both(j, (struct by_direction){"deflated_toserver", "deflated_toclient"}, g->deflated);
        write_both(j, (struct by_direction){"inflated_toserver", "inflated_toclient"}, g->inflated);
    }
    write_round_trips(j, "ping_toserver", &g->ping[TO_SERVER]);
    write_round_trips(j, "ping_toclient", &g->ping[TO_CLIENT]);
}

static void write_ws(struct json *j, const struct ws_totals *w, const struct ws_figures *g)
{
    if (w == NULL)
        return;
    json_object(j, "websocket");
    write_both(j, (struct by_direction){"messages_toserver", "messages_toclient"}, w->messages);
    write_both(j, (struct by_direction){"frames_toserver", "frames_toclient"}, w->frames);
    write_both(j, (struct by_direction){"payload_toserver", "payload_toclient"}, w->payload);
    if (g != NULL)
        write_figures(j, g);
    eve_u64_if(j, "close_code", w->close_code);
    if (w->close_by >= 0)
        json_text(j, "close_by", w->close_by == TO_SERVER ? "client" : "server");
    eve_ws_more(j, w);
    json_end(j);
}

static void write_leak(struct json *j, const uint64_t bytes[2], const uint64_t packets[2])
{
    write_both(j, (struct by_direction){"leaked_bytes_toserver", "leaked_bytes_toclient"}, bytes);
    write_both(j, (struct by_direction){"leaked_pkts_toserver", "leaked_pkts_toclient"}, packets);
}

static void write_verdict(struct json *j, const struct flow_info *f)
{
    if (f->verdict == VERDICT_NONE)
        return;
    json_text(j, "verdict", verdict_name(f->verdict));
    eve_text_if(j, "rule", f->rule);
    eve_u64_if(j, "verdict_packet", f->verdict_packet);
    if (f->verdict == VERDICT_BLOCK)
        write_leak(j, f->leaked_bytes, f->leaked_packets);
}

static void write_label(struct json *j, const struct flow_info *f)
{
    write_texts(j, "layers", f->layers, f->layer_count);
    eve_text_if(j, "app", f->app);
    eve_text_if(j, "speaks", f->speaks);
    eve_text_if(j, "confidence", confidence_name(f->confidence));
    eve_text_if(j, "expected", f->expected);
    if (f->mismatch != TRI_NOT_YET)
        json_bool(j, "mismatch", f->mismatch == TRI_YES);
    eve_text_if(j, "ladder", ladder_name(f->ladder));
    eve_text_if(j, "shape", shape_name(f->shape));
    if (!f->direction_known)
        json_bool(j, "direction_known", false);
}

void eve_flow(struct json *j, const struct event *e, const struct eve_options *how)
{
    const struct flow_info *f = e->flow;

    (void)how;
    write_counts(j, f);
    if (f->transport == TRANSPORT_TCP)
        write_tcp(j, &f->tcp);
    json_object(j, "portwarden");
    write_label(j, f);
    write_ndpi(j, &f->ndpi);
    write_evidence(j, f);
    write_verdict(j, f);
    eve_u64_if(j, "missing_bytes", f->tcp.missing[TO_SERVER] + f->tcp.missing[TO_CLIENT]);
    eve_u64_if(j, "anomalies", f->anomalies);
    write_ws(j, f->ws, f->ws_figures);
    eve_flow_more(j, f);
    json_end(j);
}

#define SECOND_NS      1000000000
#define MILLISECOND_NS 1000000

static void write_rate(struct json *j, const struct rate_alert *r)
{
    char text[ADDR_TEXT_ROOM];

    json_object(j, "rate");
    json_text(j, "what", r->what);
    json_text(j, "by", r->by);
    json_string(j, "address", bytes_of(text, addr_text(&r->addr, text)));
    json_u64(j, "prefix", r->prefix);
    json_u64(j, "count", r->count);
    json_u64(j, "over", r->over);
    json_u64(j, "within", (uint64_t)(r->within_ns / SECOND_NS));
    if (r->within_ns % SECOND_NS != 0)
        json_u64(j, "within_ms", (uint64_t)(r->within_ns / MILLISECOND_NS));
    if (r->for_ns > 0)
        json_u64(j, "for", (uint64_t)(r->for_ns / SECOND_NS));
    if (r->for_ns % SECOND_NS != 0)
        json_u64(j, "for_ms", (uint64_t)(r->for_ns / MILLISECOND_NS));
    json_bool(j, "adaptive", r->adaptive);
    json_end(j);
}

void eve_alert(struct json *j, const struct event *e, const struct eve_options *how)
{
    const struct alert_event *a = &e->as.alert;

    (void)how;
    json_object(j, "alert");
    json_text(j, "action", a->blocked ? "blocked" : "allowed");
    json_u64(j, "gid", 1);
    json_u64(j, "signature_id", a->rule_id);
    json_u64(j, "rev", 1);
    json_text(j, "signature", a->rule);
    json_text(j, "category", "");
    json_u64(j, "severity", a->severity);
    json_end(j);
    json_object(j, "portwarden");
    json_text(j, "verdict", a->action);
    json_text(j, "rule", a->rule);
    eve_u64_if(j, "line", a->line);
    eve_u64_if(j, "packet", e->packet);
    write_leak(j, a->leaked_bytes, a->leaked_packets);
    if (a->rate != NULL)
        write_rate(j, a->rate);
    if (e->flow != NULL)
        write_evidence(j, e->flow);
    json_end(j);
}

void eve_anomaly(struct json *j, const struct event *e, const struct eve_options *how)
{
    const struct anomaly_info *a = anomaly_info(e->as.anomaly.id);

    (void)how;
    json_object(j, "anomaly");
    json_text(j, "type", a->type);
    json_text(j, "event", a->name);
    json_text(j, "layer", a->layer);
    json_end(j);
    if (e->flow == NULL)
        return;
    json_object(j, "portwarden");
    json_u64(j, "offset", e->as.anomaly.offset);
    if (e->direction == TO_CLIENT)
        json_text(j, "sender", "server");
    eve_u64_if(j, "close_code", anomaly_close_code(e->as.anomaly.id));
    json_end(j);
}

/* Is this row the first of its group? */
static bool begins_group(const struct stats_event *s, size_t row)
{
    for (size_t i = 0; i < row; i++)
        if (strcmp(s->stats[i].group, s->stats[row].group) == 0)
            return false;
    return true;
}

void eve_stats(struct json *j, const struct event *e, const struct eve_options *how)
{
    const struct stats_event *s = &e->as.stats;

    (void)how;
    json_object(j, "stats");
    for (size_t i = 0; i < s->count; i++) {
        if (!begins_group(s, i))
            continue;
        json_object(j, s->stats[i].group);
        for (size_t k = i; k < s->count; k++)
            if (strcmp(s->stats[k].group, s->stats[i].group) == 0)
                json_u64(j, s->stats[k].name, s->stats[k].value);
        json_end(j);
    }
    json_end(j);
}

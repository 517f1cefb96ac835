/* SPDX-License-Identifier: MIT */
/* The firewall report for programs: one JSON object; docs/report.md says every key. */
#include "output/report_json.h"

#include "output/wording.h"

#define FORMAT_VERSION 2

/* What wording.h writes, as a string. */
static void raw_string(struct json *j, const char *key, struct buffer *raw)
{
    json_buffer(j, key, raw);
    buffer_clear(raw);
}

static const char *transport_name(uint8_t transport)
{
    return transport == TRANSPORT_UDP ? "UDP" : "TCP";
}

static void put_input(struct json *j, const struct view *v, const struct input_note *in)
{
    struct buffer raw = {0};

    json_object(j, "input");
    json_text(j, "name", in->name);
    json_text(j, "rules", in->rules);
    json_u64(j, "packets", in->packets);
    json_u64(j, "bytes", in->bytes);
    json_u64(j, "kernel_drops", in->kernel_drops);
    json_bool(j, "live", in->live);
    if (v->counts->all.flows > 0) {
        json_time(j, "start", v->counts->start_ns);
        json_time(j, "end", v->counts->end_ns);
    }
    json_array(j, "not_seen");
    for (size_t i = 0; wording_unseen(&raw, v, in, i); i++)
        raw_string(j, NULL, &raw);
    json_end(j);
    json_end(j);
    buffer_free(&raw);
}

static void put_counts(struct json *j, const struct summary_counts *c)
{
    json_object(j, "totals");
    report_json_totals(j, &c->all);
    json_u64(j, "tcp", c->tcp);
    json_u64(j, "udp", c->udp);
    json_u64(j, "blocked", c->blocked);
    json_u64(j, "allowed", c->allowed);
    json_u64(j, "mismatched", c->mismatched);
    json_u64(j, "alerts", c->alerts);
    json_u64(j, "anomalies", c->anomalies);
    json_u64(j, "silent", c->silent);
    json_u64(j, "unknown", c->unknown);
    json_u64(j, "flows_with_gaps", c->gap_flows);
    json_u64(j, "missing_bytes", c->missing_bytes);
    json_u64(j, "flows_begun_before", c->late_flows);
    json_u64(j, "syns_not_told", c->bare_syns);
    json_u64(j, "evicted", c->evicted);
    report_json_pair(j, "leaked_bytes", c->leaked_bytes);
    report_json_pair(j, "leaked_packets", c->leaked_packets);
    json_end(j);
}

static void put_ports(struct json *j, const struct view *v)
{
    json_array(j, "ports");
    for (size_t i = 0; i < v->port_count; i++) {
        const struct port_entry *p = &v->ports[i];
        json_object(j, NULL);
        json_u64(j, "port", p->port);
        json_text(j, "proto", transport_name(p->transport));
        json_text(j, "expected", p->expected);
        report_json_totals(j, &p->totals);
        json_u64(j, "mismatched", p->mismatched);
        json_u64(j, "blocked", p->blocked);
        json_array(j, "apps");
        for (size_t k = p->first_app; k < p->first_app + p->app_count; k++) {
            const struct port_app *app = &v->port_apps[k];
            json_object(j, NULL);
            json_text(j, "app", app->app);
            if (app->speaks != NULL)
                json_text(j, "speaks", app->speaks);
            json_bool(j, "mismatch", app->mismatch);
            report_json_totals(j, &app->totals);
            json_u64(j, "blocked", app->blocked);
            json_end(j);
        }
        json_end(j);
        json_end(j);
    }
    json_end(j);
}

static void put_rules(struct json *j, const struct view *v)
{
    json_array(j, "rules");
    for (size_t i = 0; i < v->rules.count; i++) {
        const struct rule_entry *r = view_rule(v, i);
        json_object(j, NULL);
        json_text(j, "rule", r->rule);
        json_text(j, "action", r->action);
        json_u64(j, "line", r->line);
        report_json_totals(j, &r->totals);
        report_json_pair(j, "leaked_bytes", r->leaked_bytes);
        report_json_pair(j, "leaked_packets", r->leaked_packets);
        json_u64(j, "worst_leak", r->worst_leak);
        json_u64(j, "too_late", r->too_late);
        json_u64(j, "alerts", r->alerts);
        json_u64(j, "first_packet", r->first_packet);
        json_end(j);
    }
    json_end(j);
}

static void put_endpoint(struct json *j, const char *key, const struct endpoint *e)
{
    char text[ADDR_TEXT_ROOM];

    addr_text(&e->addr, text);
    json_object(j, key);
    json_text(j, "ip", text);
    json_u64(j, "port", e->port);
    json_end(j);
}

static void put_name(struct json *j, const char *key, struct bytes name)
{
    if (name.len > 0)
        json_string(j, key, name);
}

static void put_flow(struct json *j, const struct flow_info *f)
{
    json_object(j, "worst");
    json_u64(j, "flow_id", f->id);
    json_text(j, "source", f->source);
    put_endpoint(j, "client", &f->client);
    put_endpoint(j, "server", &f->server);
    json_time(j, "start", f->start_ns);
    json_time(j, "end", f->end_ns);
    json_u64(j, "first_packet", f->first_packet);
    report_json_pair(j, "packets", f->packets);
    report_json_pair(j, "bytes", f->bytes);
    report_json_pair(j, "leaked_bytes", f->leaked_bytes);
    report_json_pair(j, "leaked_packets", f->leaked_packets);
    json_u64(j, "verdict_packet", f->verdict_packet);
    put_name(j, "host", f->host);
    put_name(j, "path", f->path);
    put_name(j, "origin", f->origin);
    put_name(j, "subprotocol", f->subprotocol);
    put_name(j, "sni", f->sni);
    if (f->info_hash.len > 0)
        json_hex(j, "info_hash", f->info_hash);
    put_name(j, "peer_client", f->peer_client);
    json_array(j, "evidence");
    for (size_t i = 0; i < f->evidence_count; i++) {
        json_object(j, NULL);
        json_u64(j, "packet", f->evidence[i].packet);
        json_text(j, "what", f->evidence[i].what);
        if (f->evidence[i].detail.len > 0)
            json_hex(j, "hex", f->evidence[i].detail);
        if (f->evidence[i].bits > 0)
            json_u64(j, "bits", f->evidence[i].bits);
        json_end(j);
    }
    json_end(j);
    json_end(j);
}

static const char *or_null(const char *text)
{
    return text[0] != '\0' ? text : NULL;
}

static void put_kinds(struct json *j, const struct view *v)
{
    json_array(j, "kinds");
    for (size_t i = 0; i < v->kinds.count; i++) {
        const struct flow_kind *kind = view_kind(v, i);
        const struct flow_info *f = kind->worst;
        json_object(j, NULL);
        json_text(j, "verdict", or_null(verdict_name(f->verdict)));
        json_text(j, "rule", f->rule);
        json_u64(j, "port", f->server.port);
        json_text(j, "proto", transport_name(f->transport));
        json_text(j, "app", f->app);
        json_array(j, "layers");
        for (size_t k = 0; k < f->layer_count; k++)
            json_text(j, NULL, f->layers[k]);
        json_end(j);
        json_text(j, "confidence", or_null(confidence_name(f->confidence)));
        json_text(j, "expected", f->expected);
        json_bool(j, "mismatch", f->mismatch == TRI_YES);
        json_text(j, "ladder", or_null(ladder_name(f->ladder)));
        json_text(j, "shape", or_null(shape_name(f->shape)));
        report_json_totals(j, &kind->totals);
        report_json_pair(j, "leaked_bytes", kind->leaked_bytes);
        report_json_pair(j, "leaked_packets", kind->leaked_packets);
        put_flow(j, f);
        json_end(j);
    }
    json_end(j);
}

static void put_anomalies(struct json *j, const struct view *v)
{
    json_array(j, "anomalies");
    for (size_t i = 0; i < v->anomaly_count; i++) {
        const struct anomaly_entry *a = &v->anomalies[i];
        json_object(j, NULL);
        json_text(j, "event", anomaly_info(a->id)->name);
        json_text(j, "type", anomaly_info(a->id)->type);
        json_text(j, "layer", anomaly_info(a->id)->layer);
        json_text(j, "what", anomaly_info(a->id)->what);
        json_u64(j, "count", a->count);
        json_u64(j, "first_packet", a->first_packet);
        json_text(j, "source", a->source);
        if (a->flow_id != 0)
            json_u64(j, "flow_id", a->flow_id);
        json_end(j);
    }
    json_end(j);
}

static void put_stats(struct json *j, const struct view *v)
{
    json_array(j, "stats");
    for (size_t i = 0; i < v->stat_count; i++) {
        json_object(j, NULL);
        json_text(j, "group", v->stats[i].group);
        json_text(j, "name", v->stats[i].name);
        json_u64(j, "value", v->stats[i].value);
        json_end(j);
    }
    json_end(j);
}

static void put_report(struct json *j, const struct view *v, const struct input_note *in)
{
    struct buffer raw = {0};

    json_object(j, NULL);
    json_text(j, "report", "portwarden");
    json_u64(j, "format", FORMAT_VERSION);
    json_text(j, "generator", "portwarden " PORTWARDEN_VERSION);
    wording_headline(&raw, v);
    raw_string(j, "headline", &raw);
    put_input(j, v, in);
    put_counts(j, v->counts);
    put_ports(j, v);
    put_rules(j, v);
    put_kinds(j, v);
    report_json_timeline(j, v);
    report_json_floods(j, v);
    report_json_services(j, v);
    report_json_swarm(j, v);
    report_json_talkers(j, v);
    put_anomalies(j, v);
    put_stats(j, v);
    json_end(j);
    buffer_free(&raw);
}

void report_json(struct out *out, const struct summary *s, const struct input_note *in)
{
    struct view *v = view_create(s);
    struct json j = json_into(out_buffer(out), true);

    if (v != NULL)
        put_report(&j, v, in);
    else
        out_fail(out, "out of memory");
    buffer_append_byte(out_buffer(out), '\n');
    out_record(out);
    view_free(v);
}

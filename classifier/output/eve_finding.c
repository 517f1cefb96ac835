/* SPDX-License-Identifier: MIT */
#include "output/eve_body.h"

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

static void write_leak(struct json *j, const struct alert_event *a)
{
    uint8_t *at = json_put_begin(j);

    if (at != NULL)
        json_put_done(j, eve_put_leak(at, a->leaked_bytes, a->leaked_packets));
}

static void write_evidence(struct json *j, struct eve_common *c, const struct flow_info *f)
{
    uint8_t *at = json_put_begin(j);

    if (at != NULL)
        json_put_done(j, eve_put_evidence(c, j->out, at, f));
}

void eve_alert(struct json *j, const struct event *e, struct eve_common *c)
{
    const struct alert_event *a = &e->as.alert;

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
    write_leak(j, a);
    if (a->rate != NULL)
        write_rate(j, a->rate);
    if (e->flow != NULL)
        write_evidence(j, c, e->flow);
    json_end(j);
}

void eve_anomaly(struct json *j, const struct event *e, struct eve_common *c)
{
    const struct anomaly_info *a = anomaly_info(e->as.anomaly.id);

    (void)c;
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

void eve_stats(struct json *j, const struct event *e, struct eve_common *c)
{
    const struct stats_event *s = &e->as.stats;

    (void)c;
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

void eve_input(struct json *j, const struct input_note *in)
{
    json_object(j, "portwarden");
    json_object(j, "input");
    json_text(j, "name", in->name);
    eve_u64_if(j, "captures", in->captures);
    eve_text_if(j, "rules", in->rules);
    json_u64(j, "packets", in->packets);
    json_u64(j, "bytes", in->bytes);
    eve_u64_if(j, "kernel_drops", in->kernel_drops);
    json_bool(j, "live", in->live);
    if (in->problem_count > 0) {
        json_array(j, "problems");
        for (size_t i = 0; i < in->problem_count; i++)
            json_text(j, NULL, in->problems[i]);
        json_end(j);
    }
    json_end(j);
    json_end(j);
}

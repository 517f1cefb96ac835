/* SPDX-License-Identifier: MIT */
#include "output/eve_read.h"

#define NS_PER_SECOND 1000000000
#define NS_PER_MS     1000000
#define SECONDS_MAX   (INT64_MAX / NS_PER_SECOND)
#define ADDR_BITS     128

/* Another program's alert has no rule of ours: it let pass, or it dropped. */
static const char *foreign_action(struct eve_line *l, const struct json_value *in)
{
    const bool blocked = bytes_equal(eve_bytes(l, in, "action"), bytes_of_text("blocked"));

    return blocked ? "block" : "alert";
}

/* Nanoseconds; the second member has milliseconds, where the first's seconds are not exact. */
static int64_t read_span(struct eve_line *l, const struct json_value *in,
                         const char *const member[2])
{
    if (eve_has(l, in, member[1]))
        return (int64_t)eve_number(l, in, member[1], SECONDS_MAX) * NS_PER_MS;
    return (int64_t)eve_number(l, in, member[0], SECONDS_MAX) * NS_PER_SECOND;
}

static void read_rate(struct eve_line *l, const struct json_value *in, struct rate_alert *r)
{
    static const char *const within[] = {"within", "within_ms"}, *const ban[] = {"for", "for_ms"};

    *r = (struct rate_alert){
        .what = eve_name(l, in, "what"),
        .by = eve_name(l, in, "by"),
        .prefix = (uint8_t)eve_number(l, in, "prefix", ADDR_BITS),
        .count = eve_number(l, in, "count", UINT64_MAX),
        .over = eve_number(l, in, "over", UINT64_MAX),
        .within_ns = read_span(l, in, within),
        .for_ns = read_span(l, in, ban),
        .adaptive = eve_true(l, in, "adaptive"),
    };
    if (r->what == NULL || r->by == NULL || !eve_addr(l, in, "address", &r->addr))
        eve_fault(l, "rate", "not whole");
}

void eve_read_alert(struct eve_line *l, struct event *e, struct eve_store *s)
{
    static const char *const bytes[] = {"leaked_bytes_toserver", "leaked_bytes_toclient"};
    static const char *const pkts[] = {"leaked_pkts_toserver", "leaked_pkts_toclient"};
    const struct json_value *in = eve_object(l, l->top, "alert");
    struct alert_event *a = &e->as.alert;

    *a = (struct alert_event){
        .blocked = bytes_equal(eve_bytes(l, in, "action"), bytes_of_text("blocked")),
        .rule = eve_name(l, in, "signature"),
        .rule_id = (uint32_t)eve_number(l, in, "signature_id", UINT32_MAX),
        .severity = (uint32_t)eve_number(l, in, "severity", UINT32_MAX),
        .line = (uint32_t)eve_number(l, l->more, "line", UINT32_MAX),
        .action = eve_name(l, l->more, "verdict"),
    };
    if (a->rule == NULL)
        eve_fault(l, "signature", "absent");
    if (a->action == NULL)
        a->action = foreign_action(l, in);
    eve_both(l, l->more, bytes, a->leaked_bytes);
    eve_both(l, l->more, pkts, a->leaked_packets);
    if (eve_has(l, l->more, "packet")) /* live, the line has no pcap_cnt */
        e->packet = eve_number(l, l->more, "packet", UINT64_MAX);
    if (eve_has(l, l->more, "rate")) {
        read_rate(l, eve_object(l, l->more, "rate"), &s->rate);
        a->rate = &s->rate;
    }
    eve_read_evidence(l, s);
}

void eve_read_anomaly(struct eve_line *l, struct event *e, struct eve_store *s)
{
    const struct bytes name = eve_bytes(l, eve_object(l, l->top, "anomaly"), "event");

    (void)s;
    e->as.anomaly.id = ANOMALY_NONE;
    e->as.anomaly.offset = eve_number(l, l->more, "offset", UINT64_MAX);
    for (unsigned id = ANOMALY_NONE + 1; id < ANOMALY_COUNT; id++) {
        if (bytes_equal(name, bytes_of_text(anomaly_info((enum anomaly)id)->name))) {
            e->as.anomaly.id = (enum anomaly)id;
            return;
        }
    }
}

/* Letters, digits and what joins them: others are nobody's counters. */
static bool is_counter_name(struct bytes name)
{
    for (size_t i = 0; i < name.len; i++) {
        const uint8_t c = name.at[i];
        if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') &&
            c != '_' && c != '-' && c != '.')
            return false;
    }
    return name.len > 0;
}

static void read_group(struct eve_line *l, const struct json_value *group, struct stats_event *out,
                       struct counter *room)
{
    const char *name = eve_keep(l, group->key);

    for (const struct json_value *v = json_tree_first(l->tree, group);
         v != NULL && out->count < EVE_COUNTERS; v = json_tree_next(l->tree, group, v)) {
        if (v->kind != JSON_NUMBER || !is_counter_name(v->key))
            continue;
        const char *counter = eve_keep(l, v->key);
        const uint64_t value = eve_number(l, group, counter, UINT64_MAX);
        room[out->count++] = (struct counter){name, counter, value};
    }
}

void eve_read_stats(struct eve_line *l, struct event *e, struct eve_store *s)
{
    const struct json_value *in = eve_object(l, l->top, "stats");
    struct stats_event *out = &e->as.stats;

    *out = (struct stats_event){.stats = s->counters, .final = eve_has(l, l->more, "input")};
    for (const struct json_value *v = json_tree_first(l->tree, in); v != NULL;
         v = json_tree_next(l->tree, in, v))
        if (v->kind == JSON_OBJECT && is_counter_name(v->key))
            read_group(l, v, out, s->counters);
}

/* SPDX-License-Identifier: MIT */
#include "output/view.h"
#include "tests/unit/flow_sample.h"
#include "tests/unit/random.h"

static struct summary *sampled(uint32_t parts)
{
    struct err err = {0};
    struct summary *s = summary_create(parts, &err);

    if (s == NULL)
        abort();
    sample_feed(summary_sink(s));
    return s;
}

static void totals(void)
{
    struct summary *s = sampled(SUMMARY_REPORT);
    const struct summary_counts *c = &s->counts;

    CHECK(c->all.flows == 62, "every flow counted");
    CHECK(c->tcp == 58 && c->udp == 4, "by transport");
    CHECK(c->blocked == 26 && c->allowed == 36, "by verdict");
    CHECK(c->mismatched == 27, "mismatches");
    CHECK(c->silent == 3, "silent ones");
    CHECK(c->alerts == 2, "alert rules");
    CHECK(c->anomalies == 3, "anomalies");
    CHECK(c->late_flows == 0 && c->gap_flows == 0, "nothing was missed");
    CHECK(c->end_ns - c->start_ns == INT64_C(61) * 400000000 + 1500000000, "the time span");
    CHECK(!c->several_sources, "one file");
    summary_free(s);
}

static void interim_flows_do_not_count(void)
{
    struct err err = {0};
    struct summary *s = summary_create(SUMMARY_REPORT, &err);
    const struct flow_info f = {.id = 1, .transport = TRANSPORT_TCP, .end = FLOW_GOES_ON};
    const struct event e = {.kind = EVENT_FLOW, .flow = &f};

    summary_sink(s)->event(s, &e);
    CHECK(s->counts.all.flows == 0, "an interim report is no flow");
    struct view *v = view_create(s);
    CHECK(v != NULL && v->kinds.count == 0 && v->port_count == 0, "an empty view");
    view_free(v);
    summary_free(s);
}

static void sums_agree(const struct summary *s, const struct view *v)
{
    struct totals kinds = {0}, ports = {0}, apps = {0}, rules = {0}, clients = *v->other_clients;
    const uint64_t all = totals_bytes(&s->counts.all);

    for (size_t i = 0; i < v->kinds.count; i++)
        totals_add(&kinds, &view_kind(v, i)->totals);
    for (size_t i = 0; i < v->port_count; i++) {
        totals_add(&ports, &v->ports[i].totals);
        for (size_t k = 0; k < v->ports[i].app_count; k++)
            totals_add(&apps, &v->port_apps[v->ports[i].first_app + k].totals);
    }
    for (size_t i = 0; i < v->rules.count; i++)
        totals_add(&rules, &view_rule(v, i)->totals);
    for (size_t i = 0; i < v->clients.count; i++)
        totals_add(&clients, &((const struct talker *)v->clients.at[i])->totals);
    CHECK(kinds.flows + s->counts.other_kinds.flows == s->counts.all.flows, "flows of the kinds");
    CHECK(totals_bytes(&kinds) + totals_bytes(&s->counts.other_kinds) == all, "bytes of the kinds");
    CHECK(ports.flows == kinds.flows && apps.flows == kinds.flows, "flows of ports and apps");
    CHECK(totals_bytes(&ports) == totals_bytes(&apps), "bytes of ports and apps");
    CHECK(clients.flows == s->counts.all.flows && totals_bytes(&clients) == all, "talkers");
    if (s->counts.other_rules == 0)
        CHECK(rules.flows == s->counts.all.flows, "flows of the rules");
}

static void view_of_sample(void)
{
    struct summary *s = sampled(SUMMARY_REPORT);
    struct view *v = view_create(s);

    sums_agree(s, v);
    CHECK(v->ports[0].port == 80 && v->ports[0].mismatched == 27, "the worst port first");
    CHECK(v->ports[0].totals.flows == 53 && v->ports[0].app_count == 10, "its apps");
    CHECK_TEXT(v->port_apps[v->ports[0].first_app].app, "http", "most flows first");
    CHECK_TEXT(view_kind(v, 0)->worst->app, "bittorrent", "the worst kind first");
    CHECK(view_kind(v, 0)->totals.flows == 2, "flows alike are one kind");
    CHECK(view_kind(v, 0)->clients.count == 2 && view_kind(v, 0)->servers.count == 1, "its ends");
    CHECK_TEXT(view_rule(v, 0)->action, "block", "blocks before the rest");
    CHECK(v->anomalies[0].id == STREAM_BAD_CHECKSUM && v->anomalies[0].first_packet == 12,
          "anomalies: most first");
    CHECK(v->services.count == 5, "WebSocket endpoints");
    const struct service *chat = view_service(v, 0);
    CHECK(bytes_equal(chat->path, LITERAL("/chat")), "without the query");
    CHECK(chat->ladder[LADDER_FRAMED] == 2 && chat->ladder[LADDER_REFUSED] == 4, "its ladder");
    CHECK(chat->close_codes.count == 1 && chat->close_codes.times[0] == 2, "its close codes");
    CHECK_TEXT(chat->subprotocols.at[0], "chat.v1", "its subprotocol");
    CHECK(view_service(v, 1)->cross_origin == 2, "origins of others");
    view_free(v);
    summary_free(s);
}

static void worst_first(void)
{
    struct summary *s = sampled(SUMMARY_REPORT | SUMMARY_ALL_FLOWS);
    struct view *v = view_create(s);

    CHECK(v->flows.count == 62, "all flows are kept");
    for (size_t i = 1; i < v->flows.count; i++)
        CHECK(flow_compare(view_flow(v, i - 1), view_flow(v, i)) < 0, "in a strict order");
    CHECK(flow_rank(view_flow(v, 0)) == RANK_BLOCKED, "blocked first");
    CHECK(flow_rank(view_flow(v, 61)) == RANK_QUIET, "what is as promised last");
    view_free(v);
    summary_free(s);
}

/* Flow `n` of many: an address, a port and a size of its own. */
static void feed_many(struct summary *s, uint32_t count, uint32_t apps)
{
    static char names[64][16]; /* texts stay as long as flows are told */

    for (uint32_t i = 0; i < apps; i++)
        snprintf(names[i], sizeof(names[i]), "app%u", i);
    for (uint32_t n = 0; n < count; n++) {
        const uint32_t mixed = n * 2654435761U; /* Knuth's multiplier: every n once, in no order */
        const char *app = names[mixed % apps];
        struct flow_info f = {.id = n + 1,
                              .transport = TRANSPORT_TCP,
                              .end = FLOW_TIMEOUT,
                              .first_packet = n + 1,
                              .app = app,
                              .layers = {"tcp", app},
                              .layer_count = 2};
        const uint8_t client[4] = {10, (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n};

        f.client.addr = addr_from_ipv4(client);
        f.server.port = (uint16_t)(mixed >> 8);
        f.bytes[TO_SERVER] = mixed % 5000;
        f.evidence_count = 0;
        const struct event e = {.kind = EVENT_FLOW, .flow = &f};
        summary_sink(s)->event(s, &e);
    }
}

static void bounded_and_whole(void)
{
    struct err err = {0};
    struct summary *s = summary_create(SUMMARY_REPORT, &err);

    feed_many(s, 20000, 7);
    struct view *v = view_create(s);
    CHECK(v->flows.count == SUMMARY_WORST, "as many flows as said");
    CHECK(v->kinds.count == SUMMARY_KINDS, "as many kinds as said");
    CHECK(v->clients.count == TALKERS, "as many talkers as said");
    CHECK(s->counts.other_kinds.flows > 0, "the others are said");
    sums_agree(s, v);
    for (size_t i = 1; i < v->flows.count; i++)
        CHECK(flow_bytes(view_flow(v, i - 1)) >= flow_bytes(view_flow(v, i)), "the largest kept");
    CHECK(flow_bytes(view_flow(v, SUMMARY_WORST - 1)) >= 4700, "and not just any");
    view_free(v);
    summary_free(s);
}

/* A talker larger than all that came before is found after the table is long full. */
static void heavy_hitter_is_found(void)
{
    struct err err = {0};
    struct summary *s = summary_create(SUMMARY_REPORT, &err);
    const uint8_t heavy[4] = {192, 0, 2, 1};
    struct flow_info f = {.id = 9,
                          .transport = TRANSPORT_TCP,
                          .end = FLOW_FINISHED,
                          .client.addr = addr_from_ipv4(heavy),
                          .bytes = {60000, 0}};
    const struct event e = {.kind = EVENT_FLOW, .flow = &f};

    feed_many(s, 3 * TALKERS, 3);
    for (int i = 0; i < 3; i++) {
        summary_sink(s)->event(s, &e);
        feed_many(s, TALKERS / 2, 3);
    }
    struct view *v = view_create(s);
    const struct talker *first = v->clients.at[0];
    CHECK(addr_compare(&first->addr, &f.client.addr) == 0, "the heaviest is first");
    CHECK(totals_bytes(&first->totals) == 180000, "with all of its bytes");
    CHECK(first->missed_bytes <= totals_bytes(&s->counts.all) / TALKERS, "and a bounded doubt");
    view_free(v);
    summary_free(s);
}

static bool same_views(const struct view *a, const struct view *b)
{
    bool same = a->flows.count == b->flows.count && a->kinds.count == b->kinds.count &&
                a->clients.count == b->clients.count && a->port_count == b->port_count;

    for (size_t i = 0; same && i < a->flows.count; i++)
        same = view_flow(a, i)->id == view_flow(b, i)->id;
    for (size_t i = 0; same && i < a->kinds.count; i++)
        same = view_kind(a, i)->worst->id == view_kind(b, i)->worst->id;
    for (size_t i = 0; same && i < a->clients.count; i++)
        same = memcmp(a->clients.at[i], b->clients.at[i], offsetof(struct talker, place)) == 0;
    for (size_t i = 0; same && i < a->port_count; i++)
        same = a->ports[i].port == b->ports[i].port;
    return same;
}

/* The hash keys are random: two summaries prove that nothing depends on them. */
static void twice_the_same(void)
{
    struct err err = {0};
    struct summary *s[2];
    struct view *v[2];

    for (int i = 0; i < 2; i++) {
        s[i] = summary_create(SUMMARY_REPORT, &err);
        feed_many(s[i], 9000, 11);
        sample_feed(summary_sink(s[i]));
        v[i] = view_create(s[i]);
    }
    CHECK(same_views(v[0], v[1]), "the same input gives the same view");
    for (int i = 0; i < 2; i++) {
        view_free(v[i]);
        summary_free(s[i]);
    }
}

/* What was borrowed may go after the call. */
static void copies_are_deep(void)
{
    struct err err = {0};
    struct summary *s = summary_create(SUMMARY_REPORT, &err);
    struct bytes text = test_copy(LITERAL("chat.example\0/room\0websocket\0file.pcap\0"));
    const char *at = (const char *)text.at;
    struct evidence seen[] = {{7, "seen", bytes_first(text, 12), 0}};
    struct flow_info f = {.id = 1,
                          .end = FLOW_FINISHED,
                          .app = at + 19,
                          .layers = {at + 19},
                          .layer_count = 1,
                          .source = at + 29,
                          .host = bytes_first(text, 12),
                          .path = bytes_of(text.at + 13, 5),
                          .evidence = seen,
                          .evidence_count = 1};
    const struct event e = {.kind = EVENT_FLOW, .flow = &f};

    summary_sink(s)->event(s, &e);
    memset((uint8_t *)(uintptr_t)text.at, 'x', text.len);
    free((void *)(uintptr_t)text.at);
    seen[0] = (struct evidence){0};
    struct view *v = view_create(s);
    const struct flow_info *kept = view_flow(v, 0);
    CHECK_TEXT(kept->app, "websocket", "the app");
    CHECK_TEXT(kept->layers[0], "websocket", "the layers");
    CHECK_TEXT(kept->source, "file.pcap", "the source");
    CHECK(bytes_equal(kept->host, LITERAL("chat.example")), "the host");
    CHECK(bytes_equal(kept->path, LITERAL("/room")), "the path");
    CHECK(kept->evidence[0].packet == 7, "the evidence");
    CHECK(bytes_equal(kept->evidence[0].detail, LITERAL("chat.example")), "and its detail");
    view_free(v);
    summary_free(s);
}

static void tell_rate(struct summary *s, const struct flow_info *flow, uint64_t packet,
                      const struct rate_alert *rate)
{
    struct event e = {
        .kind = EVENT_ALERT, .flow = flow, .packet = packet, .time_ns = (int64_t)packet * 1000};

    e.as.alert = (struct alert_event){
        .blocked = true, .rule = "flood", .line = 7, .action = "block", .rate = rate};
    summary_sink(s)->event(s, &e);
}

static void floods_are_told_apart(void)
{
    struct err err = {0};
    struct summary *s = summary_create(SUMMARY_REPORT, &err);
    const uint8_t one[4] = {192, 0, 2, 1}, other[4] = {192, 0, 2, 2};
    struct flow_info f = {.id = 9, .source = "a.pcap", .server.addr = addr_from_ipv4(other)};
    struct rate_alert r = {.what = "request",
                           .by = "client",
                           .addr = addr_from_ipv4(one),
                           .prefix = 32,
                           .count = 120,
                           .over = 100,
                           .within_ns = INT64_C(10000000000),
                           .for_ns = INT64_C(600000000000)};

    tell_rate(s, &f, 50, &r);
    r.count = 400;
    tell_rate(s, &f, 60, &r);
    r.addr = addr_from_ipv4(other);
    r.count = 101;
    tell_rate(s, NULL, 70, &r);
    struct view *v = view_create(s);
    CHECK(v->floods.count == 2, "two clients");
    const struct flood *worst = view_flood(v, 0);
    CHECK(worst->times == 2 && worst->count == 400 && worst->over == 100, "the most of one");
    CHECK(worst->first_packet == 50 && worst->last_ns == 60000, "when");
    CHECK(worst->targets.count == 1 && worst->flow_id == 9, "and against whom");
    CHECK_TEXT(worst->source, "a.pcap", "in which file");
    CHECK(view_flood(v, 1)->flow_id == 0, "without a flow, too");
    CHECK(s->counts.alerts == 0, "a block is no alert");
    view_free(v);
    summary_free(s);
}

static void leaks_are_added_up(void)
{
    struct err err = {0};
    struct summary *s = summary_create(SUMMARY_REPORT, &err);
    struct flow_info f = {.end = FLOW_FINISHED,
                          .verdict = VERDICT_BLOCK,
                          .rule = "r",
                          .verdict_packet = 9,
                          .leaked_bytes = {100, 20},
                          .leaked_packets = {3, 1}};
    const struct event e = {.kind = EVENT_FLOW, .flow = &f};

    summary_sink(s)->event(s, &e);
    f.leaked_bytes[TO_CLIENT] = 500;
    f.verdict_packet = 0;
    summary_sink(s)->event(s, &e);
    struct view *v = view_create(s);
    const struct rule_entry *r = view_rule(v, 0);
    CHECK(r->leaked_bytes[TO_SERVER] == 200 && r->leaked_bytes[TO_CLIENT] == 520, "bytes");
    CHECK(r->leaked_packets[TO_SERVER] == 6 && r->leaked_packets[TO_CLIENT] == 2, "packets");
    CHECK(r->worst_leak == 600, "of one flow");
    CHECK(r->too_late == 1, "certain only when it was over");
    CHECK(s->counts.leaked_packets[TO_SERVER] == 6, "of all");
    view_free(v);
    summary_free(s);
}

#define TWINS 3000

/* A flow of few kinds; `copy`: its texts in memory of their own. */
static struct flow_info any_flow(bool copy, char room[3][16])
{
    static const char *const apps[] = {"http", "websocket", "bittorrent", "none"};
    static const char *const rules[] = {"one", "other"};
    const unsigned app = random_below(5), rule = random_below(3);
    struct flow_info f = {.id = random_below(1000000),
                          .source = "a.pcap",
                          .transport = TRANSPORT_TCP,
                          .end = FLOW_TIMEOUT,
                          .first_packet = random_below(1000),
                          .app = app < 4 ? apps[app] : NULL,
                          .layers = {"tcp", app < 4 ? apps[app] : "raw"},
                          .layer_count = (uint8_t)(1 + random_below(2)),
                          .rule = rule < 2 ? rules[rule] : NULL,
                          .rule_line = random_below(2),
                          .verdict = random_below(2) > 0 ? VERDICT_BLOCK : VERDICT_ALLOW,
                          .ladder = random_below(2) > 0 ? LADDER_FRAMED : LADDER_NONE,
                          .confidence = (enum confidence)random_below(5),
                          .host = bytes_of_text(random_below(2) > 0 ? "a.example" : "b.example"),
                          .path = bytes_of_text(random_below(2) > 0 ? "/one?q" : "/other")};

    f.server.port = (uint16_t)(80 + random_below(2));
    f.server.addr.byte[15] = (uint8_t)random_below(3);
    f.client.addr.byte[15] = (uint8_t)random_below(20);
    f.bytes[TO_SERVER] = random_below(500);
    for (int i = 0; copy && i < 3; i++) {
        const char **text = i == 0 ? &f.app : i == 1 ? &f.rule : &f.layers[1];
        if (*text != NULL) {
            snprintf(room[i], sizeof(room[i]), "%s", *text);
            *text = room[i];
        }
    }
    return f;
}

/* What is found by where texts lie is what is found by the texts. */
static struct summary *of_any_flows(bool copy, char (*room)[3][16])
{
    struct err err = {0};
    struct summary *s = summary_create(SUMMARY_REPORT, &err);

    random_state = 7;
    for (size_t i = 0; i < TWINS; i++) {
        const struct flow_info f = any_flow(copy, room[i]);
        const struct event e = {.kind = EVENT_FLOW, .flow = &f};
        summary_sink(s)->event(s, &e);
    }
    return s;
}

static void texts_and_places(void)
{
    char(*room)[3][16] = calloc(TWINS, sizeof(*room));
    struct summary *one = of_any_flows(false, room), *other = of_any_flows(true, room);
    struct view *v = view_create(one), *w = view_create(other);
    bool same = v->kinds.count == w->kinds.count && v->rules.count == w->rules.count &&
                v->services.count == w->services.count && one->counts.torrents > 0 &&
                one->counts.silent > 0 && one->counts.torrents == other->counts.torrents &&
                one->counts.silent == other->counts.silent;

    for (size_t i = 0; same && i < v->kinds.count; i++)
        same = view_kind(v, i)->worst->id == view_kind(w, i)->worst->id &&
               view_kind(v, i)->totals.flows == view_kind(w, i)->totals.flows &&
               totals_bytes(&view_kind(v, i)->totals) == totals_bytes(&view_kind(w, i)->totals);
    for (size_t i = 0; same && i < v->rules.count; i++)
        same = view_rule(v, i)->totals.flows == view_rule(w, i)->totals.flows &&
               view_rule(v, i)->worst_leak == view_rule(w, i)->worst_leak;
    for (size_t i = 0; same && i < v->services.count; i++)
        same = view_service(v, i)->flows == view_service(w, i)->flows &&
               bytes_equal(view_service(v, i)->path, view_service(w, i)->path);
    CHECK(same, "by their texts, and by where those are");
    sums_agree(one, v);
    view_free(v);
    view_free(w);
    summary_free(one);
    summary_free(other);
    free(room);
}

/* Of one flow, as its worker has it taken down. */
static bool take_down(const struct scribe *by, void *own, struct sink *to, const struct event *e)
{
    struct buffer text = {0};
    const bool wanted = by->wants_event(own, e);

    if (wanted)
        to->event(to->ctx, e);
    else
        by->write(own, e, &text);
    if (text.len > 0)
        by->put(to->ctx, buffer_bytes(&text));
    buffer_free(&text);
    return wanted;
}

/* More kinds than a scribe remembers, flows that are told again, and some that are each other's
 * like but for their id. */
static struct flow_info any_told(char (*room)[16])
{
    struct flow_info f = any_flow(random_below(8) == 0, room);

    f.layer_count = 1;
    f.confidence = CONFIDENCE_NONE;
    f.rule = NULL;
    f.rule_line = 0;
    f.server.port = (uint16_t)(80 + random_below(random_below(20) > 0 ? 2 : 3000));
    f.first_packet = random_below(4);
    f.end = random_below(10) > 0 ? FLOW_TIMEOUT : FLOW_GOES_ON;
    f.bytes[TO_SERVER] = random_below(8);
    f.start_ns = random_below(1000);
    f.end_ns = f.start_ns + random_below(1000);
    f.packets[TO_CLIENT] = random_below(9);
    f.tcp.missing[TO_SERVER] = random_below(2);
    f.leaked_bytes[TO_CLIENT] = random_below(9);
    f.verdict_packet = random_below(2);
    f.source = random_below(500) > 0 ? "a.pcap" : "b.pcap";
    return f;
}

static bool same_kinds(const struct summary *a, const struct summary *b)
{
    struct view *v = view_create(a), *w = view_create(b);
    bool same = v->kinds.count == w->kinds.count && v->rules.count == w->rules.count;

    for (size_t i = 0; same && i < v->kinds.count; i++) {
        const struct flow_kind *k = view_kind(v, i), *l = view_kind(w, i);
        same = k->worst->id == l->worst->id && bytes_equal(k->worst->host, l->worst->host) &&
               memcmp(&k->totals, &l->totals, sizeof(k->totals)) == 0 &&
               memcmp(k->leaked_bytes, l->leaked_bytes, sizeof(k->leaked_bytes)) == 0 &&
               k->clients.count == l->clients.count && k->clients.more == l->clients.more &&
               memcmp(k->clients.at, l->clients.at, sizeof(k->clients.at)) == 0;
    }
    for (size_t i = 0; same && i < v->rules.count; i++)
        same = view_rule(v, i)->totals.flows == view_rule(w, i)->totals.flows &&
               view_rule(v, i)->worst_leak == view_rule(w, i)->worst_leak &&
               view_rule(v, i)->too_late == view_rule(w, i)->too_late &&
               view_rule(v, i)->first_packet == view_rule(w, i)->first_packet;
    view_free(v);
    view_free(w);
    return same;
}

/* Numbers but for one, behind which there is padding. */
static bool same_counts(const struct summary_counts *a, const struct summary_counts *b)
{
    const size_t numbers = offsetof(struct summary_counts, several_sources);
    const size_t more = offsetof(struct summary_counts, other_kinds);
    const uint8_t *x = (const uint8_t *)a, *y = (const uint8_t *)b;

    return memcmp(x, y, numbers) == 0 && a->several_sources == b->several_sources &&
           memcmp(x + more, y + more, sizeof(*a) - more) == 0;
}

static bool same_anomalies(const struct summary *a, const struct summary *b)
{
    for (size_t i = 0; i < ANOMALY_COUNT; i++) {
        const struct anomaly_entry *x = &a->anomalies[i], *y = &b->anomalies[i];
        if (x->id != y->id || x->count != y->count || x->first_packet != y->first_packet ||
            x->flow_id != y->flow_id || (x->source == NULL) != (y->source == NULL) ||
            (x->source != NULL && strcmp(x->source, y->source) != 0))
            return false;
    }
    return true;
}

/* A table is the same, whether flows are told, or taken down by several. */
static void taken_down_by(size_t workers)
{
    struct err err = {0};
    struct summary *told = summary_create(0, &err), *taken = summary_create(0, &err);
    const struct scribe *by = summary_sink(taken)->scribe;
    char(*room)[3][16] = calloc(TWINS, sizeof(*room));
    void *own[4];
    size_t wanted = 0;

    random_state = 11;
    for (size_t i = 0; i < workers; i++)
        own[i] = by->create(taken, &err);
    for (size_t i = 0; i < TWINS; i++) {
        const struct flow_info f = any_told(room[i]);
        struct event e = {.kind = EVENT_FLOW, .flow = &f};
        if (random_below(10) == 0) {
            e.kind = EVENT_ANOMALY;
            e.packet = i;
            e.flow = random_below(5) > 0 ? &f : NULL;
            e.as.anomaly.id = (enum anomaly)random_below(ANOMALY_COUNT);
        }
        summary_sink(told)->event(told, &e);
        wanted += take_down(by, own[random_below((uint32_t)workers)], summary_sink(taken), &e);
    }
    CHECK(same_counts(&told->counts, &taken->counts), "the same counts");
    CHECK(same_anomalies(told, taken), "the same anomalies");
    CHECK(same_kinds(told, taken), "the same kinds, each with its worst");
    CHECK(wanted < TWINS * 4 / 5, "many are taken down");
    for (size_t i = 0; i < workers; i++)
        by->free(own[i]);
    summary_free(told);
    summary_free(taken);
    free(room);
}

static void taken_down(void)
{
    struct err err = {0};
    struct summary *s = summary_create(SUMMARY_REPORT, &err);
    struct summary *all = summary_create(SUMMARY_ALL_FLOWS, &err);

    CHECK(summary_sink(s)->scribe == NULL && summary_sink(all)->scribe == NULL,
          "a report needs more of each flow");
    summary_free(s);
    summary_free(all);
    for (size_t workers = 1; workers <= 4; workers++)
        taken_down_by(workers);
}

/* Words of a few letters, as they lie in a program. */
static void near_texts_keep_apart(void)
{
    static const char texts[16][4] = {"a", "b", "c", "d", "e", "f", "g", "h",
                                      "i", "j", "k", "l", "m", "n", "o", "p"};
    bool taken[KINDS_LATELY] = {false};
    size_t places = 0;

    for (size_t i = 0; i < 16; i++) {
        const struct flow_info f = {.app = texts[i], .transport = TRANSPORT_TCP};
        const struct kind_key key = kind_key_of(&f);
        bool *at = &taken[kind_key_place(&key, KINDS_LATELY)];
        places += !*at;
        *at = true;
    }
    CHECK(places >= 12, "few kinds meet where they are looked for");
}

int main(void)
{
    totals();
    interim_flows_do_not_count();
    view_of_sample();
    worst_first();
    bounded_and_whole();
    heavy_hitter_is_found();
    twice_the_same();
    copies_are_deep();
    floods_are_told_apart();
    leaks_are_added_up();
    texts_and_places();
    taken_down();
    near_texts_keep_apart();
    return test_end();
}

/* SPDX-License-Identifier: MIT */
#include "tests/mutate/said.h"

#include <stdio.h>
#include <stdlib.h>

#include "engine/engine.h"
#include "output/eve_events.h"
#include "output/output.h"

#define STRANGER_4   "\"198.18."
#define STRANGER_6   "\"2001:2::"
#define IS_ALERT     "\"event_type\":\"alert\""
#define IS_DECOYED   "" /* of kinds that add anomalies */
#define IS_HOLED     "\"missing_bytes\":"
#define IS_WEBSOCKET "\"websocket\":{"
#define HOLES                                                                                      \
    "how long a hole is waited for is counted in packets: what the other side says meanwhile may " \
    "be read before it"
#define QUOTED 160 /* bytes of a difference shown */

/* All that may differ, and why. Members of any object of a line, by name; `of`: only in lines that
 * have both texts in them. */
static const struct loose {
    const char *member, *of[2], *why;
} loose[] = {
    {"timestamp", {NULL}, "times"},
    {"start", {NULL}, "times"},
    {"end", {NULL}, "times"},
    {"age", {NULL}, "times"},
    {"span_us", {NULL}, "times"},
    {"idle_us_toserver", {NULL}, "times"},
    {"idle_us_toclient", {NULL}, "times"},
    {"least_us", {NULL}, "times"},
    {"mean_us", {NULL}, "times"},
    {"most_us", {NULL}, "times"},
    {"pcap_cnt", {NULL}, "packet numbers"},
    {"packet", {NULL}, "packet numbers"},
    {"verdict_packet", {NULL}, "packet numbers"},
    {"first_packet", {NULL}, "packet numbers"},
    {"flow_id", {NULL}, "made of the first packet's time and number"},
    {"pkts_toserver", {NULL}, "counters of packets and their bytes"},
    {"pkts_toclient", {NULL}, "counters of packets and their bytes"},
    {"bytes_toserver", {NULL}, "counters of packets and their bytes"},
    {"bytes_toclient", {NULL}, "counters of packets and their bytes"},
    {"leaked_bytes_toserver", {NULL}, "counters of packets and their bytes"},
    {"leaked_bytes_toclient", {NULL}, "counters of packets and their bytes"},
    {"leaked_pkts_toserver", {NULL}, "counters of packets and their bytes"},
    {"leaked_pkts_toclient", {NULL}, "counters of packets and their bytes"},
    {"retransmissions", {NULL}, "counters of packets and their bytes"},
    {"out_of_order", {NULL}, "counters of packets and their bytes"},
    {"retransmissions_toserver", {NULL}, "counters of packets and their bytes"},
    {"retransmissions_toclient", {NULL}, "counters of packets and their bytes"},
    {"out_of_order_toserver", {NULL}, "counters of packets and their bytes"},
    {"out_of_order_toclient", {NULL}, "counters of packets and their bytes"},
    {"payload_bytes_toserver", {NULL}, "counters of packets and their bytes"},
    {"payload_bytes_toclient", {NULL}, "counters of packets and their bytes"},
    {"tcp", {NULL}, "the flags that packets had: cut, repeated and joined ones have others"},
    {"vlan", {NULL}, "the tags that were added"},
    {"evidence", {IS_ALERT}, "what was known at the packet that completed the rule"},
    {"close_by", {IS_HOLED, IS_WEBSOCKET}, HOLES},
    {"ping_toserver", {IS_HOLED, IS_WEBSOCKET}, HOLES},
    {"ping_toclient", {IS_HOLED, IS_WEBSOCKET}, HOLES},
    {"anomalies", {IS_DECOYED}, "where decoys are told: how many"},
};

struct listener {
    struct policy *policy;
    struct engine *engine;
    struct out *out;
    struct eve *eve;
    struct sink sink; /* gives each event to EVE, and takes what it wrote */
    struct said *said;
    const char *adds;
};

/* --- a line of JSON, less some members --- */

static size_t string_end(struct bytes json, size_t at)
{
    for (at++; json.at[at] != '"'; at++)
        at += json.at[at] == '\\' ? 1 : 0;
    return at + 1;
}

/* Where the value ends that begins at `at`. */
static size_t value_end(struct bytes json, size_t at)
{
    int depth = 0;

    do {
        const uint8_t c = json.at[at];
        if (c == '"') {
            at = string_end(json, at);
            continue;
        }
        depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
        at++;
    } while (at < json.len && (depth > 0 || memchr(",}]:", json.at[at], 4) == NULL));
    return at;
}

static bool is_loose(const struct listener *l, struct bytes json, struct bytes name)
{
    for (size_t i = 0; i < sizeof(loose) / sizeof(loose[0]); i++) {
        const struct loose *o = &loose[i];
        if (!bytes_equal(name, bytes_of_text(o->member)))
            continue;
        if (o->of[0] != NULL && o->of[0][0] == '\0')
            return l->adds != NULL;
        for (size_t n = 0; n < 2; n++)
            if (bytes_find(json, bytes_of_text(o->of[n])) == json.len)
                return false;
        return true;
    }
    return false;
}

static void copy_firm(const struct listener *l, struct bytes json)
{
    struct buffer *out = &l->said->text;
    size_t at = 0;

    while (at < json.len) {
        if (json.at[at] != '"') {
            buffer_append_byte(out, json.at[at++]);
            continue;
        }
        const size_t end = string_end(json, at);
        const bool member = end < json.len && json.at[end] == ':';
        if (member && is_loose(l, json, bytes_of(json.at + at + 1, end - at - 2))) {
            at = value_end(json, end + 1);
            if (json.at[at] == ',')
                at++;
            else if (out->len > 0 && out->at[out->len - 1] == ',')
                out->len--;
        } else {
            buffer_append(out, bytes_of(json.at + at, end - at));
            at = end;
        }
    }
}

/* The value of the first member of this name, quotes and all. */
static struct bytes member(struct bytes json, const char *name)
{
    const size_t at = bytes_find(json, bytes_of_text(name)) + strlen(name);

    return at < json.len ? bytes_of(json.at + at, value_end(json, at) - at) : bytes_of(NULL, 0);
}

/* --- listening --- */

static bool is_left_out(const struct listener *l, struct bytes json, struct bytes kind)
{
    const struct bytes src = member(json, "\"src_ip\":");

    if (bytes_equal(kind, bytes_of_text("\"stats\"")) ||
        bytes_start_with(src, bytes_of_text(STRANGER_4)) ||
        bytes_start_with(src, bytes_of_text(STRANGER_6)))
        return true;
    if (l->adds == NULL || !bytes_equal(kind, bytes_of_text("\"anomaly\"")))
        return false;
    char name[64];
    const struct bytes event = member(json, "\"event\":");
    snprintf(name, sizeof(name), " %.*s ", (int)event.len - 2, (const char *)event.at + 1);
    return strstr(l->adds, name) != NULL;
}

static void hear(struct listener *l, struct bytes json)
{
    static const char *const keys[] = {
        "\"src_ip\":", "\"src_port\":", "\"dest_ip\":", "\"dest_port\":", "\"proto\":"};
    struct said *s = l->said;
    const struct bytes kind = member(json, "\"event_type\":");

    if (is_left_out(l, json, kind))
        return;
    if (s->count == s->room) {
        s->room = s->room > 0 ? s->room * 2 : 1024;
        s->lines = realloc(s->lines, s->room * sizeof(*s->lines));
        if (s->lines == NULL)
            abort();
    }
    struct line line = {.key = s->text.len, .order = s->count};
    buffer_append(&s->text, kind);
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        buffer_append_byte(&s->text, ' ');
        buffer_append(&s->text, member(json, keys[i]));
    }
    line.at = s->text.len;
    copy_firm(l, json);
    line.end = s->text.len;
    s->lines[s->count++] = line;
}

static void on_event(void *ctx, const struct event *e)
{
    struct listener *l = ctx;
    const struct sink *eve = eve_sink(l->eve);

    eve->event(eve->ctx, e);
    struct bytes left = buffer_bytes(out_buffer(l->out));
    for (const uint8_t *end; (end = bytes_find_byte(left, '\n')) != NULL;) {
        const size_t len = (size_t)(end - left.at);
        hear(l, bytes_of(left.at, len));
        left = bytes_after(left, len + 1);
    }
    out_flush(l->out);
}

void listener_renew(struct listener *l)
{
    const struct engine_config config = {
        .policy = l->policy, .sinks = &l->sink, .payload_limit = 64, .seed = 1};
    struct err err = {0};

    engine_free(l->engine);
    l->engine = engine_create(&config, &err);
    if (l->engine == NULL)
        abort();
}

struct listener *listener_create(const char *rules, bool flows_alone, struct err *err)
{
    static const struct eve_options how = {.events = EVE_ALL, .payload = PAYLOAD_PRINTABLE};
    struct listener *l = calloc(1, sizeof(*l));

    if (l == NULL)
        abort();
    l->policy = policy_load(rules, NULL, NULL, err);
    l->out = out_open("/dev/null", err);
    l->eve = l->out != NULL ? eve_create(l->out, &how, err) : NULL;
    if (l->policy != NULL && l->eve != NULL) {
        l->sink = (struct sink){.event = on_event,
                                .ctx = l,
                                .interest =
                                    flows_alone ? INTEREST_ANOMALIES : eve_sink(l->eve)->interest};
        listener_renew(l);
        return l;
    }
    listener_free(l);
    return NULL;
}

void listener_free(struct listener *l)
{
    if (l == NULL)
        return;
    engine_free(l->engine);
    eve_free(l->eve);
    out_close(l->out, NULL);
    policy_free(l->policy);
    free(l);
}

/* --- comparing --- */

static int compare_keys(const struct line *a, const struct line *b)
{
    const size_t a_len = a->at - a->key, b_len = b->at - b->key;
    const int c = memcmp(a->text + a->key, b->text + b->key, a_len < b_len ? a_len : b_len);

    return c != 0 ? c : a_len < b_len ? -1 : a_len > b_len;
}

static int by_key(const void *x, const void *y)
{
    const struct line *a = x, *b = y;
    const int c = compare_keys(a, b);

    return c != 0 ? c : a->order < b->order ? -1 : 1;
}

void said_of(struct listener *l, const struct trace *t, const char *adds, struct said *out)
{
    *out = (struct said){0};
    l->said = out;
    l->adds = adds;
    engine_source(l->engine, "mutate");
    for (size_t i = 0; i < t->count; i++) {
        struct frame f = t->at[i].frame;
        f.number = i + 1;
        engine_frame(l->engine, &f);
    }
    engine_flush(l->engine);
    for (size_t i = 0; i < out->count; i++)
        out->lines[i].text = out->text.at;
    if (out->count > 0)
        qsort(out->lines, out->count, sizeof(*out->lines), by_key);
}

void said_free(struct said *s)
{
    buffer_free(&s->text);
    free(s->lines);
    *s = (struct said){0};
}

static struct bytes words_of(const struct line *l)
{
    return bytes_of(l->text + l->at, l->end - l->at);
}

static void describe_one(const char *fate, const struct line *l, char *what, size_t room)
{
    snprintf(what, room, "%s: %.*s", fate, (int)(l->end - l->key), (const char *)l->text + l->key);
}

static void describe(const struct line *a, const struct line *b, char *what, size_t room)
{
    const struct bytes x = words_of(a), y = words_of(b);
    size_t at = 0;

    while (at < x.len && at < y.len && x.at[at] == y.at[at])
        at++;
    at -= at < QUOTED / 4 ? at : QUOTED / 4;
    const struct bytes was = bytes_first(bytes_after(x, at), QUOTED);
    const struct bytes is = bytes_first(bytes_after(y, at), QUOTED);
    snprintf(what, room, "%.*s: was ...%.*s..., is ...%.*s...", (int)(a->at - a->key),
             (const char *)a->text + a->key, (int)was.len, (const char *)was.at, (int)is.len,
             (const char *)is.at);
}

bool said_differ(const struct said *before, const struct said *after, char *what, size_t room)
{
    for (size_t i = 0;; i++) {
        const struct line *a = i < before->count ? &before->lines[i] : NULL;
        const struct line *b = i < after->count ? &after->lines[i] : NULL;
        if (a == NULL && b == NULL)
            return false;
        const int c = a == NULL ? 1 : b == NULL ? -1 : compare_keys(a, b);
        if (c == 0 && bytes_equal(words_of(a), words_of(b)))
            continue;
        if (c == 0)
            describe(a, b, what, room);
        else if (c < 0)
            describe_one("gone", a, what, room);
        else
            describe_one("new", b, what, room);
        return true;
    }
}

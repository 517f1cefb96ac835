/* SPDX-License-Identifier: MIT */
/* load_rate.c - `event` of a rule's match, its `rate`, and for how long it bans. */
#include <stdio.h>

#include "model/event.h"
#include "model/websocket.h"
#include "policy/load.h"
#include "policy/rates.h"

#define SECOND_NS  1000000000LL
#define DAY_S      86400
#define FOR_MOST_S (366LL * DAY_S)

#define NETWORK_IPV4  24 /* bits */
#define NETWORK_IPV6  64
#define UNFINISHED_NS (10 * SECOND_NS) /* where the file does not say */

/* enum rate_event */
const char *const rate_event_names[] = {"flow",
                                        "connection",
                                        "established",
                                        "request",
                                        "websocket-handshake",
                                        "websocket-refused",
                                        "error-status",
                                        "unfinished-request",
                                        "message",
                                        "ping",
                                        "pong",
                                        "close",
                                        "fragment",
                                        "anomaly",
                                        NULL};
_Static_assert(sizeof(rate_event_names) / sizeof(rate_event_names[0]) == RATE_EVENTS + 1,
               "a name for each");

static const char *const rate_keys[] = {
    "by", "over", "within", "adaptive", "ipv4-prefix", "ipv6-prefix", "unfinished-after", NULL};

static const struct {
    const char *name;
    uint8_t by;
} by_words[] = {
    {"client", BY_CLIENT}, {"network", BY_NETWORK},         {"server", BY_SERVER},
    {"pair", 0},           {"server-port", BY_SERVER_PORT},
};

/* ---- values ---- */

static bool read_scalar(const struct loader *l, const struct node *n, const char *key)
{
    return n->kind == NODE_SCALAR ||
           fault(&l->source, n, "\"%s\" is one value, not %s", key, node_kind_name(n));
}

/* The whole text in digits, at most `most`. */
static bool digits(struct bytes text, uint64_t most, uint64_t *out)
{
    *out = 0;
    for (size_t i = 0; i < text.len; i++) {
        const uint8_t digit = (uint8_t)(text.at[i] - '0');
        if (digit > 9 || digit > most || *out > (most - digit) / 10)
            return false;
        *out = *out * 10 + digit;
    }
    return text.len > 0;
}

static bool read_count(const struct loader *l, const struct node *n, const char *key, uint64_t most,
                       uint64_t *out)
{
    char said[QUOTE_ROOM];

    if (!read_scalar(l, n, key))
        return false;
    if (digits(n->text, most, out) && *out > 0)
        return true;
    return fault(&l->source, n, "\"%s\" of \"%s\" is no number from 1 to %llu", key,
                 quote(n->text, said), (unsigned long long)most);
}

static int64_t unit_seconds(uint8_t letter)
{
    switch (letter) {
    case 's': return 1;
    case 'm': return 60;
    case 'h': return 3600;
    case 'd': return DAY_S;
    default: return 0;
    }
}

/* "10s", "10m", "1h", "2d". */
static bool read_duration(const struct loader *l, const struct node *n, const char *key,
                          int64_t most_s, int64_t *out_ns)
{
    char said[QUOTE_ROOM];
    uint64_t number = 0;

    if (!read_scalar(l, n, key))
        return false;
    const size_t len = n->text.len;
    const int64_t unit = len > 0 ? unit_seconds(n->text.at[len - 1]) : 0;
    if (unit == 0 || !digits(bytes_first(n->text, len - 1), (uint64_t)(most_s / unit), &number) ||
        number == 0)
        return fault(&l->source, n,
                     "\"%s\" is no time for \"%s\": write 10s, 5m, 1h, 2d; at most %lldd",
                     quote(n->text, said), key, (long long)(most_s / DAY_S));
    *out_ns = (int64_t)number * unit * SECOND_NS;
    return true;
}

/* ---- by ---- */

static bool add_by(const struct loader *l, const struct node *n, struct rate *rate)
{
    static const char *const words[] = {"client", "network", "server", "pair", "server-port", NULL};

    if (n->kind != NODE_SCALAR)
        return fault(&l->source, n,
                     "\"by\" is client, network, server, pair, server-port or a list of these");
    for (size_t i = 0; i < sizeof(by_words) / sizeof(by_words[0]); i++)
        if (node_is(n, by_words[i].name)) {
            rate->by |= by_words[i].by != 0 ? by_words[i].by : BY_CLIENT | BY_SERVER;
            return true;
        }
    return fault_unknown(&l->source, n, "word of \"by\"", words);
}

/* As it is shown: "pair", or the parts in one order. */
static bool name_by(struct loader *l, struct rate *rate)
{
    char text[sizeof("client, server, server-port, ") + sizeof("network")];
    size_t len = 0;

    if (rate->by == (BY_CLIENT | BY_SERVER)) {
        rate->by_text = "pair";
        return true;
    }
    for (size_t i = 0; i < sizeof(by_words) / sizeof(by_words[0]); i++)
        if ((rate->by & by_words[i].by) != 0)
            len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s", len > 0 ? ", " : "",
                                    by_words[i].name);
    rate->by_text = arena_text(&l->policy->arena, bytes_of(text, len));
    return rate->by_text != NULL || fault_memory(&l->source);
}

static bool read_by(struct loader *l, const struct node *map, struct rate *rate)
{
    const struct node *n = node_get(map, "by");

    if (n == NULL)
        return fault(&l->source, map,
                     "\"rate\" without \"by\": client, network, server, pair or server-port");
    if (n->kind == NODE_LIST && n->count == 0)
        return fault(&l->source, n, "\"by\" is an empty list");
    if (n->kind != NODE_LIST && !add_by(l, n, rate))
        return false;
    for (const struct node *item = n->kind == NODE_LIST ? n->first : NULL; item != NULL;
         item = item->next)
        if (!add_by(l, item, rate))
            return false;
    if ((rate->by & BY_CLIENT) != 0 && (rate->by & BY_NETWORK) != 0)
        return fault(&l->source, n, "\"by\" has both a client and its network: one says it");
    return name_by(l, rate);
}

static bool read_prefix(const struct loader *l, const struct node *map, const char *key,
                        uint8_t *bits, uint64_t most)
{
    const struct node *n = node_get(map, key);
    uint64_t number = *bits;

    if (n == NULL)
        return true;
    if (!read_count(l, n, key, most, &number))
        return false;
    *bits = (uint8_t)number;
    return true;
}

static bool read_prefixes(const struct loader *l, const struct node *map, struct rate *rate)
{
    static const char *const keys[] = {"ipv4-prefix", "ipv6-prefix"};

    for (size_t i = 0; i < 2; i++) {
        const struct node *n = node_get(map, keys[i]);
        if (n != NULL && (rate->by & BY_NETWORK) == 0)
            return fault(&l->source, n, "\"%s\" goes with by: network", keys[i]);
    }
    rate->prefix_ipv4 = NETWORK_IPV4;
    rate->prefix_ipv6 = NETWORK_IPV6;
    return read_prefix(l, map, keys[0], &rate->prefix_ipv4, 32) &&
           read_prefix(l, map, keys[1], &rate->prefix_ipv6, 128);
}

/* ---- the rest of `rate` ---- */

static bool read_limit(const struct loader *l, const struct node *map, struct rate *rate)
{
    const struct node *over = node_get(map, "over"), *within = node_get(map, "within");

    if (over == NULL || within == NULL)
        return fault(&l->source, map,
                     "\"rate\" without \"%s\", as in rate: {by: client, over: 100, "
                     "within: 10s}",
                     over == NULL ? "over" : "within");
    return read_count(l, over, "over", UINT32_MAX - 1, &rate->over) &&
           read_duration(l, within, "within", DAY_S, &rate->within_ns);
}

static bool read_adaptive(const struct loader *l, const struct node *map, struct rate *rate)
{
    const struct node *n = node_get(map, "adaptive");

    if (n == NULL)
        return true;
    rate->adaptive = node_is(n, "true");
    return rate->adaptive || node_is(n, "false") ||
           fault(&l->source, n, "\"adaptive\" is true or false");
}

/* One layer looks for it, once a request: so one time for all rules. */
static bool read_unfinished(struct loader *l, const struct node *map, struct rate *rate)
{
    const struct node *n = node_get(map, "unfinished-after");
    const int64_t others = policy_unfinished_ns(l->policy);

    if (n != NULL && rate->event != RATE_UNFINISHED)
        return fault(&l->source, n, "\"unfinished-after\" goes with event: unfinished-request");
    if (rate->event != RATE_UNFINISHED)
        return true;
    rate->unfinished_ns = others > 0 ? others : UNFINISHED_NS;
    if (n == NULL)
        return true;
    if (!read_duration(l, n, "unfinished-after", DAY_S, &rate->unfinished_ns))
        return false;
    if (others > 0 && others != rate->unfinished_ns)
        return fault(&l->source, n,
                     "another rule has an \"unfinished-after\" of %llds: it is one for all rules",
                     (long long)(others / SECOND_NS));
    return true;
}

/* ---- event ---- */

static bool read_event(const struct loader *l, const struct node *n, const struct rule *rule,
                       struct rate *rate)
{
    unsigned event = RATE_FLOW;

    rate->any_message = rule->has_message && n == NULL;
    rate->event = rule->has_message ? RATE_MESSAGE : RATE_FLOW;
    if (n == NULL)
        return true;
    if (!read_scalar(l, n, "event"))
        return false;
    while (rate_event_names[event] != NULL && !node_is(n, rate_event_names[event]))
        event++;
    if (rate_event_names[event] == NULL)
        return fault_unknown(&l->source, n, "event", rate_event_names);
    rate->event = (uint8_t)event;
    if (rule->has_message && (event < RATE_MESSAGE || event > RATE_CLOSE))
        return fault(&l->source, n,
                     "\"message\" asks about messages: its event is message, ping, pong or close");
    return true;
}

/* `interface` is the one text that is no part of the traffic. */
static bool is_of_bytes(const struct key *key)
{
    return (key->kind == VALUE_TEXT && key->field != FIELD_INTERFACE) || key->asks != 0;
}

/* When a connection is asked for nobody knows what it will carry. */
static bool check_connection(const struct loader *l, const struct rule *rule,
                             const struct rate *rate)
{
    for (size_t i = 0; rate->event == RATE_CONNECTION && i < rule->conditions.count; i++) {
        const struct condition *c = &rule->conditions.at[i];
        if ((c->key->flags & KEY_IDENTITY) != 0 || is_of_bytes(c->key))
            return fault(&l->source, c->source,
                         "\"%s\" is not known when a connection is asked for; event: flow counts "
                         "those of which it is",
                         c->key->name);
    }
    return true;
}

bool rate_wants(const struct rate *rate, uint8_t opcode)
{
    switch ((enum rate_event)rate->event) {
    case RATE_PING: return opcode == WS_PING;
    case RATE_PONG: return opcode == WS_PONG;
    case RATE_CLOSE: return opcode == WS_CLOSE;
    case RATE_MESSAGE: return rate->any_message || opcode == WS_TEXT || opcode == WS_BINARY;
    case RATE_FLOW:
    case RATE_CONNECTION:
    case RATE_ESTABLISHED:
    case RATE_REQUEST:
    case RATE_HANDSHAKE:
    case RATE_REFUSED:
    case RATE_ERROR:
    case RATE_UNFINISHED:
    case RATE_FRAGMENT:
    case RATE_ANOMALY:
    case RATE_EVENTS: return false;
    }
    return false;
}

static uint32_t interest_of(const struct rate *rate)
{
    if (rate->event >= RATE_MESSAGE && rate->event <= RATE_CLOSE)
        return INTEREST_MESSAGES;
    if (rate->event == RATE_FRAGMENT)
        return INTEREST_FRAMES;
    return rate->event == RATE_ERROR ? INTEREST_STATUS : 0;
}

/* A limit of all that a server gets is broken by few, and those who are blocked are the others. */
static void warn_of_server(const struct loader *l, const struct rule *rule, const struct rate *rate)
{
    char sentence[512];

    if (l->warn == NULL || rule->info.action != RULE_BLOCK ||
        (rate->by & (BY_CLIENT | BY_NETWORK)) != 0)
        return;
    snprintf(sentence, sizeof(sentence),
             "%s:%u:%u: the rule \"%s\" blocks everybody who uses a %s, when too much comes from "
             "anybody",
             l->source.name, rule->info.line, rule->column, rule->info.name, rate->by_text);
    l->warn(l->ctx, sentence);
}

static bool add_rate(struct loader *l, struct rule *rule, const struct rate *rate)
{
    struct policy *p = l->policy;

    if (p->rate == NULL)
        p->rate = loader_alloc(l, RATE_RULES, sizeof(*p->rate));
    if (p->rate == NULL)
        return false;
    struct rate *out = &p->rate[p->rate_count];
    *out = *rate;
    out->number = (uint8_t)p->rate_count++;
    out->place = rule->info.id - 1;
    if (!rule->has_message) /* else message.c counts */
        p->rate_of[out->event] |= UINT64_C(1) << out->number;
    p->interest |= interest_of(out);
    warn_of_server(l, rule, out);
    rule->rate = out;
    return true;
}

static bool read_for(const struct loader *l, const struct node *n, struct rate *rate)
{
    return n == NULL || read_duration(l, n, "for", FOR_MOST_S, &rate->for_ns);
}

bool load_rate(struct loader *l, const struct node *rule, struct rule *out)
{
    const struct node *n = node_get(rule, "rate"), *ban = node_get(rule, "for");
    const struct node *match = node_get(rule, "match");
    const bool is_map = match != NULL && match->kind == NODE_MAP; /* else that was told */
    const struct node *event = is_map ? node_get(match, "event") : NULL;
    struct rate rate = {0};

    if (n == NULL && event == NULL && ban == NULL)
        return true;
    if (n == NULL)
        return fault(&l->source, event != NULL ? event : ban,
                     "\"%s\" without \"rate\", as in rate: {by: client, over: 100, within: 10s}",
                     event != NULL ? "event" : "for");
    if (n->kind != NODE_MAP)
        return fault(&l->source, n,
                     "\"rate\" is a map, as in rate: {by: client, over: 100, within: 10s}; not %s",
                     node_kind_name(n));
    if (l->policy->rate_count == RATE_RULES)
        return fault(&l->source, n, "more than %d rules with a rate", RATE_RULES);
    return check_keys(l, n, "key of \"rate\"", rate_keys) && read_event(l, event, out, &rate) &&
           check_connection(l, out, &rate) && read_by(l, n, &rate) && read_prefixes(l, n, &rate) &&
           read_limit(l, n, &rate) && read_adaptive(l, n, &rate) && read_unfinished(l, n, &rate) &&
           read_for(l, ban, &rate) && add_rate(l, out, &rate);
}

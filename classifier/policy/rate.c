/* SPDX-License-Identifier: MIT */
/* rate.c - what happened counts for the rules whose conditions hold; who comes too often is banned.
 */
#include "policy/worker.h"

#include <stdlib.h>

#define SHARE(bytes) ((bytes) / 4) /* of the budget, at most */

uint32_t policy_rate_events(const struct policy *p)
{
    uint32_t events = 0;

    for (size_t i = 0; i < p->rate_count; i++)
        events |= 1U << p->rate[i].event;
    return events;
}

int64_t policy_unfinished_ns(const struct policy *p)
{
    for (size_t i = 0; i < p->rate_count; i++)
        if (p->rate[i].unfinished_ns > 0)
            return p->rate[i].unfinished_ns; /* all say the same: load_rate.c */
    return 0;
}

/* ---- what a worker remembers ---- */

/* As many entries as the share has room for. */
static size_t entries_for(const struct policy *p, const struct budget *budget)
{
    size_t entries = RATE_ENTRIES;

    while (budget->limit > 0 && entries > RATE_ENTRIES_MIN &&
           p->rate_count * rate_table_bytes(entries) > SHARE(budget->limit))
        entries /= 2;
    return entries;
}

static size_t places_for(const struct budget *budget)
{
    size_t places = RATE_BANS;

    while (budget->limit > 0 && places > RATE_BANS_MIN &&
           places * sizeof(struct ban) > SHARE(budget->limit) / 4)
        places /= 2;
    return places;
}

static bool create_tables(struct rates *r, const struct policy *p, struct budget *budget)
{
    struct rate_table_shape shape = {.entries = entries_for(p, budget)};

    /* Always the same, so that the same capture gives the same answers also where there are more
     * keys than room; what knowing it gains is said in rate_table.h. */
    shape.hash = hash_key_from_seed(1);
    r->bans = ban_table_create(places_for(budget), &shape.hash, budget);
    if (r->bans == NULL)
        return false;
    for (size_t i = 0; i < p->rate_count; i++) {
        shape.within_ns = p->rate[i].within_ns;
        shape.adaptive = p->rate[i].adaptive;
        r->table[i] = rate_table_create(&shape, budget);
        if (r->table[i] == NULL)
            return false;
    }
    return true;
}

struct rates *rates_create(const struct policy *p, struct budget *budget, struct err *err)
{
    struct rates *r = calloc(1, sizeof(*r));

    if (r != NULL) {
        r->budget = budget;
        if (create_tables(r, p, budget))
            return r;
    }
    rates_free(r);
    err_set(err, "the memory limit is too small for the counters of %zu rules with a rate",
            p->rate_count);
    return NULL;
}

void rates_free(struct rates *r)
{
    if (r == NULL)
        return;
    for (size_t i = 0; i < RATE_RULES; i++)
        rate_table_free(r->table[i], r->budget);
    ban_table_free(r->bans, r->budget);
    free(r);
}

void policy_rate_forget(struct policy_worker *w)
{
    struct rates *r = w->rates;

    if (r == NULL)
        return;
    for (size_t i = 0; i < w->policy->rate_count; i++)
        rate_table_clear(r->table[i]);
    ban_table_clear(r->bans);
    r->banned = 0;
}

struct rate_totals policy_rate_totals(const struct policy_worker *w)
{
    struct rate_totals all = {0};

    if (w->rates == NULL)
        return all;
    all.counted = w->rates->counted;
    all.bans = ban_count(w->rates->bans);
    all.bans_displaced = ban_displaced(w->rates->bans);
    for (size_t i = 0; i < w->policy->rate_count; i++)
        all.crowded_out += rate_table_crowded_out(w->rates->table[i]);
    return all;
}

uint32_t policy_rate_epoch(const struct policy_worker *w)
{
    return w->rates != NULL ? w->rates->epoch : 0;
}

/* ---- keys ---- */

static struct addr cut(const struct addr *a, unsigned bits)
{
    struct addr out = {0};
    const unsigned whole = bits / 8, rest = bits % 8;

    memcpy(out.byte, a->byte, whole);
    if (rest > 0)
        out.byte[whole] = (uint8_t)(a->byte[whole] & (0xff00u >> rest));
    return out;
}

#define IPV4_BITS 32
#define IPV6_BITS 128

/* Bits of the client's address that count. */
static unsigned prefix_of(const struct rate *rate, const struct addr *client)
{
    const bool ipv4 = addr_is_ipv4(client);

    if ((rate->by & BY_CLIENT) != 0)
        return ipv4 ? IPV4_BITS : IPV6_BITS;
    return ipv4 ? rate->prefix_ipv4 : rate->prefix_ipv6;
}

static struct rate_key key_of(const struct rate *rate, const struct facts *f)
{
    struct rate_key key = {.rule = rate->number};

    if ((rate->by & (BY_CLIENT | BY_NETWORK)) != 0) {
        const unsigned bits = prefix_of(rate, &f->client.addr);
        const unsigned before = addr_is_ipv4(&f->client.addr) ? IPV6_BITS - IPV4_BITS : 0;
        key.client = cut(&f->client.addr, before + bits);
        key.prefix = (uint8_t)bits;
    }
    if ((rate->by & BY_SERVER) != 0)
        key.server = f->server.addr;
    if ((rate->by & BY_SERVER_PORT) != 0)
        key.port = f->server.port;
    return key;
}

/* ---- counting ---- */

static uint64_t bit_of(const struct rate *rate)
{
    return UINT64_C(1) << rate->number;
}

static bool is_open(struct policy_flow *f, const struct rate *rate)
{
    return f == NULL || bit_is_set(open_rules(f), rate->place);
}

/* May others make as if it came from this key? */
static bool is_forgeable(const struct rate *rate, const struct facts *f)
{
    return !f->proven && rate->event != RATE_CONNECTION &&
           (rate->by & (BY_CLIENT | BY_NETWORK)) != 0;
}

/* Do all conditions of the rule hold, but for its rate and its message? */
static bool holds(const struct question *q, const struct rule *r)
{
    for (size_t i = 0; i < r->conditions.count; i++)
        if (r->conditions.at[i].key->match(q, &r->conditions.at[i]) != ANSWER_YES)
            return false;
    return r->confidence == CONFIDENCE_NONE || q->facts->confidence >= r->confidence;
}

/* Is it too often? `ban` gets what is to be said of it. */
static bool is_too_often(const struct rate *rate, const struct rate_entry *e, struct ban *ban)
{
    uint64_t limit = rate->over;

    if (rate->adaptive) {
        const uint64_t usual = baseline_limit(&e->baseline, RATE_STEPS);
        if (!e->baseline.alarmed)
            return false;
        ban->adaptive = usual > limit;
        limit = usual > limit ? usual : limit;
    }
    ban->count = e->sum;
    ban->over = limit;
    return e->sum > limit;
}

/* The clock of a capture may be anywhere. */
static int64_t later(int64_t time_ns, int64_t by_ns)
{
    return time_ns < INT64_MAX - by_ns ? time_ns + by_ns : INT64_MAX;
}

/* An alert bans nobody. */
static bool is_ban(const struct policy *p, const struct rate *rate)
{
    return rate->for_ns > 0 && p->rule[rate->place].info.action != RULE_ALERT;
}

/* One more of this rule's events. True: the limit is broken. */
static bool count_one(struct policy_worker *w, const struct rate *rate, const struct facts *f)
{
    struct rates *r = w->rates;
    struct ban ban = {.key = key_of(rate, f), .from_ns = f->time_ns};
    const struct rate_entry *e = rate_table_add(r->table[rate->number], &ban.key, f->time_ns);

    r->counted++;
    if (e == NULL || !is_too_often(rate, e, &ban))
        return false;
    const bool known = ban_find(r->bans, &ban.key, f->time_ns) != NULL;
    if (known && rate->for_ns > 0 && !is_ban(w->policy, rate))
        return false; /* told, and for so long not again */
    ban.until_ns = later(f->time_ns, rate->for_ns > 0 ? rate->for_ns : rate->within_ns);
    ban_add(r->bans, &ban);
    if (!known && (is_ban(w->policy, rate) || rate->event == RATE_CONNECTION)) {
        r->banned |= bit_of(rate);
        r->epoch++;
    }
    if (is_ban(w->policy, rate) && !rate->adaptive) /* what is usual is not forgotten */
        rate_table_forget(r->table[rate->number], &ban.key);
    return true;
}

/* The rule matches on this flow. */
static void fire(struct policy_flow *f, const struct rate *rate)
{
    if (f != NULL)
        f->rate_fired |= bit_of(rate);
}

bool policy_count(struct policy_worker *w, struct policy_flow *f, const struct facts *facts,
                  enum rate_event what)
{
    const struct question q = {.policy = w->policy, .worker = w, .facts = facts};
    uint64_t left = w->policy->rate_of[what];
    bool fired = false;

    if (!facts->direction_known || facts->second_reading || left == 0)
        return false;
    forget_texts(w);
    for (; left != 0; left &= left - 1) {
        const struct rate *rate = &w->policy->rate[__builtin_ctzll(left)];
        if (what == RATE_FLOW && f != NULL && (f->rate_counted & bit_of(rate)) != 0)
            continue;
        if (!is_open(f, rate) || is_forgeable(rate, facts) ||
            !holds(&q, &w->policy->rule[rate->place]))
            continue;
        if (what == RATE_FLOW && f != NULL)
            f->rate_counted |= bit_of(rate);
        if (!count_one(w, rate, facts))
            continue;
        fire(f, rate);
        fired = true;
    }
    return fired;
}

bool rates_message(struct policy_worker *w, struct policy_flow *f, const struct facts *facts,
                   const struct rate *rate)
{
    const struct question q = {.policy = w->policy, .worker = w, .facts = facts};

    const bool blocked = f->result.final && f->result.verdict == VERDICT_BLOCK;

    forget_texts(w);
    if (!facts->direction_known || facts->second_reading || blocked || is_forgeable(rate, facts) ||
        !holds(&q, &w->policy->rule[rate->place]) || !count_one(w, rate, facts))
        return false;
    fire(f, rate);
    return true;
}

/* ---- bans ---- */

/* What is known of a flow at its first packet: a ban asks for no more, so that it does not depend
 * on how much of the flow was seen when it began. */
static struct facts at_first(const struct facts *f)
{
    return (struct facts){.client = f->client,
                          .server = f->server,
                          .transport = f->transport,
                          .direction_known = true,
                          .time_ns = f->time_ns,
                          .start_ns = f->start_ns,
                          .interface = f->interface,
                          .vlan = f->vlan,
                          .vlan_count = f->vlan_count};
}

/* Do the rule's conditions say by the addresses alone that it is not about this flow? */
static bool is_excluded(const struct question *q, const struct rule *r)
{
    for (size_t i = 0; i < r->conditions.count; i++)
        if (r->conditions.at[i].key->match(q, &r->conditions.at[i]) == ANSWER_NO)
            return true;
    return false;
}

/* Of a SYN that broke a limit, the flow that was made for it is to be told, whatever follows. */
static bool takes(const struct policy *p, const struct rate *rate, const struct ban *ban)
{
    return is_ban(p, rate) || (rate->event == RATE_CONNECTION && !ban->told);
}

bool policy_look(struct policy_worker *w, struct policy_flow *f, const struct facts *facts)
{
    uint64_t left = f != NULL && w->rates != NULL ? w->rates->banned & ~f->rate_fired : 0;
    const struct facts first = at_first(facts);
    const struct question q = {.policy = w->policy, .worker = w, .facts = &first};
    bool fired = false;

    if (left == 0 || !facts->direction_known)
        return false;
    forget_texts(w);
    for (; left != 0; left &= left - 1) {
        const struct rate *rate = &w->policy->rate[__builtin_ctzll(left)];
        const struct rate_key key = key_of(rate, facts);
        const struct ban *ban = ban_find(w->rates->bans, &key, facts->time_ns);
        if (!is_open(f, rate) || ban == NULL || !takes(w->policy, rate, ban) ||
            is_excluded(&q, &w->policy->rule[rate->place]))
            continue;
        fire(f, rate);
        fired = true;
    }
    return fired;
}

/* Of a flow that nobody keeps: what do the rules say of a SYN alone? */
bool policy_count_syn(struct policy_worker *w, const struct facts *facts)
{
    const struct policy *p = w->policy;
    struct policy_flow *f = w->spare;

    memcpy(f, w->fresh, w->flow_bytes);
    policy_look(w, f, facts);
    const struct policy_result said = policy_decide(w, f, facts, NULL, NULL);
    if ((said.final && said.verdict == VERDICT_BLOCK) ||
        !policy_count(w, f, facts, RATE_CONNECTION))
        return false;
    for (uint64_t left = f->rate_fired; left != 0; left &= left - 1) {
        const struct rate *rate = &p->rate[__builtin_ctzll(left)];
        const struct rate_key key = key_of(rate, facts);
        const struct ban *ban = ban_find(w->rates->bans, &key, facts->time_ns);
        if (ban != NULL && !ban->told)
            return true;
    }
    return false;
}

/* ---- telling ---- */

static struct rate_alert alert_of(const struct rate *rate, const struct rate_key *key)
{
    const bool of_server = (rate->by & (BY_CLIENT | BY_NETWORK)) == 0;
    const struct addr *addr = of_server ? &key->server : &key->client;

    return (struct rate_alert){
        .what = rate_event_names[rate->event],
        .by = rate->by_text,
        .addr = *addr,
        .prefix = !of_server           ? key->prefix
                  : addr_is_ipv4(addr) ? IPV4_BITS
                                       : IPV6_BITS,
        .over = rate->over,
        .within_ns = rate->within_ns,
        .for_ns = rate->for_ns,
    };
}

enum rate_told policy_rate_alert(struct policy_worker *w, const struct facts *facts,
                                 const struct rule_info *rule, struct rate_alert *out)
{
    const struct policy *p = w->policy;
    const struct rate *rate =
        rule->id <= p->rule_count ? p->rule[rule->id - 1].rate : NULL; /* else: an exception */

    if (rate == NULL)
        return RATE_NOT_RATED;
    const struct rate_key key = key_of(rate, facts);
    struct ban *ban = ban_find(w->rates->bans, &key, facts->time_ns);
    *out = alert_of(rate, &key);
    if (ban == NULL)
        return RATE_TOLD_AGAIN; /* it ended while the flow's verdict was still open */
    out->count = ban->count;
    out->over = ban->over;
    out->adaptive = ban->adaptive;
    const bool told = ban->told;
    ban->told = true;
    return told ? RATE_TOLD_AGAIN : RATE_TOLD_FIRST;
}

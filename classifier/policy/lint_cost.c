/* SPDX-License-Identifier: MIT */
/* lint_cost.c - what rules cost, why, and what would help. Hints: no rule is wrong for them. */
#include "model/event.h"
#include "policy/matches.h"
#include "policy/notes.h"

#define PATTERN_LARGE 10000  /* bytes that one pattern compiles to; most take a fifth of it */
#define STATE_LARGE   512    /* bytes that it keeps for each direction of a flow with messages */
#define LIST_LARGE    100000 /* entries */
#define PATTERNS_MAX  4096   /* of a condition are measured one by one */

/* The first rule of which it is true; NULL: none. */
static const struct rule *first_rule(const struct policy *p, bool (*is)(const struct rule *r))
{
    for (size_t i = 0; i < p->listed; i++)
        if (is(&p->rule[i]))
            return &p->rule[i];
    return NULL;
}

static bool reads_payload(const struct rule *r)
{
    return r->reads_payload;
}

static bool asks(const struct rule *r, uint8_t what)
{
    for (size_t i = 0; i < r->conditions.count; i++)
        if ((r->conditions.at[i].key->asks & what) != 0)
            return true;
    return false;
}

static bool asks_counts(const struct rule *r)
{
    return asks(r, ASK_COUNTS);
}

static bool asks_frames(const struct rule *r)
{
    return asks(r, ASK_FRAMES) || r->has_frame;
}

/* What one rule switches on for all flows. */
static void look_at_switches(struct notes *n)
{
    const struct rule *payload = first_rule(n->policy, reads_payload);
    const struct rule *counts = first_rule(n->policy, asks_counts);
    const struct rule *frames = first_rule(n->policy, asks_frames);

    if (payload != NULL)
        note_rule(n, payload, "payload",
                  "because of the rule \"%s\" messages are unmasked and inflated, which else are "
                  "skipped: conditions on host, server-port or client end that for other flows",
                  payload->info.name);
    if (counts != NULL)
        note_rule(n, counts, "every-packet",
                  "because of the rule \"%s\" the rules are asked after every packet; as few rules "
                  "with counts as possible, the more so below a \"block\" that decides early",
                  counts->info.name);
    if (frames != NULL)
        note_rule(n, frames, "every-frame",
                  "because of the rule \"%s\" every WebSocket frame is told to the rules",
                  frames->info.name);
}

/* Nothing but the content says which messages. */
static void look_at_breadth(struct notes *n, const struct rule *r)
{
    if (r->scans && r->conditions.count == 0)
        note_rule(
            n, r, "searches-all",
            "the rule \"%s\" searches every message of every flow: a host, server-port, client "
            "or path beside \"message\" spares the others",
            r->info.name);
}

static bool ends_in(struct bytes text, const char *ending)
{
    const size_t len = strlen(ending);

    return text.len > len && bytes_equal(bytes_after(text, text.len - len), bytes_of_text(ending));
}

static void look_at_pattern(struct notes *n, const struct rule *r, const struct pattern_set *set,
                            size_t i)
{
    const struct bank_pattern *p = &set->bank->pattern[set->id[i]];
    const struct bytes text = bytes_of_text(p->regex);
    const bool begins = bytes_start_with(text, bytes_of_text(".*")) ||
                        bytes_start_with(text, bytes_of_text("(?i).*"));

    if (begins || (ends_in(text, ".*") && !ends_in(text, "\\.*")))
        note_rule(
            n, r, "open-pattern",
            "in the rule \"%s\" the \".*\" at the %s of a pattern only costs: patterns are found "
            "anywhere",
            r->info.name, begins ? "beginning" : "end");
    struct pattern_cost cost;
    if (!bank_cost(set->bank, set->id[i], &cost))
        return;
    if (cost.bytes > PATTERN_LARGE)
        note_rule(n, r, "large-pattern",
                  "in the rule \"%s\" a pattern compiles to %zu bytes, five times what most take: "
                  "many alternatives and nested repeats do that",
                  r->info.name, cost.bytes);
    if (cost.state > STATE_LARGE)
        note_rule(n, r, "large-state",
                  "in the rule \"%s\" a pattern keeps %zu bytes for each direction of a flow with "
                  "messages: a bounded repeat ({1000}) does that",
                  r->info.name, cost.state);
}

static size_t entries_of(const struct condition *c)
{
    if (c->key->kind == VALUE_TEXT)
        return c->value.as.text.exact_count;
    if (c->key->kind == VALUE_ADDRESS)
        return c->value.as.addresses.count;
    return c->key->kind == VALUE_HASH ? c->value.as.hashes.count : 0;
}

static void look_at_conditions(struct notes *n, const struct rule *r,
                               const struct condition_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct condition *c = &list->at[i];
        const bool is_text = c->key->kind == VALUE_TEXT;
        const struct pattern_set *set =
            is_text ? &c->value.as.text.patterns : &c->value.as.patterns;
        if (entries_of(c) > LIST_LARGE)
            note_rule(
                n, r, "large-list",
                "in the rule \"%s\" \"%s\" holds %zu entries, which are kept in memory; blocks "
                "of addresses, and globs for names, take less",
                r->info.name, c->key->name, entries_of(c));
        if (!is_text && c->key->kind != VALUE_REGEX)
            continue;
        for (size_t k = 0; k < set->count && k < PATTERNS_MAX; k++)
            look_at_pattern(n, r, set, k);
    }
}

void lint_cost(struct notes *n)
{
    n->kind = NOTE_HINT;
    look_at_switches(n);
    for (size_t i = 0; i < n->policy->listed && n->count < NOTES_MAX; i++) {
        const struct rule *r = &n->policy->rule[i];
        look_at_breadth(n, r);
        look_at_conditions(n, r, &r->conditions);
        look_at_conditions(n, r, &r->message);
    }
}

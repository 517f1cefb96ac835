/* SPDX-License-Identifier: MIT */
/* lint_time.c - blocks that cannot stop anything: what they ask is known only when it is over.
 *
 * A block fires at the packet where its last condition says yes and no earlier allow rule is still
 * unknown. So each condition is asked for the earliest moment at which it can say yes (and, of an
 * allow rule, no): that follows from its function's three answers.
 */
#include "base/buffer.h"
#include "policy/matches.h"
#include "policy/notes.h"
#include "policy/seen.h"

enum moment {
    MOMENT_EARLY,   /* while the flow goes on */
    MOMENT_MESSAGE, /* with the end of a message: that message has passed */
    MOMENT_SETTLED, /* when nothing more can follow in the stack: of HTTP, that is its end */
    MOMENT_END,
};

/* A number that only grows reaches a lower bound while it grows, an upper one when it has ended. */
static bool needs_the_last_number(const struct condition *c)
{
    const struct range_set *set = &c->value.as.ranges;
    const bool unbounded = set->at[set->count - 1].high >= INT64_MAX;

    return c->value.negated == unbounded;
}

static bool is_none_alone(const struct condition *c)
{
    const struct text_set *set = &c->value.as.text;

    return c->field == FIELD_APP && set->exact_count == 1 && set->glob_count == 0 &&
           set->patterns.count == 0 && bytes_equal(set->exact[0], bytes_of_text("none"));
}

static enum moment moment_of(const struct condition *c)
{
    match_fn *match = c->key->match;

    if (match == match_names && !c->value.negated)
        return is_none_alone(c) ? MOMENT_END : MOMENT_EARLY;
    if (match == match_names || match == match_inside || match == match_risk)
        return c->value.negated ? MOMENT_SETTLED : MOMENT_EARLY;
    if (match == match_mismatch)
        return c->value.as.words != 0 ? MOMENT_EARLY : MOMENT_SETTLED;
    if (match == match_count)
        return needs_the_last_number(c) ? MOMENT_END : MOMENT_EARLY;
    if (match == match_anomaly || match == match_info_hash || match == match_peer_client)
        return c->value.negated ? MOMENT_END : MOMENT_EARLY;
    return MOMENT_EARLY;
}

/* When does it say no, so that nobody waits for it? That it may come to say yes later holds no
 * block up. */
static enum moment moment_of_no(const struct condition *c)
{
    match_fn *match = c->key->match;

    if (match == match_names || match == match_inside || match == match_risk)
        return c->value.negated ? MOMENT_EARLY : MOMENT_SETTLED;
    if (match == match_count) /* the other bound is the one that it may reach */
        return needs_the_last_number(c) ? MOMENT_EARLY : MOMENT_END;
    if (match == match_anomaly)
        return c->value.negated ? MOMENT_EARLY : MOMENT_END;
    return MOMENT_EARLY;
}

static enum moment moment_in_message(const struct condition *c)
{
    if (c->key->kind == VALUE_SIZE)
        return needs_the_last_number(c) ? MOMENT_MESSAGE : MOMENT_EARLY;
    if (c->key->kind == VALUE_LITERAL || c->key->kind == VALUE_REGEX)
        return c->value.negated ? MOMENT_MESSAGE : MOMENT_EARLY;
    return MOMENT_EARLY;
}

/* The condition that is known last. */
struct latest {
    enum moment moment;
    const struct condition *condition;
};

static void take_later(struct latest *l, enum moment moment, const struct condition *c)
{
    if (moment > l->moment)
        *l = (struct latest){moment, c};
}

static struct latest latest_of(const struct rule *r)
{
    struct latest l = {MOMENT_EARLY, NULL};

    for (size_t i = 0; i < r->conditions.count; i++)
        take_later(&l, moment_of(&r->conditions.at[i]), &r->conditions.at[i]);
    for (size_t i = 0; i < r->message.count; i++)
        take_later(&l, moment_in_message(&r->message.at[i]), &r->message.at[i]);
    return l;
}

static const char *why(const struct latest *l)
{
    match_fn *match = l->condition->key->match;

    if (l->moment == MOMENT_MESSAGE)
        return "is known when the message has ended, and so has passed; what follows is stopped";
    if (l->moment == MOMENT_SETTLED)
        return "is known when nothing else can follow; of HTTP, which may still become something "
               "else, that is its end";
    if (match == match_names)
        return "is known only when the flow is over, because a byte may still come";
    if (match == match_count)
        return "is known only when the flow is over, because the number may still grow";
    return "is known only when the flow is over, because it may still come";
}

static void tell_late(struct notes *n, const struct rule *r, const struct latest *l)
{
    struct buffer text = {0};

    show_condition(&text, l->condition);
    buffer_append_byte(&text, '\0');
    n->kind = l->moment == MOMENT_END ? NOTE_WARNING : NOTE_HINT;
    if (!text.failed)
        note_rule(n, r, l->moment == MOMENT_END ? "never-in-time" : "late",
                  "the rule \"%s\" %s: \"%s\" %s", r->info.name,
                  l->moment == MOMENT_END ? "can never block in time" : "may block late",
                  (const char *)text.at, why(l));
    buffer_free(&text);
}

#define APART_MAX 4096 /* entries of two sets that are compared; longer ones may always meet */

/* Whole and by name alone: `a` has none of what `b` asks for. */
static bool texts_are_apart(const struct text_set *a, const struct text_set *b)
{
    if (a->glob_count + a->patterns.count + b->glob_count + b->patterns.count > 0 ||
        a->exact_count + b->exact_count > APART_MAX || a->list_count + b->list_count > 0)
        return false;
    for (size_t i = 0; i < a->exact_count; i++)
        if (text_set_has(b, a->exact[i]))
            return false;
    return true;
}

static bool ranges_are_apart(const struct range_set *a, const struct range_set *b)
{
    for (size_t i = 0, j = 0; i < a->count && j < b->count;) {
        if (a->at[i].low <= b->at[j].high && b->at[j].low <= a->at[i].high)
            return false;
        if (a->at[i].high < b->at[j].high)
            i++;
        else
            j++;
    }
    return true;
}

static bool addresses_are_apart(const struct addr_set *a, const struct addr_set *b)
{
    if (a->count + b->count > APART_MAX)
        return false;
    for (size_t i = 0, j = 0; i < a->count && j < b->count;) {
        if (addr_compare(&a->at[i].low, &b->at[j].high) <= 0 &&
            addr_compare(&b->at[j].low, &a->at[i].high) <= 0)
            return false;
        if (addr_compare(&a->at[i].high, &b->at[j].high) < 0)
            i++;
        else
            j++;
    }
    return true;
}

/* Can no flow meet both, and is that known early? */
static bool are_apart(const struct condition *a, const struct condition *b)
{
    if (a->key != b->key || (a->value.negated && b->value.negated))
        return false;
    if (a->key->match == match_network || a->key->match == match_ladder)
        return false; /* one end may be in each; one rung follows the other */
    if (a->value.negated || b->value.negated) {
        struct value wide = a->value.negated ? a->value : b->value;
        wide.negated = false;
        return value_covers(a->key, &wide, a->value.negated ? &b->value : &a->value);
    }
    if (a->key->kind == VALUE_PORT)
        return ranges_are_apart(&a->value.as.ranges, &b->value.as.ranges);
    if (a->key->kind == VALUE_ADDRESS)
        return addresses_are_apart(&a->value.as.addresses, &b->value.as.addresses);
    if (a->key->kind == VALUE_WORDS && a->key->match != match_ladder) /* it climbs */
        return (a->value.as.words & b->value.as.words) == 0;
    return a->key->kind == VALUE_TEXT && a->key->match == match_hello_field &&
           texts_are_apart(&a->value.as.text, &b->value.as.text);
}

static bool rules_are_apart(const struct rule *a, const struct rule *b)
{
    for (size_t i = 0; i < a->conditions.count; i++)
        for (size_t j = 0; j < b->conditions.count; j++)
            if (are_apart(&a->conditions.at[i], &b->conditions.at[j]))
                return true;
    return false;
}

static bool is_implied(const struct condition *c, const struct rule *by)
{
    for (size_t i = 0; i < by->conditions.count; i++)
        if (by->conditions.at[i].key == c->key && by->conditions.at[i].field == c->field &&
            value_covers(c->key, &c->value, &by->conditions.at[i].value))
            return true;
    return false;
}

/* A block waits for every allow rule before it until that says no. When is that, at the latest?
 * `always`: for every flow, not only for those that meet the allow's other conditions. */
static struct latest no_of(const struct rule *allow, const struct rule *block, bool *always)
{
    struct latest l = {MOMENT_EARLY, NULL};

    *always = true;
    for (size_t i = 0; i < allow->conditions.count; i++) {
        const struct condition *c = &allow->conditions.at[i];
        if (is_implied(c, block))
            continue;
        *always = *always && moment_of_no(c) == MOMENT_END;
        take_later(&l, moment_of_no(c), c);
    }
    return l;
}

/* The first allow rule that the block waits for is told. */
static void look_for_holds(struct notes *n, size_t place)
{
    const struct rule *block = &n->policy->rule[place];
    bool always = false;

    for (size_t i = 0; i < place; i++) {
        const struct rule *allow = &n->policy->rule[i];
        if (allow->info.action != RULE_ALLOW || allow->rate != NULL ||
            rules_are_apart(allow, block))
            continue; /* a count that may still be reached holds nobody up */
        const struct latest l = no_of(allow, block, &always);
        if (l.condition == NULL)
            continue;
        struct buffer text = {0};
        show_condition(&text, l.condition);
        buffer_append_byte(&text, '\0');
        n->kind = always ? NOTE_WARNING : NOTE_HINT;
        if (!text.failed)
            note_rule(n, block, always ? "never-in-time" : "late",
                      "the rule \"%s\" %s: it waits until the allow rule \"%s\" in line %u cannot "
                      "match any more, and that \"%s\" does not hold is known only %s; put the "
                      "block first, or narrow the allow",
                      block->info.name, always ? "can never block in time" : "may block late",
                      allow->info.name, allow->info.line, (const char *)text.at,
                      l.moment == MOMENT_END
                          ? "at the flow's end"
                          : "when nothing else can follow (of HTTP, at its end)");
        buffer_free(&text);
        return;
    }
}

#define PAIRS_MAX 8000000u /* rules looked at for others: as in shadow.c */

void lint_time(struct notes *n)
{
    size_t pairs = 0;

    for (size_t i = 0; i < n->policy->listed; i++) {
        const struct rule *r = &n->policy->rule[i];
        if (r->info.action != RULE_BLOCK)
            continue;
        const struct latest l = latest_of(r);
        if (l.moment != MOMENT_EARLY && r->rate == NULL) /* a ban asks no condition */
            tell_late(n, r, &l);
        pairs += i;
        if (l.moment != MOMENT_END && pairs < PAIRS_MAX)
            look_for_holds(n, i);
    }
}

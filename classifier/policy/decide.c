/* SPDX-License-Identifier: MIT */
/* decide.c - facts in, verdict out.
 *
 * The open rules are asked in file order. A rule closes when it matched or can never match; what
 * the open allow and block rules before the first match may still say decides whether the verdict
 * stands, and whether it is final.
 */
#include "policy/heeds.h"
#include "policy/worker.h"

/* Whom a rule's match is told to. */
struct listener {
    policy_fired *fired;
    void *ctx;
};

/* What the open rules may still do. */
struct pending {
    bool facts; /* some rule asks for more than messages and frames */
    /* Those before the first match, by action: */
    bool unknown[2]; /* some rule waits for facts */
    bool later[2];   /* some rule does not match now, but a later request might */
};

static void tell(const struct listener *l, const struct rule_info *rule)
{
    if (l->fired != NULL)
        l->fired(l->ctx, rule);
}

/* Is it known surely enough? Confidence may still rise. */
enum answer ask_confidence(const struct facts *f, enum confidence at_least)
{
    if (f->confidence >= at_least)
        return ANSWER_YES;
    if (f->app != NULL && strcmp(f->app, "none") == 0)
        return ANSWER_YES; /* that no byte came is seen, not identified */
    return f->settled ? ANSWER_NO_NOW : ANSWER_NOT_YET;
}

static enum answer least(enum answer a, enum answer b)
{
    return a < b ? a : b;
}

/* What its conditions do not rule out waits for the count; a limit that is broken, or a ban, is
 * enough alone. */
static enum answer ask_rate(const struct policy_flow *f, const struct rate *rate,
                            enum answer conditions)
{
    if ((f->rate_fired >> rate->number & 1) != 0)
        return ANSWER_YES;
    return conditions == ANSWER_NO ? ANSWER_NO : ANSWER_NO_NOW;
}

/* Does it still wait for a message or a frame? */
static bool waits(const struct policy *p, struct policy_flow *f, const struct rule *r)
{
    return (r->has_message && bit_is_set(waiting_rules(p, f), r->message_number)) ||
           (r->has_frame && bit_is_set(framing_rules(p, f), r->frame_number));
}

static enum answer ask_rule(const struct question *q, struct policy_flow *f, const struct rule *r)
{
    const bool waiting = waits(q->policy, f, r);
    enum answer answer = ANSWER_YES;

    if (waiting && q->facts->over && r->rate == NULL)
        return ANSWER_NO; /* in vain */

    for (size_t i = 0; i < r->conditions.count && answer != ANSWER_NO; i++)
        answer = least(answer, r->conditions.at[i].key->match(q, &r->conditions.at[i]));
    if (r->confidence != CONFIDENCE_NONE && answer != ANSWER_NO)
        answer = least(answer, ask_confidence(q->facts, r->confidence));
    if (waiting)
        answer = least(answer, ANSWER_NOT_YET);
    if (r->rate != NULL)
        answer = ask_rate(f, r->rate, answer);
    if (q->facts->over && answer != ANSWER_YES)
        return ANSWER_NO;
    return answer;
}

void stop_framing(const struct policy *p, struct policy_flow *f, const struct rule *r)
{
    if (!r->has_frame || !bit_is_set(framing_rules(p, f), r->frame_number))
        return;
    bit_clear(framing_rules(p, f), r->frame_number);
    f->framing--;
    f->settled = false;
}

void stop_waiting(const struct policy *p, struct policy_flow *f, const struct rule *r)
{
    uint64_t *waiting = waiting_rules(p, f);

    if (!r->has_message || !bit_is_set(waiting, r->message_number))
        return;
    bit_clear(waiting, r->message_number);
    f->waiting--;
    f->scanning -= r->scans;
    f->finding -= r->finds;
    f->parsing -= r->parses;
    f->settled = false;
}

static void close_rule(const struct policy *p, struct policy_flow *f, uint32_t place)
{
    bit_clear(open_rules(f), place);
    f->open--;
    stop_waiting(p, f, &p->rule[place]);
    stop_framing(p, f, &p->rule[place]);
}

/* A rule that stays open. */
static void note_open(struct pending *pending, const struct rule *r, enum answer answer)
{
    pending->facts |=
        r->conditions.count > 0 || r->confidence != CONFIDENCE_NONE || r->rate != NULL;
    if (r->info.action == RULE_ALERT)
        return;
    pending->unknown[r->info.action] |= answer == ANSWER_NOT_YET;
    pending->later[r->info.action] |= answer == ANSWER_NO_NOW;
}

/* Asks one open rule, and closes it when that was the last time. */
static void try_rule(const struct question *q, struct policy_flow *f, uint32_t place,
                     struct pending *pending, const struct listener *l)
{
    const struct rule *r = &q->policy->rule[place];
    const bool alerts = r->info.action == RULE_ALERT;

    if (!alerts && place > f->first) {
        close_rule(q->policy, f, place); /* an earlier one has matched */
        return;
    }
    const enum answer answer = ask_rule(q, f, r);
    if (answer == ANSWER_YES && alerts)
        tell(l, &r->info);
    if (answer == ANSWER_YES && !alerts)
        f->first = place;
    if (answer == ANSWER_YES || answer == ANSWER_NO) {
        close_rule(q->policy, f, place);
        return;
    }
    note_open(pending, r, answer);
}

/* Does each of the word's open rules wait for its message? Their numbers follow each other. */
static bool all_wait(const struct policy *p, struct policy_flow *f, size_t word)
{
    const uint64_t open = open_rules(f)[word];
    const uint32_t from = p->rule[word * 64].message_number;

    return p->alike[word].is &&
           (open & ~bits_from(waiting_rules(p, f), p->message_count, from)) == 0;
}

/* Closes all of them. */
static void close_alike(const struct policy *p, struct policy_flow *f, size_t word)
{
    const struct alike *a = &p->alike[word];
    const uint64_t open = open_rules(f)[word];

    bits_clear_from(waiting_rules(p, f), p->rule[word * 64].message_number, open);
    f->open -= (uint32_t)__builtin_popcountll(open);
    f->waiting -= (uint32_t)__builtin_popcountll(open);
    f->scanning -= (uint32_t)__builtin_popcountll(open & a->scans);
    f->finding -= (uint32_t)__builtin_popcountll(open & a->finds);
    f->parsing -= (uint32_t)__builtin_popcountll(open & a->parses);
    open_rules(f)[word] = 0;
}

/* They differ in what they wait for, so that one speaks for all. */
static void try_alike(const struct question *q, struct policy_flow *f, size_t word,
                      struct pending *pending)
{
    const struct policy *p = q->policy;
    const size_t place = word * 64 + (size_t)__builtin_ctzll(open_rules(f)[word]);
    const struct rule *r = &p->rule[place];
    const bool alerts = r->info.action == RULE_ALERT;
    const enum answer answer = !alerts && place > f->first ? ANSWER_NO : ask_rule(q, f, r);

    if (answer == ANSWER_NO) {
        close_alike(p, f, word);
        return;
    }
    note_open(pending, r, answer);
}

static void try_each(const struct question *q, struct policy_flow *f, size_t word,
                     struct pending *pending, const struct listener *l)
{
    for (uint64_t left = open_rules(f)[word]; left != 0; left &= left - 1)
        try_rule(q, f, (uint32_t)(word * 64) + (uint32_t)__builtin_ctzll(left), pending, l);
}

static void try_rules(const struct question *q, struct policy_flow *f, struct pending *pending,
                      const struct listener *l)
{
    const size_t words = (q->policy->rule_count + 63) / 64;

    for (size_t word = 0; word < words; word++) {
        if (open_rules(f)[word] == 0)
            continue;
        if (f->first / 64 != word && all_wait(q->policy, f, word))
            try_alike(q, f, word, pending);
        else
            try_each(q, f, word, pending, l);
    }
}

/* The rule that matched, or the default: does it stand, and for good?
 *
 * An earlier rule of the other action that is not known yet holds it up. One that merely might
 * match a later request holds up an allow, for the flow goes on; but not a block, which ends it.
 * The default stands for good when no rule at all may still match, so that its rule is named. */
static void conclude(const struct policy *p, struct policy_flow *f, const struct pending *pending,
                     const struct listener *l)
{
    const bool matched = f->first != NO_RULE;
    const enum rule_action action = matched ? p->rule[f->first].info.action : p->fallback;
    const enum rule_action other = action == RULE_ALLOW ? RULE_BLOCK : RULE_ALLOW;
    bool held = pending->unknown[other];

    if (!matched || action == RULE_ALLOW)
        held = held || pending->later[other];
    if (!matched)
        held = held || pending->unknown[action] || pending->later[action];
    f->result.verdict = pending->unknown[other] ? VERDICT_NONE
                        : action == RULE_ALLOW  ? VERDICT_ALLOW
                                                : VERDICT_BLOCK;
    f->result.rule = matched && f->result.verdict != VERDICT_NONE ? &p->rule[f->first].info : NULL;
    f->result.final = !held;
    f->result.counted = f->result.rule != NULL && p->rule[f->first].rate != NULL;
    if (f->result.final && matched)
        tell(l, f->result.rule);
}

/* With the verdict final only alerts are left to be asked. */
static void end_search(const struct policy *p, struct policy_flow *f)
{
    const size_t words = (p->rule_count + 63) / 64;

    for (size_t word = 0; word < words && f->open > 0; word++) {
        uint64_t left = open_rules(f)[word];
        if (left != 0 && all_wait(p, f, word)) {
            if (p->rule[word * 64].info.action != RULE_ALERT)
                close_alike(p, f, word);
            continue;
        }
        for (; left != 0; left &= left - 1) {
            const uint32_t place = (uint32_t)(word * 64) + (uint32_t)__builtin_ctzll(left);
            if (p->rule[place].info.action != RULE_ALERT)
                close_rule(p, f, place);
        }
    }
}

static void decide(struct policy_worker *w, struct policy_flow *f, const struct facts *facts,
                   const struct listener *l)
{
    const struct question q = {.policy = w->policy, .worker = w, .facts = facts};
    struct pending pending = {0};

    forget_texts(w);
    try_rules(&q, f, &pending, l);
    f->settled = !pending.facts;
    if (f->result.final)
        return;
    conclude(w->policy, f, &pending, l);
    if (f->result.final)
        end_search(w->policy, f);
}

/* Without memory of its own a flow is judged anew each time; rules are told at its end only, lest
 * they be told twice. */
static struct policy_result
decide_without_memory(struct policy_worker *w, const struct facts *facts, const struct listener *l)
{
    const struct listener nobody = {0};

    memcpy(w->spare, w->fresh, w->flow_bytes);
    decide(w, w->spare, facts, facts->over ? l : &nobody);
    w->spare->result.final = w->spare->result.final && facts->over;
    return w->spare->result;
}

bool policy_is_settled(const struct policy_flow *f)
{
    return f->settled;
}

bool policy_waits(const struct policy_flow *f)
{
    return f->framing == 0 && f->open == f->waiting;
}

struct policy_result policy_decide(struct policy_worker *w, struct policy_flow *f,
                                   const struct facts *facts, policy_fired *fired, void *ctx)
{
    const struct policy *p = w->policy;
    const struct listener l = {fired, ctx};

    if (p->rule_count == 0)
        return (struct policy_result){
            .verdict = p->fallback == RULE_ALLOW ? VERDICT_ALLOW : VERDICT_BLOCK, .final = true};
    if (f == NULL)
        return decide_without_memory(w, facts, &l);
    if (f->open == 0 && f->result.final)
        return f->result;
    decide(w, f, facts, &l);
    if (f->waiting == 0)
        free_slots(w, f);
    return f->result;
}

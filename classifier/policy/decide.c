/* SPDX-License-Identifier: MIT */
/* decide.c - facts in, verdict out.
 *
 * The open rules are asked in file order. A rule closes when it matched or can never match; what
 * the open allow and block rules before the first match may still say decides whether the verdict
 * stands, and whether it is final.
 */
#include "policy/worker.h"

/* Whom a rule's match is told to. */
struct listener {
    policy_fired *fired;
    void *ctx;
};

/* What the open rules before the first match may still do, by action. */
struct pending {
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

static enum answer ask_rule(const struct question *q, struct policy_flow *f, const struct rule *r)
{
    enum answer answer = ANSWER_YES;

    for (size_t i = 0; i < r->conditions.count && answer != ANSWER_NO; i++)
        answer = least(answer, r->conditions.at[i].key->match(q, &r->conditions.at[i]));
    if (r->confidence != CONFIDENCE_NONE && answer != ANSWER_NO)
        answer = least(answer, ask_confidence(q->facts, r->confidence));
    if (r->has_message && bit_is_set(waiting_rules(q->policy, f), r->message_number))
        answer = least(answer, ANSWER_NOT_YET);
    if (r->rate != NULL)
        answer = ask_rate(f, r->rate, answer);
    if (q->facts->over && answer != ANSWER_YES)
        return ANSWER_NO;
    return answer;
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
}

static void close_rule(const struct policy *p, struct policy_flow *f, uint32_t place)
{
    bit_clear(open_rules(f), place);
    f->open--;
    stop_waiting(p, f, &p->rule[place]);
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
    } else if (!alerts) {
        pending->unknown[r->info.action] |= answer == ANSWER_NOT_YET;
        pending->later[r->info.action] |= answer == ANSWER_NO_NOW;
    }
}

static void try_rules(const struct question *q, struct policy_flow *f, struct pending *pending,
                      const struct listener *l)
{
    const size_t words = (q->policy->rule_count + 63) / 64;

    for (size_t word = 0; word < words; word++) {
        uint64_t left = open_rules(f)[word];
        while (left != 0) {
            const uint32_t bit = (uint32_t)__builtin_ctzll(left);
            left &= left - 1;
            try_rule(q, f, (uint32_t)(word * 64) + bit, pending, l);
        }
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
    for (uint32_t place = 0; place < p->rule_count && f->open > 0; place++)
        if (bit_is_set(open_rules(f), place) && p->rule[place].info.action != RULE_ALERT)
            close_rule(p, f, place);
}

static void decide(struct policy_worker *w, struct policy_flow *f, const struct facts *facts,
                   const struct listener *l)
{
    const struct question q = {.policy = w->policy, .worker = w, .facts = facts};
    struct pending pending = {0};

    forget_texts(w);
    try_rules(&q, f, &pending, l);
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

/* SPDX-License-Identifier: MIT */
/* explain.c - each rule's story, as one flow went on. */
#include "policy/explain.h"

#include <stdlib.h>

#include "policy/message.h"
#include "policy/seen.h"

struct explanation {
    const struct policy *policy;
    struct explained_rule rule[];
};

/* Where in a rule the first no is: a condition, its confidence, its message, or nowhere. */
struct obstacle {
    size_t at;
    enum answer answer;
};

struct explanation *explanation_create(const struct policy *p)
{
    struct explanation *x = calloc(1, sizeof(*x) + p->rule_count * sizeof(x->rule[0]));

    if (x == NULL)
        return NULL;
    x->policy = p;
    for (size_t i = 0; i < p->rule_count; i++)
        x->rule[i].rule = &p->rule[i].info;
    return x;
}

void explanation_free(struct explanation *x)
{
    for (size_t i = 0; x != NULL && i < x->policy->rule_count; i++) {
        buffer_free(&x->rule[i].text);
        buffer_free(&x->rule[i].seen);
    }
    free(x);
}

size_t explanation_count(const struct explanation *x)
{
    return x->policy->listed;
}

const struct explained_rule *explanation_rule(const struct explanation *x, size_t i)
{
    return &x->rule[i];
}

/* The answers one by one: those of the conditions, then confidence, then the message. */
static enum answer ask_part(const struct question *q, const struct rule *r,
                            const struct explained_rule *e, size_t at)
{
    if (at < r->conditions.count)
        return r->conditions.at[at].key->match(q, &r->conditions.at[at]);
    if (at == r->conditions.count)
        return r->confidence != CONFIDENCE_NONE ? ask_confidence(q->facts, r->confidence)
                                                : ANSWER_YES;
    return (!r->has_message || e->message != 0) && !e->framing ? ANSWER_YES : ANSWER_NOT_YET;
}

/* The last: when all else is met, the count. */
static size_t rate_part(const struct rule *r)
{
    return r->conditions.count + 2 + r->message.count;
}

static bool is_fired(const struct policy_flow *f, const struct rule *r)
{
    return r->rate != NULL && (f->rate_fired >> r->rate->number & 1) != 0;
}

/* What is no for good outweighs what only is not known yet. A limit that was broken, or a ban, is
 * enough alone. */
static struct obstacle find_obstacle(const struct question *q, const struct rule *r,
                                     const struct explained_rule *e, const struct policy_flow *f)
{
    const size_t parts = r->conditions.count + 2;
    struct obstacle first = {parts, ANSWER_YES};

    if (is_fired(f, r))
        return first;
    for (size_t at = 0; at < parts; at++) {
        const enum answer answer = ask_part(q, r, e, at);
        if (answer == ANSWER_NO)
            return (struct obstacle){at, answer};
        if (answer != ANSWER_YES && first.at == parts)
            first = (struct obstacle){at, answer};
    }
    if (r->rate != NULL && first.at == parts)
        first = (struct obstacle){rate_part(r), ANSWER_NO_NOW};
    return first;
}

static void append_confidence(const struct rule *r, struct buffer *out)
{
    buffer_printf(out, "confidence: %s", confidence_name(r->confidence));
}

static void tell_part(struct explained_rule *e, const struct question *q, const struct rule *r,
                      size_t at)
{
    buffer_clear(&e->text);
    buffer_clear(&e->seen);
    if (at < r->conditions.count) {
        show_condition(&e->text, &r->conditions.at[at]);
        seen_append(&e->seen, q, &r->conditions.at[at]);
    } else {
        append_confidence(r, &e->text);
        buffer_append_text(&e->seen, confidence_name(q->facts->confidence));
    }
}

static void tell_rate(struct explained_rule *e, const struct rate *rate)
{
    buffer_clear(&e->text);
    buffer_clear(&e->seen);
    rate_append(&e->text, rate);
    buffer_append_text(&e->seen, "not so often");
}

/* Keeps the obstacle of the moment when the rule had come furthest. A message tells its own. */
static void note_obstacle(struct explained_rule *e, const struct question *q, const struct rule *r,
                          struct obstacle o, uint64_t packet)
{
    if (o.at < e->met)
        return;
    if (o.at <= r->conditions.count)
        tell_part(e, q, r, o.at);
    else if (r->rate != NULL && o.at == rate_part(r))
        tell_rate(e, r->rate);
    else if (e->met < o.at)
        buffer_clear(&e->seen), buffer_clear(&e->text);
    if (o.at > r->conditions.count && e->text.len == 0)
        buffer_append_text(&e->text, r->has_message && e->message == 0 ? "message" : "frame");
    e->met = o.at;
    e->packet = packet;
}

/* All conditions, with what they saw: "app: ssh (ssh), server-port: 80 (80)". */
static void tell_match(struct explained_rule *e, const struct question *q, const struct rule *r)
{
    buffer_clear(&e->text);
    buffer_clear(&e->seen);
    if (r->rate != NULL) { /* perhaps a ban: then not a condition was asked */
        rate_append(&e->text, r->rate);
        return;
    }
    for (size_t i = 0; i < r->conditions.count; i++) {
        struct buffer seen = {0};
        buffer_append_text(&e->text, e->text.len > 0 ? ", " : "");
        show_condition(&e->text, &r->conditions.at[i]);
        seen_append(&seen, q, &r->conditions.at[i]);
        if (seen.len > 0) {
            buffer_append_text(&e->text, " (");
            buffer_append(&e->text, buffer_bytes(&seen));
            buffer_append_byte(&e->text, ')');
        }
        buffer_free(&seen);
    }
    if (r->confidence != CONFIDENCE_NONE) {
        buffer_append_text(&e->text, e->text.len > 0 ? ", " : "");
        append_confidence(r, &e->text);
        buffer_printf(&e->text, " (%s)", confidence_name(q->facts->confidence));
    }
    if (r->has_message) {
        buffer_append_text(&e->text, e->text.len > 0 ? ", " : "");
        buffer_append_text(&e->text, "message (packet ");
        buffer_append_u64(&e->text, e->message);
        buffer_append_byte(&e->text, ')');
    }
    if (e->text.len == 0)
        buffer_append_text(&e->text, "every flow");
}

/* The rule was open before and is closed now, or the flow is over. */
static void close_story(struct explanation *x, const struct question *q, struct policy_flow *f,
                        size_t place, uint64_t packet)
{
    const struct rule *r = &x->policy->rule[place];
    struct explained_rule *e = &x->rule[place];
    const bool decides = r->info.action != RULE_ALERT;

    if (decides && f->first != NO_RULE && f->first < place) {
        e->state = RULE_PASSED;
        e->by = &x->policy->rule[f->first].info;
        e->packet = packet;
        return;
    }
    const struct obstacle o = find_obstacle(q, r, e, f);
    if (o.answer == ANSWER_YES) {
        e->state = RULE_MATCHED;
        e->packet = packet;
        tell_match(e, q, r);
    } else if (decides && f->result.final && o.answer != ANSWER_NO && !q->facts->over) {
        e->state = RULE_SETTLED;
        note_obstacle(e, q, r, o, packet);
    } else {
        e->state = RULE_FAILED;
        note_obstacle(e, q, r, o, packet);
    }
    e->packet = e->state == RULE_FAILED && o.at < e->met ? e->packet : packet;
}

void explanation_decided(struct explanation *x, const struct explained_moment *now)
{
    const struct policy *p = x->policy;
    const struct question q = {.policy = p, .worker = now->worker, .facts = now->facts};
    struct policy_flow *f = now->flow != NULL ? now->flow : now->worker->spare;

    for (size_t i = 0; i < p->rule_count; i++) {
        struct explained_rule *e = &x->rule[i];
        if (e->state != RULE_WAITS)
            continue;
        e->framing =
            p->rule[i].has_frame && bit_is_set(framing_rules(p, f), p->rule[i].frame_number);
        if (!bit_is_set(open_rules(f), i))
            close_story(x, &q, f, i, now->packet);
        else
            note_obstacle(e, &q, &p->rule[i], find_obstacle(&q, &p->rule[i], e, f), now->packet);
    }
}

/* The first condition that the message has not met: it is told unless another message came further.
 */
static void note_message(struct explained_rule *e, const struct question *q, const struct rule *r,
                         uint64_t packet)
{
    const size_t before = r->conditions.count + 2; /* a message counts after all else */
    size_t at = 0;

    while (at < r->message.count &&
           r->message.at[at].key->match(q, &r->message.at[at]) == ANSWER_YES)
        at++;
    if (at == r->message.count || before + at < e->met)
        return;
    buffer_clear(&e->text);
    buffer_clear(&e->seen);
    e->met = before + at;
    buffer_append_text(&e->text, "message: {");
    show_condition(&e->text, &r->message.at[at]);
    buffer_append_byte(&e->text, '}');
    seen_append(&e->seen, q, &r->message.at[at]);
    e->packet = packet;
}

void explanation_message(struct explanation *x, const struct explained_moment *now,
                         const struct message_facts *m)
{
    const struct policy *p = x->policy;
    struct policy_flow *f = now->flow;
    struct message_facts whole;
    struct question q;
    const bool searched = f != NULL && message_question(now->worker, f, m, &whole, &q);

    q.facts = now->facts;
    for (size_t i = 0; searched && i < p->message_count; i++) {
        struct explained_rule *e = &x->rule[p->message_rule[i]];
        if (e->state != RULE_WAITS || e->message != 0)
            continue;
        if (!bit_is_set(waiting_rules(p, f), i))
            e->message = now->packet;
        else if (m->ended)
            note_message(e, &q, &p->rule[p->message_rule[i]], now->packet);
    }
}

enum rule_action explanation_default(const struct explanation *x)
{
    return x->policy->fallback;
}

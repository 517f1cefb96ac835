/* SPDX-License-Identifier: MIT */
/* rules_diff_why.c - what made the difference: the captures are read again, and the flows kept tell
 * each rule's story on both sides (policy/explain.h). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/reading.h"
#include "cli/rules_diff.h"
#include "output/flow_map.h"
#include "policy/explain.h"

struct telling {
    struct diff_flow *flow;
    struct explanation *story[2];
};

struct why_side {
    struct why *why;
    unsigned number;
};

struct why {
    struct diff *diff;
    struct why_side side[2];
    struct explainer explainer[2];
    struct telling *telling;
    struct flow_map flows; /* struct telling, by flow id */
};

static struct explanation *begin(void *ctx, const struct flow_info *flow)
{
    const struct why_side *side = ctx;
    struct telling *t = flow_map_find(&side->why->flows, flow->id);

    if (t == NULL || t->story[side->number] != NULL)
        return NULL;
    return t->story[side->number] = explanation_create(side->why->diff->policy[side->number]);
}

static const struct explained_rule *find_rule(const struct explanation *x, const char *name)
{
    for (size_t i = 0; name != NULL && i < explanation_count(x); i++)
        if (strcmp(explanation_rule(x, i)->rule->name, name) == 0)
            return explanation_rule(x, i);
    return NULL;
}

static void append(struct diff_flow *f, const char *text, struct bytes more)
{
    const size_t len = strlen(f->why);

    snprintf(f->why + len, sizeof(f->why) - len, "%s%.*s", text, (int)more.len,
             more.len > 0 ? (const char *)more.at : "");
}

/* "in NEW: app: ssh, but here: http" */
static void append_obstacle(struct diff_flow *f, const char *where, const struct explained_rule *r)
{
    append(f, r->rule->name, bytes_of_text(where));
    append(f, "", buffer_bytes(&r->text));
    if (r->seen.len > 0)
        append(f, ", but here: ", buffer_bytes(&r->seen));
    else
        append(f, ": never seen", bytes_of(NULL, 0));
}

static bool stands(const struct explained_rule *r)
{
    return r->state == RULE_MATCHED || r->state == RULE_PASSED;
}

/* The rule that decided in OLD: why does it not any more? False: it would, had another not come
 * first.
 */
static bool why_not_old(struct diff_flow *f, const struct explanation *new)
{
    const struct explained_rule *r = find_rule(new, f->old.rule);

    if (f->old.rule == NULL)
        return false;
    if (r == NULL)
        append(f, f->old.rule, bytes_of_text(" is not in NEW"));
    else if (stands(r) && f->new.rule != NULL && strcmp(f->new.rule, f->old.rule) == 0)
        append(f, f->old.rule, bytes_of_text(" has another action in NEW"));
    else if (stands(r))
        return false;
    else
        append_obstacle(f, " in NEW: ", r);
    return true;
}

/* The rule that decides in NEW: why did it not in OLD? */
static void why_new(struct diff_flow *f, const struct explanation *old)
{
    const struct explained_rule *r = find_rule(old, f->new.rule);

    if (f->new.rule == NULL)
        append(f, "the default is another", bytes_of(NULL, 0));
    else if (r == NULL)
        append(f, f->new.rule, bytes_of_text(" is not in OLD"));
    else if (r->state == RULE_PASSED)
        append(f, f->new.rule, bytes_of_text(" stood behind in OLD"));
    else if (r->state == RULE_MATCHED)
        append(f, f->new.rule, bytes_of_text(" came too late in OLD, or has another action there"));
    else
        append_obstacle(f, " in OLD: ", r);
}

static void finish(struct why *w, uint64_t id)
{
    struct telling *t = flow_map_find(&w->flows, id);

    if (t == NULL || t->story[0] == NULL || t->story[1] == NULL || t->flow->why[0] != '\0')
        return;
    if (!why_not_old(t->flow, t->story[1]))
        why_new(t->flow, t->story[0]);
    flow_map_remove(&w->flows, id);
}

/* The new engine ends a flow last. */
static void on_event(void *ctx, const struct event *e)
{
    const struct why_side *side = ctx;

    if (side->number == 1 && e->kind == EVENT_FLOW && e->flow->end != FLOW_GOES_ON)
        finish(side->why, e->flow->id);
}

static bool can_read_again(const struct options *o)
{
    for (int i = 2; i < o->input_count; i++)
        if (strcmp(o->inputs[i], "-") == 0)
            return false;
    return true;
}

static void read_again(struct why *w, const struct options *o)
{
    struct options quiet = *o;
    struct sink sink[2];

    quiet.quiet = true;
    quiet.verbose = false;
    for (unsigned i = 0; i < 2; i++) {
        w->side[i] = (struct why_side){w, i};
        w->explainer[i] = (struct explainer){begin, &w->side[i]};
        sink[i] = (struct sink){.event = on_event, .ctx = &w->side[i]};
    }
    const struct reading reading = {.options = &quiet,
                                    .policy = w->diff->policy[0],
                                    .sink = &sink[0],
                                    .explain = &w->explainer[0],
                                    .beside = w->diff->policy[1],
                                    .sink_beside = &sink[1],
                                    .explain_beside = &w->explainer[1],
                                    .silent = true};
    reading_run(&reading, o->inputs + 2, o->input_count - 2);
}

void rules_diff_explain(struct diff *d, const struct options *o)
{
    struct why w = {.diff = d};

    if (d->kept_count == 0 || !can_read_again(o))
        return;
    w.telling = calloc(d->kept_count, sizeof(*w.telling));
    for (size_t i = 0; w.telling != NULL && i < d->kept_count; i++) {
        w.telling[i].flow = &d->kept[i];
        flow_map_add(&w.flows, d->kept[i].id, &w.telling[i]);
    }
    if (w.telling != NULL)
        read_again(&w, o);
    for (size_t i = 0; w.telling != NULL && i < d->kept_count; i++)
        for (unsigned side = 0; side < 2; side++)
            explanation_free(w.telling[i].story[side]);
    flow_map_free(&w.flows);
    free(w.telling);
}

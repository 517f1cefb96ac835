/* SPDX-License-Identifier: MIT */
/* rules diff: two engines, one for each rules file, read every frame one after the other; the end
 * of a flow in the first waits for its end in the second. */
#include "cli/rules_diff.h"

#include <stdlib.h>
#include <string.h>

#include "cli/reading.h"
#include "cli/rules.h"
#include "cli/say.h"
#include "output/flow_map.h"
#include "policy/notes.h"

struct side {
    struct gather *gather;
    unsigned number; /* 0 old, 1 new */
};

struct gather {
    struct diff *diff;
    struct side side[2];
    struct flow_map waiting; /* struct outcome of the old side, by flow id */
    bool out_of_memory;
};

/* Names are the policy's own: their addresses tell them apart, spread by a multiplication. */
static uint64_t id_of(const char *name)
{
    return (uint64_t)(uintptr_t)name * UINT64_C(0x9e3779b97f4a7c15) >> 16;
}

/* The row of a rule: behind those of the file the default, then exceptions. */
static struct diff_rule *row_of(struct diff *d, unsigned side, const char *rule)
{
    const size_t count = policy_listed(d->policy[side]);
    struct diff_rule *row = rule != NULL ? flow_map_find(&d->by_name[side], id_of(rule)) : NULL;

    return row != NULL ? row : &d->rule[side][rule == NULL ? count : count + 1];
}

static bool open_rows(struct diff *d, unsigned side)
{
    const size_t count = policy_listed(d->policy[side]);
    bool good = true;

    d->rule[side] = calloc(count + 2, sizeof(*d->rule[side]));
    for (size_t i = 0; d->rule[side] != NULL && good && i < count; i++)
        good = flow_map_add(&d->by_name[side], id_of(policy_rule(d->policy[side], i)->name),
                            &d->rule[side][i]);
    return d->rule[side] != NULL && good;
}

static struct outcome outcome_of(const struct flow_info *f)
{
    const bool blocked = f->verdict == VERDICT_BLOCK;
    const uint64_t *bytes = blocked ? f->leaked_bytes : f->bytes;
    const uint64_t *packets = blocked ? f->leaked_packets : f->packets;

    return (struct outcome){.verdict = f->verdict,
                            .rule = f->rule,
                            .packet = f->verdict_packet,
                            .bytes = bytes[0] + bytes[1],
                            .packets = packets[0] + packets[1]};
}

static bool same_rule(const char *a, const char *b)
{
    return (a == NULL) == (b == NULL) && (a == NULL || strcmp(a, b) == 0);
}

static size_t keep_flow(struct diff *d, const struct flow_info *f, const struct outcome *old,
                        const struct outcome *new)
{
    if (d->kept_count == DIFF_FLOWS) {
        d->not_kept++;
        return 0;
    }
    struct diff_flow *k = &d->kept[d->kept_count++];
    *k = (struct diff_flow){.id = f->id,
                            .first_packet = f->first_packet,
                            .client = f->client,
                            .server = f->server,
                            .old = *old,
                            .new = *new};
    const char *app = f->app != NULL ? f->app : "?";
    memcpy(k->app, app, strnlen(app, DIFF_APP - 1));
    return d->kept_count;
}

static void count_kind(struct diff *d, const struct flow_info *f, const struct outcome *old,
                       const struct outcome *new)
{
    const struct {
        const char *old, *new;
        uint64_t verdicts;
    } key = {old->rule, new->rule, (uint64_t)old->verdict << 8 | (uint64_t) new->verdict};
    const size_t kept = old->verdict != new->verdict ? keep_flow(d, f, old, new) : 0;
    bool fresh;
    struct diff_kind *kind = tally_get(&d->kinds, bytes_of(&key, sizeof(key)), &fresh);

    if (kind == NULL)
        return;
    if (fresh) {
        kind->old = (struct outcome){.verdict = old->verdict, .rule = old->rule};
        kind->new = (struct outcome){.verdict = new->verdict, .rule = new->rule};
        kind->first = kept;
    }
    kind->flows++;
    kind->old.bytes += old->bytes;
    kind->old.packets += old->packets;
    kind->new.bytes += new->bytes;
    kind->new.packets += new->packets;
}

static void count_row(struct diff *d, unsigned side, const struct outcome *o)
{
    struct diff_rule *row = row_of(d, side, o->rule);

    row->flows++;
    row->bytes += o->bytes;
    row->packets += o->packets;
}

static void compare(struct diff *d, const struct flow_info *f, const struct outcome *old)
{
    const struct outcome new = outcome_of(f);

    d->flows++;
    count_row(d, 0, old);
    count_row(d, 1, &new);
    d->bytes += (int64_t) new.bytes - (int64_t)old->bytes;
    d->packets += (int64_t) new.packets - (int64_t)old->packets;
    if (old->verdict != new.verdict) {
        d->newly_blocked += new.verdict == VERDICT_BLOCK;
        d->newly_allowed += new.verdict != VERDICT_BLOCK;
    } else if (!same_rule(old->rule, new.rule)) {
        d->other_rule++;
    } else {
        d->other_moment += old->packets != new.packets;
        return;
    }
    count_kind(d, f, old, &new);
}

/* The old engine ends a flow first. */
static void on_end(struct gather *g, unsigned side, const struct flow_info *f)
{
    if (side == 1) {
        struct outcome *old = flow_map_remove(&g->waiting, f->id);
        if (old != NULL)
            compare(g->diff, f, old);
        else
            g->diff->unpaired++;
        free(old);
        return;
    }
    struct outcome *outcome = malloc(sizeof(*outcome));
    if (outcome != NULL)
        *outcome = outcome_of(f);
    if (outcome == NULL || flow_map_find(&g->waiting, f->id) != NULL ||
        !flow_map_add(&g->waiting, f->id, outcome)) {
        g->out_of_memory = g->out_of_memory || outcome == NULL;
        g->diff->unpaired++;
        free(outcome);
    }
}

static void on_event(void *ctx, const struct event *e)
{
    const struct side *side = ctx;

    if (e->flow == NULL)
        return;
    if (e->kind == EVENT_ALERT && strcmp(e->as.alert.action, "alert") == 0)
        row_of(side->gather->diff, side->number, e->as.alert.rule)->alerts++;
    else if (e->kind == EVENT_FLOW && e->flow->end != FLOW_GOES_ON)
        on_end(side->gather, side->number, e->flow);
}

static int gather(struct diff *d, const struct options *o)
{
    struct gather g = {.diff = d};
    struct sink sink[2];

    for (unsigned i = 0; i < 2; i++) {
        g.side[i] = (struct side){&g, i};
        sink[i] = (struct sink){.event = on_event, .ctx = &g.side[i]};
    }
    const struct reading reading = {.options = o,
                                    .policy = d->policy[0],
                                    .sink = &sink[0],
                                    .beside = d->policy[1],
                                    .sink_beside = &sink[1]};
    const int code = reading_run(&reading, o->inputs + 2, o->input_count - 2);
    for (size_t i = 0; i < g.waiting.room; i++) {
        d->unpaired += g.waiting.slot[i].what != NULL;
        free(g.waiting.slot[i].what);
    }
    flow_map_free(&g.waiting);
    if (g.out_of_memory || d->kinds.failed)
        say_error("rules diff: out of memory: not every flow is compared");
    return code == EXIT_GOOD && (g.out_of_memory || d->kinds.failed) ? EXIT_INPUT : code;
}

static bool open_diff(struct diff *d, struct policy *const policy[2], const struct options *o)
{
    tally_init(&d->kinds, sizeof(struct diff_kind), DIFF_KINDS);
    d->kept = calloc(DIFF_FLOWS, sizeof(*d->kept));
    bool good = d->kept != NULL;
    for (unsigned i = 0; i < 2; i++) {
        d->file[i] = o->inputs[i];
        d->policy[i] = policy[i];
        good = open_rows(d, i) && good;
    }
    return good;
}

static int run(struct policy *const policy[2], const struct options *o)
{
    struct diff d = {0};
    int code = EXIT_USAGE;

    if (open_diff(&d, policy, o)) {
        code = gather(&d, o);
        rules_diff_explain(&d, o);
        if (code != EXIT_USAGE && o->json)
            rules_diff_json(&d);
        else if (code != EXIT_USAGE)
            rules_diff_text(&d, o);
    } else {
        say_error("rules diff: out of memory");
    }
    if (code == EXIT_GOOD && o->exit_code && d.newly_allowed + d.newly_blocked > 0)
        code = EXIT_BLOCKED;
    tally_free(&d.kinds);
    free(d.kept);
    for (unsigned i = 0; i < 2; i++) {
        free(d.rule[i]);
        flow_map_free(&d.by_name[i]);
    }
    return code;
}

int rules_diff(const struct options *o)
{
    struct policy *policy[2] = {NULL, NULL};
    bool good = o->input_count >= 3;
    int code = EXIT_USAGE;

    if (!good)
        say_error("rules diff: which? Name the old rules, the new ones, and captures; see --help");
    for (int i = 0; good && i < 2; i++) {
        struct err err = {0};
        policy[i] = policy_load(o->inputs[i], rules_warn, NULL, &err);
        good = policy[i] != NULL;
        if (!good)
            say_error("%s", err.text);
    }
    if (good)
        code = run(policy, o);
    policy_free(policy[0]);
    policy_free(policy[1]);
    return code;
}

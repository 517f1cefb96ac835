/* SPDX-License-Identifier: MIT */
/* --slice: the fewest frames that give the same answer when they are analysed alone. Nothing is
 * taken for granted: each choice is tried. */
#include <stdlib.h>

#include "cli/slice_parts.h"

#define TRIES_MAX 200 /* to leave out groups of packets; each is an analysis of the rest */

/* What one analysis of the chosen frames says. */
struct probe {
    struct slice *slice;
    struct sink sink;
};

struct search {
    struct slice *slice;
    const struct session *session;
    uint64_t *group; /* of frames that are not the flows' own; true in `left_out`: not chosen */
    bool *left_out;
    size_t groups;
    size_t end; /* frames from here on are not chosen */
    enum kinship least;
    unsigned tries;
};

static bool same_text(const char *a, const char *b)
{
    return (a == NULL || b == NULL) ? a == b : strcmp(a, b) == 0;
}

static bool same_end(const struct endpoint *a, const struct endpoint *b)
{
    return a->port == b->port && addr_compare(&a->addr, &b->addr) == 0;
}

static bool is_same_flow(const struct flow_info *a, const struct flow_info *b)
{
    return a->start_ns == b->start_ns && a->transport == b->transport &&
           same_end(&a->client, &b->client) && same_end(&a->server, &b->server);
}

static bool says_the_same(const struct flow_info *a, const struct flow_info *b)
{
    if (a->layer_count != b->layer_count || !same_text(a->app, b->app) ||
        a->confidence != b->confidence || a->verdict != b->verdict ||
        !same_text(a->rule, b->rule) || a->mismatch != b->mismatch)
        return false;
    for (size_t i = 0; i < a->layer_count; i++)
        if (!same_text(a->layers[i], b->layers[i]))
            return false;
    return true;
}

static void on_event(void *ctx, const struct event *e)
{
    struct slice *x = ctx;

    if (e->flow == NULL || (e->kind != EVENT_FLOW && e->kind != EVENT_ALERT))
        return;
    for (size_t i = 0; i < x->targets; i++) {
        struct slice_target *t = &x->target[i];
        if (!is_same_flow(e->flow, t->flow))
            continue;
        if (e->kind == EVENT_ALERT)
            t->fired |= x->rule != NULL && strcmp(e->as.alert.rule, x->rule) == 0;
        else if (e->flow->end != FLOW_GOES_ON)
            t->proved |= says_the_same(e->flow, t->flow);
    }
}

/* The rule that was asked for alerted: then it must again. */
static bool must_fire(const struct slice *x, const struct slice_target *t)
{
    for (size_t i = 0; i < t->alerts; i++)
        if (x->rule != NULL && strcmp(t->alert[i].rule, x->rule) == 0)
            return true;
    return false;
}

static bool all_proved(const struct slice *x)
{
    for (size_t i = 0; i < x->targets; i++)
        if (!x->target[i].proved || (must_fire(x, &x->target[i]) && !x->target[i].fired))
            return false;
    return true;
}

static int compare_numbers(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static bool is_left_out(const struct search *q, uint64_t group)
{
    const uint64_t *at = bsearch(&group, q->group, q->groups, sizeof(group), compare_numbers);
    return at != NULL && q->left_out[at - q->group];
}

static void choose(const struct search *q)
{
    struct slice *x = q->slice;

    for (size_t i = 0; i < x->frames; i++) {
        struct slice_frame *f = &x->frame[i];
        f->chosen =
            i < q->end && f->kin >= q->least && (f->kin == KIN_OWN || !is_left_out(q, f->group));
    }
}

static bool try(struct search *q)
{
    struct slice *x = q->slice;
    struct sink sink = {.event = on_event, .ctx = x};
    const struct engine_config config = {.policy = q->session->policy,
                                         .sinks = &sink,
                                         .memory = q->session->options->memory,
                                         .seed = 1};
    uint64_t number = 0;

    q->tries++;
    choose(q);
    struct engine *e = engine_create(&config, NULL);
    if (e == NULL)
        return false;
    for (size_t i = 0; i < x->targets; i++)
        x->target[i].proved = x->target[i].fired = false;
    for (size_t i = 0; i < x->frames; i++) {
        struct frame f = x->frame[i].frame;
        f.number = number + 1;
        if (!x->frame[i].chosen)
            continue;
        number++;
        engine_frame(e, &f);
    }
    engine_flush(e);
    engine_free(e);
    return all_proved(x);
}

/* The groups of what is not the flows' own, each once. */
static bool list_groups(struct search *q)
{
    const struct slice *x = q->slice;

    q->group = calloc(x->frames + 1, sizeof(*q->group));
    q->left_out = calloc(x->frames + 1, sizeof(*q->left_out));
    if (q->group == NULL || q->left_out == NULL)
        return false;
    for (size_t i = 0; i < x->frames; i++)
        if (x->frame[i].kin != KIN_OWN)
            q->group[q->groups++] = x->frame[i].group;
    qsort(q->group, q->groups, sizeof(*q->group), compare_numbers);
    size_t kept = 0;
    for (size_t i = 0; i < q->groups; i++)
        if (kept == 0 || q->group[i] != q->group[kept - 1])
            q->group[kept++] = q->group[i];
    q->groups = kept;
    return true;
}

/* Leaves out group by group, many at once first: what was needed comes back. */
static void drop_groups(struct search *q)
{
    for (size_t many = q->groups; many > 0; many = many > 1 ? (many + 1) / 2 : 0) {
        for (size_t i = 0; i < q->groups && q->tries < TRIES_MAX; i += many) {
            const size_t end = i + many < q->groups ? i + many : q->groups;
            bool *before = malloc(end - i);
            if (before == NULL)
                return;
            memcpy(before, q->left_out + i, end - i);
            memset(q->left_out + i, true, end - i);
            if (!try(q))
                memcpy(q->left_out + i, before, end - i);
            free(before);
        }
    }
}

static uint64_t later(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* The packet up to which a person wants to see the flow: verdict and the asked-for rule. */
static uint64_t wanted_packet(const struct slice *x, const struct slice_target *t)
{
    uint64_t packet = later(t->flow->first_packet, t->flow->verdict_packet);

    for (size_t i = 0; i < t->alerts; i++)
        if (x->rule == NULL || strcmp(t->alert[i].rule, x->rule) == 0)
            packet = later(packet, t->alert[i].packet);
    return packet;
}

/* One behind the frame that must be there. */
static size_t least_end(const struct slice *x)
{
    size_t end = 0;

    for (size_t i = 0; i < x->frames; i++) {
        const struct slice_frame *f = &x->frame[i];
        if (f->kin == KIN_OWN && f->frame.number <= wanted_packet(x, &x->target[f->target]))
            end = i + 1;
    }
    return end;
}

/* The answer is there with all frames: where is it there first? */
static void drop_end(struct search *q)
{
    size_t low = least_end(q->slice), high = q->end;

    q->end = low;
    if (try(q))
        return;
    while (high - low > 1) {
        q->end = low + (high - low) / 2;
        if (try(q))
            high = q->end;
        else
            low = q->end;
    }
    q->end = high;
}

bool slice_choose(struct slice *x, const struct session *s)
{
    struct search q = {.slice = x, .session = s, .end = x->frames, .least = KIN_OWN};
    bool good = list_groups(&q) && try(&q);

    while (!good && q.least > x->weakest && q.group != NULL && q.left_out != NULL) {
        q.least--;
        good = try(&q);
    }
    if (good)
        drop_end(&q);
    else
        q.least = KIN_OWN;
    q.tries = 0;
    if (good && q.least < KIN_OWN)
        drop_groups(&q);
    choose(&q);
    free(q.group);
    free(q.left_out);
    return good;
}

/* SPDX-License-Identifier: MIT */
#include "output/timeline.h"

#include "output/totals.h"

#define MS     INT64_C(1000000) /* ns */
#define MINUTE (60 * 1000 * MS)
#define HOUR   (60 * MINUTE)

/* Each divides the next, so that buckets merge whole. After the last they double. */
static const int64_t widths[] = {
    1 * MS,    2 * MS,     10 * MS,    20 * MS,   100 * MS,   200 * MS,    1000 * MS,
    2000 * MS, 10000 * MS, 30000 * MS, MINUTE,    5 * MINUTE, 10 * MINUTE, 30 * MINUTE,
    HOUR,      2 * HOUR,   6 * HOUR,   12 * HOUR, 24 * HOUR,
};

void timeline_init(struct timeline *t)
{
    *t = (struct timeline){.others = {.app = "others"}};
    tally_init(&t->apps, sizeof(struct timeline_app), TIMELINE_APPS);
}

void timeline_free(struct timeline *t)
{
    tally_free(&t->apps);
}

static int64_t floor_of(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* Cells stand where their bucket's number puts them, whatever the first is. */
static size_t place_of(int64_t bucket)
{
    const int64_t place = bucket % TIMELINE_BUCKETS;

    return (size_t)(place < 0 ? place + TIMELINE_BUCKETS : place);
}

static int64_t wider(int64_t width)
{
    for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++)
        if (widths[i] > width)
            return widths[i];
    return width * 2;
}

void timeline_sum(struct timeline_cell *to, const struct timeline_cell *more)
{
    to->flows += more->flows;
    to->blocked_flows += more->blocked_flows;
    to->bytes += more->bytes;
    to->blocked_bytes += more->blocked_bytes;
}

static void merge_cells(const struct timeline *t, struct timeline_app *app, int64_t factor)
{
    struct timeline_cell merged[TIMELINE_BUCKETS] = {{0}};

    for (int64_t b = t->first; b <= t->last; b++)
        timeline_sum(&merged[place_of(floor_of(b, factor))], &app->at[place_of(b)]);
    memcpy(app->at, merged, sizeof(merged));
}

static void widen(struct timeline *t)
{
    const int64_t width = wider(t->width_ns), factor = width / t->width_ns;

    for (size_t i = 0; i < t->apps.count; i++)
        merge_cells(t, tally_at(&t->apps, i), factor);
    merge_cells(t, &t->others, factor);
    t->width_ns = width;
    t->first = floor_of(t->first, factor);
    t->last = floor_of(t->last, factor);
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t most(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* When a flow's bytes passed. */
struct passage {
    int64_t start, end; /* ns; start <= end */
    uint64_t bytes;
    int64_t from, to; /* buckets, both included */
};

static struct passage passage_of(const struct flow_info *flow)
{
    struct passage p = {.start = least(most(flow->start_ns, FRAME_TIME_MIN), FRAME_TIME_MAX),
                        .bytes = flow_bytes(flow)};

    p.end = least(most(flow->end_ns, p.start), FRAME_TIME_MAX);
    return p;
}

static void find_buckets(const struct timeline *t, struct passage *p)
{
    p->from = floor_of(p->start, t->width_ns);
    p->to = floor_of(p->end, t->width_ns);
}

/* Makes the buckets hold it. */
static void reach(struct timeline *t, struct passage *p)
{
    if (t->width_ns == 0) {
        t->width_ns = widths[0];
        t->first = t->last = floor_of(p->start, t->width_ns);
    }
    find_buckets(t, p);
    while (most(t->last, p->to) - least(t->first, p->from) >= TIMELINE_BUCKETS) {
        widen(t);
        find_buckets(t, p);
    }
    t->first = least(t->first, p->from);
    t->last = most(t->last, p->to);
}

static void add_flow(struct timeline_cell *to, bool blocked)
{
    to->flows++;
    to->blocked_flows += blocked;
}

static void add_bytes(struct timeline_cell *to, bool blocked, uint64_t bytes)
{
    to->bytes += bytes;
    if (blocked)
        to->blocked_bytes += bytes;
}

static struct timeline_app *app_of(struct timeline *t, const char *app)
{
    struct timeline_app **lately = &t->lately[(uintptr_t)app / 16 % TIMELINE_LATELY];
    bool fresh;

    if (*lately != NULL && (*lately)->app == app)
        return *lately;
    struct timeline_app *a = tally_get(&t->apps, bytes_of_text(app), &fresh);
    if (a == NULL)
        return &t->others;
    a->app = app;
    *lately = a;
    return a;
}

/* Into each bucket what passed in it: at its end `bytes` times the share of the flow's time, less
 * what had passed before. That is a function of time alone, so that the sum over buckets is the
 * same whatever their width was when the flow came. */
static void spread(const struct timeline *t, struct timeline_app *a, const struct passage *p,
                   bool blocked)
{
    const double all = (double)p->bytes, span = (double)(p->end - p->start);
    int64_t gone = (p->from + 1) * t->width_ns - p->start;
    size_t place = place_of(p->from);
    uint64_t before = 0;

    for (int64_t b = p->from; b < p->to; b++) {
        const uint64_t part = (uint64_t)(all * ((double)gone / span));
        const uint64_t now = gone < p->end - p->start && part < p->bytes ? part : p->bytes;
        add_bytes(&a->at[place], blocked, now - before);
        before = now;
        gone += t->width_ns;
        place = place + 1 < TIMELINE_BUCKETS ? place + 1 : 0;
    }
    add_bytes(&a->at[place], blocked, p->bytes - before);
}

void timeline_add(struct timeline *t, const char *app, const struct flow_info *flow)
{
    struct passage p = passage_of(flow);
    const bool blocked = flow->verdict == VERDICT_BLOCK;
    struct timeline_app *a = app_of(t, app);

    reach(t, &p);
    add_flow(&a->sum, blocked);
    add_flow(&a->at[place_of(p.from)], blocked);
    add_bytes(&a->sum, blocked, p.bytes);
    spread(t, a, &p, blocked);
}

size_t timeline_count(const struct timeline *t)
{
    return t->width_ns > 0 ? (size_t)(t->last - t->first + 1) : 0;
}

int64_t timeline_start(const struct timeline *t)
{
    return t->first * t->width_ns;
}

const struct timeline_cell *timeline_cell(const struct timeline *t, const struct timeline_app *app,
                                          size_t i)
{
    return &app->at[place_of(t->first + (int64_t)i)];
}

int timeline_app_compare(const void *a, const void *b)
{
    const struct timeline_app *x = a, *y = b;

    if (x->sum.bytes != y->sum.bytes)
        return x->sum.bytes > y->sum.bytes ? -1 : 1;
    return strcmp(x->app, y->app);
}

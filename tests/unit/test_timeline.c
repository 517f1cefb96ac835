/* SPDX-License-Identifier: MIT */
#include "output/timeline.h"
#include "tests/unit/random.h"
#include "tests/unit/test.h"

#define SECOND INT64_C(1000000000)
#define FLOWS  600

static struct flow_info flow_at(int64_t start_ns, int64_t end_ns, uint64_t bytes)
{
    return (struct flow_info){
        .start_ns = start_ns, .end_ns = end_ns, .bytes = {bytes / 2, bytes - bytes / 2}};
}

static struct timeline_cell all_of(const struct timeline *t, const struct timeline_app *app)
{
    struct timeline_cell sum = {0};

    for (size_t i = 0; i < timeline_count(t); i++)
        timeline_sum(&sum, timeline_cell(t, app, i));
    return sum;
}

static bool same_cell(const struct timeline_cell *a, const struct timeline_cell *b)
{
    return a->flows == b->flows && a->bytes == b->bytes && a->blocked_flows == b->blocked_flows &&
           a->blocked_bytes == b->blocked_bytes;
}

static void one_flow(void)
{
    struct timeline t;
    const struct flow_info f = flow_at(10 * SECOND, 14 * SECOND, 401);

    timeline_init(&t);
    CHECK(timeline_count(&t) == 0, "nothing yet");
    timeline_add(&t, "http", &f);
    CHECK(t.width_ns == 100000000, "the least round width that holds four seconds");
    CHECK(timeline_count(&t) == 41 && timeline_start(&t) == 10 * SECOND, "from start to end");
    const struct timeline_app *a = tally_at(&t.apps, 0);
    CHECK(timeline_cell(&t, a, 0)->flows == 1 && timeline_cell(&t, a, 1)->flows == 0, "begun once");
    CHECK(timeline_cell(&t, a, 0)->bytes == 10, "its bytes lie evenly");
    CHECK(all_of(&t, a).bytes == 401, "and none is lost");
    timeline_free(&t);
}

static void blocked_ones(void)
{
    struct timeline t;
    struct flow_info f = flow_at(-5 * SECOND, -5 * SECOND, 100);

    timeline_init(&t);
    timeline_add(&t, "ssh", &f);
    f.verdict = VERDICT_BLOCK;
    timeline_add(&t, "ssh", &f);
    const struct timeline_app *a = tally_at(&t.apps, 0);
    CHECK(timeline_count(&t) == 1 && t.width_ns == 1000000, "a moment, before 1970");
    CHECK(a->sum.flows == 2 && a->sum.blocked_flows == 1, "flows");
    CHECK(a->sum.bytes == 200 && a->sum.blocked_bytes == 100, "bytes");
    timeline_free(&t);
}

/* The same flows in another order: the same cells. */
static void order_does_not_matter(void)
{
    static const char *const apps[] = {"http", "ssh", "websocket"};
    struct timeline one, other;
    struct flow_info flows[FLOWS];

    timeline_init(&one);
    timeline_init(&other);
    for (size_t i = 0; i < FLOWS; i++) {
        const int64_t start = (int64_t)random_below(5000000) * 1000003;
        flows[i] =
            flow_at(start, start + (int64_t)random_below(900) * SECOND, random_below(1000000));
        flows[i].verdict = i % 3 == 0 ? VERDICT_BLOCK : VERDICT_ALLOW;
        timeline_add(&one, apps[i % 3], &flows[i]);
    }
    for (size_t i = FLOWS; i-- > 0;)
        timeline_add(&other, apps[i % 3], &flows[i]);
    CHECK(one.width_ns == other.width_ns && timeline_count(&one) == timeline_count(&other) &&
              timeline_start(&one) == timeline_start(&other),
          "the same buckets");
    CHECK(timeline_count(&one) <= TIMELINE_BUCKETS, "bounded");
    struct sorted a = tally_sorted(&one.apps, timeline_app_compare);
    struct sorted b = tally_sorted(&other.apps, timeline_app_compare);
    CHECK(a.count == 3 && b.count == 3, "three applications");
    for (size_t i = 0; i < a.count; i++) {
        const struct timeline_app *x = a.at[i], *y = b.at[i];
        CHECK_TEXT(x->app, y->app, "in the same order");
        bool same = true;
        for (size_t k = 0; k < timeline_count(&one); k++)
            same &= same_cell(timeline_cell(&one, x, k), timeline_cell(&other, y, k));
        CHECK(same, "with the same cells");
        const struct timeline_cell sum = all_of(&one, x);
        CHECK(same_cell(&sum, &x->sum), "that add up");
    }
    free(a.at);
    free(b.at);
    timeline_free(&one);
    timeline_free(&other);
}

/* Bytes of the flow that had passed by then. */
static uint64_t passed_by(const struct flow_info *f, int64_t time_ns)
{
    const uint64_t bytes = f->bytes[TO_SERVER] + f->bytes[TO_CLIENT];

    if (time_ns <= f->start_ns)
        return 0;
    if (time_ns >= f->end_ns)
        return bytes;
    const double share = (double)(time_ns - f->start_ns) / (double)(f->end_ns - f->start_ns);
    const uint64_t passed = (uint64_t)((double)bytes * share);
    return passed < bytes ? passed : bytes;
}

/* Each cell is what had passed at its end less what had at its beginning. */
static void cells_are_plain(void)
{
    bool same = true;

    for (unsigned i = 0; i < 2000; i++) {
        struct timeline t;
        const int64_t start = (int64_t)random_below(1000000) * 1000003 - 300 * SECOND;
        const int64_t end = start + (int64_t)random_below(2000000) * (int64_t)random_below(5000000);
        const uint64_t bytes = (uint64_t)random_below(UINT32_MAX) << random_below(33);
        const struct flow_info f = flow_at(start, end, bytes);
        timeline_init(&t);
        timeline_add(&t, "http", &f);
        const struct timeline_app *a = tally_at(&t.apps, 0);
        for (size_t k = 0; k < timeline_count(&t); k++) {
            const int64_t from = timeline_start(&t) + (int64_t)k * t.width_ns;
            same = same && timeline_cell(&t, a, k)->bytes ==
                               passed_by(&f, from + t.width_ns) - passed_by(&f, from);
        }
        timeline_free(&t);
    }
    CHECK(same, "what passed in each");
}

static void any_time(void)
{
    struct timeline t;
    const struct flow_info wild[] = {flow_at(INT64_MIN, INT64_MAX, 1000),
                                     flow_at(INT64_MAX, INT64_MIN, UINT64_MAX), flow_at(0, 1, 0)};

    timeline_init(&t);
    for (size_t i = 0; i < sizeof(wild) / sizeof(wild[0]); i++)
        timeline_add(&t, "http", &wild[i]);
    CHECK(timeline_count(&t) <= TIMELINE_BUCKETS, "bounded");
    const struct timeline_app *a = tally_at(&t.apps, 0);
    CHECK(all_of(&t, a).flows == 3 && all_of(&t, a).bytes == 999, "and all there");
    timeline_free(&t);
}

static void many_apps(void)
{
    struct timeline t;
    char name[TIMELINE_APPS + 10][16];

    timeline_init(&t);
    for (int i = 0; i < TIMELINE_APPS + 10; i++) {
        const struct flow_info f = flow_at(i * SECOND, i * SECOND, 10);
        snprintf(name[i], sizeof(name[i]), "app%d", i);
        timeline_add(&t, name[i], &f);
    }
    CHECK(t.apps.count == TIMELINE_APPS, "so many are told apart");
    CHECK(t.others.sum.flows == 10 && all_of(&t, &t.others).bytes == 100, "the rest is together");
    timeline_free(&t);
}

int main(void)
{
    one_flow();
    blocked_ones();
    order_does_not_matter();
    cells_are_plain();
    any_time();
    many_apps();
    return test_end();
}

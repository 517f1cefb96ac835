/* SPDX-License-Identifier: MIT */
/* Counters of many keys: their windows, odd clocks, and more keys than there is room for. */
#include "policy/rate_table.h"

#include "random.h"
#include "test.h"

#define SECOND_NS 1000000000LL
#define START_NS  (1700000000 * SECOND_NS)

static struct rate_key key_of(uint32_t n)
{
    struct rate_key key = {.prefix = 32};

    memcpy(key.client.byte + 12, &n, sizeof(n));
    return key;
}

static struct rate_table *table_of(size_t entries, int64_t within_s, bool adaptive,
                                   struct budget *budget)
{
    const struct rate_table_shape shape = {.hash = hash_key_from_seed(7),
                                           .entries = entries,
                                           .within_ns = within_s * SECOND_NS,
                                           .adaptive = adaptive};
    return rate_table_create(&shape, budget);
}

/* ---- windows ---- */

static const struct window {
    const char *name;
    int64_t at_ms[12]; /* ends with -1; the last is asked about */
    uint32_t want;     /* within 16 s: steps of a second */
} windows[] = {
    {"one", {0, -1}, 1},
    {"at once", {0, 0, 0, -1}, 3},
    {"across the window", {0, 5000, 15999, -1}, 3},
    {"the first falls out with its step", {0, 5000, 16000, -1}, 2},
    {"the last moment of the step that falls out", {999, 5000, 16000, -1}, 2},
    {"just in", {1000, 5000, 16999, -1}, 3},
    {"one alone, long after", {0, 0, 0, 100000, -1}, 1},
    {"years after", {0, 0, 400000000000, -1}, 1},
    {"a little back counts", {10000, 10000, 9000, -1}, 3},
    {"back by less than the window counts", {15000, 15000, 1000, -1}, 3},
    {"back by the window begins anew", {16000, 16000, 0, -1}, 1},
    {"a day back begins anew, and goes on", {86400000, 86400000, 0, 500, 700, -1}, 3},
    {"a leap ahead and back", {0, 100, 99000000, 200, 300, -1}, 2},
};

static void test_windows(void)
{
    for (size_t i = 0; i < sizeof(windows) / sizeof(windows[0]); i++) {
        struct budget budget = {0};
        struct rate_table *t = table_of(RATE_ENTRIES_MIN, RATE_STEPS, false, &budget);
        const struct rate_key key = key_of(1);
        uint32_t sum = 0;
        for (const int64_t *at = windows[i].at_ms; *at >= 0; at++)
            sum = rate_table_add(t, &key, *at * 1000000)->sum;
        CHECK(sum == windows[i].want, windows[i].name);
        rate_table_free(t, &budget);
        CHECK(budget.used == 0, "given back");
    }
}

/* Whatever comes when: never more than came within T, and never less than T without a step. */
static void test_never_more(void)
{
    enum { EVENTS = 4000 };
    const int64_t step_ns = SECOND_NS, within_ns = RATE_STEPS * step_ns;
    static int64_t at[EVENTS];
    struct budget budget = {0};
    struct rate_table *t = table_of(RATE_ENTRIES_MIN, RATE_STEPS, false, &budget);
    const struct rate_key key = key_of(1);
    bool more = false, less = false;

    for (int i = 0; i < EVENTS; i++) {
        at[i] = (i > 0 ? at[i - 1] : -5 * SECOND_NS) + (int64_t)random_below(SECOND_NS);
        const uint32_t sum = rate_table_add(t, &key, at[i])->sum;
        uint32_t most = 0, least = 0;
        for (int j = 0; j <= i; j++) {
            most += at[j] > at[i] - within_ns;
            least += at[j] > at[i] - within_ns + step_ns;
        }
        more = more || sum > most;
        less = less || sum < least;
    }
    CHECK(!more, "never more than came within T");
    CHECK(!less, "never less than came within T but a step");
    rate_table_free(t, &budget);
}

/* ---- more keys than room ---- */

struct crowd {
    uint32_t spoofed;          /* sources that send once */
    uint32_t honest, honest_n; /* clients, and what each sends in all */
    uint32_t flooder_n;        /* what the flooder sends */
    uint32_t over;
};

struct seen {
    uint32_t honest_most;    /* the largest count of an honest client */
    uint32_t flooder_needed; /* what the flooder had sent when its counter passed `over` */
};

/* All within one window, in an order that nobody chose. */
static struct seen run_crowd(const struct crowd *c, uint64_t seed)
{
    struct budget budget = {0};
    struct rate_table *t = table_of(RATE_ENTRIES, 10, false, &budget);
    const uint64_t all = (uint64_t)c->spoofed + (uint64_t)c->honest * c->honest_n + c->flooder_n;
    struct seen seen = {0};
    uint32_t flooded = 0, spoofed = 0;

    random_state = seed * 0x9e3779b97f4a7c15U;
    for (uint64_t i = 0; i < all; i++) {
        const uint64_t pick = random_below((uint32_t)all);
        const int64_t now = START_NS + (int64_t)(i * (uint64_t)(9 * SECOND_NS) / all);
        const bool flooder = pick < c->flooder_n;
        const bool honest = !flooder && pick < c->flooder_n + (uint64_t)c->honest * c->honest_n;
        const struct rate_key key = key_of(flooder  ? 1
                                           : honest ? 1000 + random_below(c->honest)
                                                    : 1000000 + spoofed);
        const struct rate_entry *e = rate_table_add(t, &key, now);
        flooded += flooder;
        spoofed += !flooder && !honest;
        if (e == NULL)
            continue;
        if (honest && e->sum > seen.honest_most)
            seen.honest_most = e->sum;
        if (flooder && e->sum > c->over && seen.flooder_needed == 0)
            seen.flooder_needed = flooded;
    }
    rate_table_free(t, &budget);
    return seen;
}

static void test_crowd(const struct crowd *c, uint32_t most, const char *name)
{
    for (uint64_t seed = 1; seed <= 3; seed++) {
        const struct seen seen = run_crowd(c, seed);
        CHECK(seen.flooder_needed > c->over && seen.flooder_needed <= most, name);
        CHECK(seen.honest_most <= c->over, "no honest client is over the limit");
    }
}

static void test_crowds(void)
{
    const struct crowd quiet = {0, 1000, 20, 200, 100};
    const struct crowd spoofed = {1000000, 1000, 20, 1000, 100};
    const struct crowd many = {2000000, 2000, 30, 2000, 300};

    test_crowd(&quiet, 101, "while there is room every event counts");
    test_crowd(&spoofed, 250, "one flooder among a million spoofed sources");
    test_crowd(&many, 600, "one flooder among two million");
}

/* Sources that send as much as they may without being found, to push everybody else out. */
static void test_patient_crowd(void)
{
    enum { KEYS = 3 * RATE_ENTRIES, OVER = 100 };
    struct budget budget = {0};
    struct rate_table *t = table_of(RATE_ENTRIES, 10, false, &budget);
    const struct rate_key flooder = key_of(1);
    bool wrong = false;
    uint32_t needed = 0;

    for (uint32_t round = 0; round < 60; round++) { /* 60 each: below the limit */
        const int64_t now = START_NS + round * (SECOND_NS / 8);
        for (uint32_t i = 0; i < KEYS; i++) {
            const struct rate_key key = key_of(1000 + i);
            const struct rate_entry *e = rate_table_add(t, &key, now);
            wrong = wrong || (e != NULL && e->sum > round + 1);
        }
        for (uint32_t i = 0; i < 10 && needed == 0; i++) {
            const struct rate_entry *e = rate_table_add(t, &flooder, now);
            if (e != NULL && e->sum > OVER)
                needed = round * 10 + i + 1;
        }
    }
    CHECK(!wrong, "collisions add nothing to a counter");
    CHECK(needed > OVER && needed <= 3 * OVER, "the flooder is found among many that hold back");
    CHECK(rate_table_crowded_out(t) > 0, "some found no room");
    rate_table_free(t, &budget);
}

/* Keys that share their set with everybody: as if collisions could be chosen. */
static void test_one_set(void)
{
    struct budget budget = {0};
    struct rate_table *t = table_of(RATE_WAYS, 10, false, &budget);
    uint32_t needed = 0;
    bool wrong = false;

    for (uint32_t i = 0; i < 2000; i++) {
        const struct rate_key flooder = key_of(1), other = key_of(100 + i % 50);
        const int64_t now = START_NS + i * (SECOND_NS / 500);
        const struct rate_entry *e = rate_table_add(t, &other, now);
        wrong = wrong || (e != NULL && e->sum > i / 50 + 1);
        e = rate_table_add(t, &flooder, now);
        if (e != NULL && e->sum > 100 && needed == 0)
            needed = i + 1;
    }
    CHECK(needed > 100 && needed < 300, "found in a set that is full of others");
    CHECK(!wrong, "nobody's counter holds what another sent");
    rate_table_free(t, &budget);
}

static void test_same_again(void)
{
    const struct crowd c = {100000, 500, 20, 500, 100};
    const struct seen a = run_crowd(&c, 9), b = run_crowd(&c, 9);

    CHECK(memcmp(&a, &b, sizeof(a)) == 0, "twice the same");
}

static void test_forget(void)
{
    struct budget budget = {0};
    struct rate_table *t = table_of(RATE_ENTRIES_MIN, 10, false, &budget);
    const struct rate_key key = key_of(1), other = key_of(2);

    rate_table_add(t, &key, START_NS);
    rate_table_add(t, &other, START_NS);
    rate_table_forget(t, &key);
    CHECK(rate_table_add(t, &key, START_NS)->sum == 1, "counted from 0 again");
    CHECK(rate_table_add(t, &other, START_NS)->sum == 2, "others are not forgotten");
    rate_table_clear(t);
    CHECK(rate_table_add(t, &other, START_NS)->sum == 1, "all are forgotten");
    rate_table_free(t, &budget);
}

static void test_memory(void)
{
    struct budget budget = {.limit = rate_table_bytes(RATE_ENTRIES)};
    struct rate_table *t = table_of(RATE_ENTRIES, 10, false, &budget);

    CHECK(t != NULL && budget.used == budget.limit, "it takes what it says");
    rate_table_free(t, &budget);
    budget.limit--;
    CHECK(table_of(RATE_ENTRIES, 10, false, &budget) == NULL && budget.used == 0, "no memory");
    CHECK(rate_table_bytes(RATE_ENTRIES) < 1200000, "the bound that docs/architecture.md states");
}

/* ---- what is usual ---- */

/* Feeds `n` steps of `events` give or take `noise`. Returns the step of the alarm, or 0. */
static uint32_t feed(struct rate_baseline *b, uint32_t n, uint32_t events, uint32_t noise)
{
    for (uint32_t i = 0; i < n; i++) {
        baseline_step(b, events + (noise > 0 ? random_below(noise) : 0));
        if (b->alarmed)
            return i + 1;
    }
    return 0;
}

static void test_baseline(void)
{
    struct rate_baseline b = {0};

    CHECK(feed(&b, BASELINE_LEARN, 500, 100) == 0, "while it learns nothing is said");
    CHECK(feed(&b, 20000, 500, 100) == 0, "noise is no alarm");
    CHECK(feed(&b, 5, 2000, 0) > 0, "four times as much is one");
    const double mean = b.mean;
    feed(&b, 1000, 2000, 0);
    CHECK(b.alarmed && b.mean == mean, "a flood is not learned");
    for (uint32_t i = 0; i < 200 && b.alarmed; i++)
        baseline_step(&b, 500);
    CHECK(!b.alarmed, "it ends with the flood");
    CHECK(baseline_limit(&b, 16) > 16 * 500 && baseline_limit(&b, 16) < 16 * 800, "the usual");
}

static void test_baseline_grows(void)
{
    struct rate_baseline b = {0};
    bool alarmed = false;

    feed(&b, 200, 100, 20);
    for (uint32_t i = 0; i < 3000; i++)
        alarmed = alarmed || feed(&b, 1, 100 + i / 10, 20) > 0; /* fourfold, in 3,000 steps */
    CHECK(!alarmed, "what grows slowly becomes usual");
    b = (struct rate_baseline){0};
    feed(&b, 100, 0, 0);
    CHECK(feed(&b, 100, 0, 3) == 0, "one or two where nothing was");
    baseline_quiet(&b, UINT64_MAX);
    CHECK(b.mean < 0.1 && !b.alarmed, "a long silence costs no time");
}

int main(void)
{
    test_windows();
    test_never_more();
    test_crowds();
    test_patient_crowd();
    test_one_set();
    test_same_again();
    test_forget();
    test_memory();
    test_baseline();
    test_baseline_grows();
    return test_end();
}

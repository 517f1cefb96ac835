/* SPDX-License-Identifier: MIT */
#include "policy/rate_table.h"

#define NOBODY UINT32_MAX

/* What came of keys that have no counter: in this T, and in the last. */
struct sketch {
    int64_t period; /* which T: time / T */
    uint64_t total[2];
    uint32_t columns;
    uint32_t cell[]; /* [RATE_ROWS][columns] of this T, and the same of the last */
};

struct rate_table {
    struct hash_key hash;
    size_t entries;
    int64_t within_ns, step_ns;
    uint64_t crowded_out;
    bool adaptive;
    bool holds, sketched; /* any entry, any number of the sketch: memory that was touched */
    struct sketch *sketch;
    struct rate_entry at[];
};

static size_t half_of(const struct sketch *s)
{
    return (size_t)RATE_ROWS * s->columns;
}

static size_t sketch_bytes(size_t entries)
{
    return sizeof(struct sketch) +
           2 * RATE_ROWS * RATE_COLUMNS_PER_ENTRY * entries * sizeof(uint32_t);
}

static size_t table_bytes(size_t entries)
{
    return sizeof(struct rate_table) + entries * sizeof(struct rate_entry);
}

struct rate_table *rate_table_create(const struct rate_table_shape *shape, struct budget *budget)
{
    struct rate_table *t = budget_alloc(budget, table_bytes(shape->entries));

    if (t == NULL)
        return NULL;
    t->entries = shape->entries;
    t->hash = shape->hash;
    t->within_ns = shape->within_ns;
    t->step_ns = shape->within_ns / RATE_STEPS;
    t->adaptive = shape->adaptive;
    t->sketch = budget_alloc(budget, sketch_bytes(t->entries));
    if (t->sketch == NULL) {
        rate_table_free(t, budget);
        return NULL;
    }
    t->sketch->columns = (uint32_t)t->entries * RATE_COLUMNS_PER_ENTRY;
    return t;
}

size_t rate_table_bytes(size_t entries)
{
    return table_bytes(entries) + sketch_bytes(entries);
}

void rate_table_free(struct rate_table *t, struct budget *budget)
{
    if (t == NULL)
        return;
    budget_free(budget, t->sketch, sketch_bytes(t->entries));
    budget_free(budget, t, table_bytes(t->entries));
}

void rate_table_clear(struct rate_table *t)
{
    if (t->holds)
        memset(t->at, 0, t->entries * sizeof(t->at[0]));
    if (t->sketched)
        memset(t->sketch->cell, 0, 2 * half_of(t->sketch) * sizeof(uint32_t));
    t->sketch->total[0] = t->sketch->total[1] = 0;
    t->holds = t->sketched = false;
}

uint64_t rate_table_crowded_out(const struct rate_table *t)
{
    return t->crowded_out;
}

/* Towards minus infinity: a step is as long before 1970 as after. */
static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* ---- one counter ---- */

static uint32_t *step_of(struct rate_entry *e, int64_t step)
{
    return &e->step[(uint64_t)step % RATE_STEPS];
}

static void begin_anew(struct rate_entry *e, int64_t now)
{
    memset(e->step, 0, sizeof(e->step));
    e->sum = 0;
    e->last = now;
}

/* The newest step is `now`; what came more than T ago falls out. */
static void go_on(struct rate_entry *e, int64_t now, bool adaptive)
{
    const uint64_t ahead = (uint64_t)(now - e->last);

    if (ahead > 0 && adaptive) {
        baseline_step(&e->baseline, *step_of(e, e->last));
        baseline_quiet(&e->baseline, ahead - 1);
    }
    if (ahead >= RATE_STEPS) {
        begin_anew(e, now);
        return;
    }
    while (e->last < now) {
        uint32_t *oldest = step_of(e, ++e->last);
        e->sum -= *oldest;
        *oldest = 0;
        e->rank -= e->rank / RATE_STEPS + (e->rank > 0);
    }
}

static void count(struct rate_entry *e, int64_t now, bool adaptive)
{
    if (now > e->last)
        go_on(e, now, adaptive);
    else if (e->last - now >= RATE_STEPS)
        begin_anew(e, now); /* the clock went back */
    if (e->sum == UINT32_MAX)
        return;
    ++*step_of(e, now);
    e->sum++;
}

/* Did nothing of it come within the last T, as of `now`? One that learns what is usual stays for
 * as long as that took. */
static bool is_idle(const struct rate_table *t, const struct rate_entry *e, int64_t now)
{
    const int64_t patience = t->adaptive ? RATE_STEPS * BASELINE_LEARN : RATE_STEPS;

    return !e->used || now - e->last >= patience || e->last - now >= patience;
}

/* ---- the sketch ---- */

static void sketch_advance(struct sketch *s, int64_t period)
{
    const size_t half = half_of(s), bytes = half * sizeof(uint32_t);

    if (s->period == period)
        return;
    if (period == s->period + 1) {
        memcpy(s->cell + half, s->cell, bytes);
        s->total[1] = s->total[0];
    } else {
        memset(s->cell + half, 0, bytes);
        s->total[1] = 0;
    }
    memset(s->cell, 0, bytes);
    s->total[0] = 0;
    s->period = period;
}

/* The row's cell. Kirsch, Mitzenmacher 2006: two hashes make as many as are needed. */
static size_t cell_of(const struct sketch *s, uint64_t hash, unsigned row)
{
    const uint32_t mixed = (uint32_t)hash + row * ((uint32_t)(hash >> 32) | 1);

    return (size_t)row * s->columns + (mixed & (s->columns - 1));
}

/* Adds `n` and returns how much more often than all keys alike it came: its own events, or more. */
static uint32_t sketch_add(struct sketch *s, uint64_t hash, uint32_t n)
{
    const uint32_t *last = s->cell + half_of(s);
    uint32_t least = UINT32_MAX;

    for (unsigned row = 0; row < RATE_ROWS; row++) {
        const size_t at = cell_of(s, hash, row);
        const uint32_t sum = s->cell[at] + last[at];
        least = sum < least ? sum : least;
    }
    const uint32_t estimate = least < UINT32_MAX - n ? least + n : least;
    for (unsigned row = 0; row < RATE_ROWS; row++) {
        const size_t at = cell_of(s, hash, row);
        if (s->cell[at] + last[at] < estimate)
            s->cell[at] = estimate - last[at];
    }
    s->total[0] += n;
    const uint64_t alike = (s->total[0] + s->total[1]) / s->columns;
    return estimate > alike ? (uint32_t)(estimate - alike) : 0;
}

/* ---- the sets ---- */

static uint64_t hash_of(const struct rate_table *t, const struct rate_key *key)
{
    return hash_bytes(&t->hash, bytes_of(key, sizeof(*key)));
}

static struct rate_entry *set_of(struct rate_table *t, uint64_t hash)
{
    const size_t sets = t->entries / RATE_WAYS;

    return &t->at[((hash >> 40) & (sets - 1)) * RATE_WAYS];
}

static struct rate_entry *find(struct rate_entry *set, const struct rate_key *key)
{
    for (unsigned way = 0; way < RATE_WAYS; way++)
        if (set[way].used && memcmp(&set[way].key, key, sizeof(*key)) == 0)
            return &set[way];
    return NULL;
}

/* How much it is worth to go on counting it: what of it came within T, about, or what the sketch
 * said when it came in, which fades. */
static uint32_t worth(const struct rate_table *t, const struct rate_entry *e, int64_t now)
{
    if (is_idle(t, e, now))
        return 0;
    const uint32_t most = e->sum > e->rank ? e->sum : e->rank;
    const int64_t old = now - e->last;
    if (old <= 0)
        return most;
    return old < RATE_STEPS ? most - (uint32_t)((uint64_t)most * (uint64_t)old / RATE_STEPS) : 1;
}

/* Of those that are worth least the one that is silent for longest. */
static struct rate_entry *least_of(const struct rate_table *t, struct rate_entry *set, int64_t now)
{
    struct rate_entry *least = &set[0];

    for (unsigned way = 1; way < RATE_WAYS; way++) {
        const uint32_t a = worth(t, &set[way], now), b = worth(t, least, now);
        if (a < b || (a == b && set[way].last < least->last))
            least = &set[way];
    }
    return least;
}

static struct rate_entry *take_place(struct rate_table *t, const struct rate_key *key,
                                     uint64_t hash, int64_t time_ns)
{
    const int64_t now = floor_div(time_ns, t->step_ns);
    struct rate_entry *e = least_of(t, set_of(t, hash), now);
    const uint32_t least = worth(t, e, now);
    uint32_t rank = 0;

    if (least > 0) {
        t->sketched = true;
        sketch_advance(t->sketch, floor_div(time_ns, t->within_ns));
        rank = sketch_add(t->sketch, hash, 1);
        if (rank <= least) {
            t->crowded_out++;
            return NULL;
        }
        sketch_add(t->sketch, hash_of(t, &e->key), e->sum);
    }
    t->holds = true;
    *e = (struct rate_entry){.key = *key, .last = now, .used = true, .rank = rank};
    return e;
}

const struct rate_entry *rate_table_add(struct rate_table *t, const struct rate_key *key,
                                        int64_t time_ns)
{
    const uint64_t h = hash_of(t, key);
    struct rate_entry *e = find(set_of(t, h), key);

    if (e == NULL)
        e = take_place(t, key, h, time_ns);
    if (e != NULL)
        count(e, floor_div(time_ns, t->step_ns), t->adaptive);
    return e;
}

void rate_table_forget(struct rate_table *t, const struct rate_key *key)
{
    struct rate_entry *e = find(set_of(t, hash_of(t, key)), key);

    if (e != NULL)
        *e = (struct rate_entry){0};
}

/* SPDX-License-Identifier: MIT */
#include "policy/rate_ban.h"

struct ban_table {
    struct hash_key hash;
    size_t places;
    uint64_t count, displaced;
    bool holds; /* any ban: memory that was touched */
    struct ban at[];
};

static size_t table_bytes(size_t places)
{
    return sizeof(struct ban_table) + places * sizeof(struct ban);
}

struct ban_table *ban_table_create(size_t places, const struct hash_key *hash,
                                   struct budget *budget)
{
    struct ban_table *t = budget_alloc(budget, table_bytes(places));

    if (t == NULL)
        return NULL;
    t->hash = *hash;
    t->places = places;
    return t;
}

void ban_table_free(struct ban_table *t, struct budget *budget)
{
    if (t != NULL)
        budget_free(budget, t, table_bytes(t->places));
}

void ban_table_clear(struct ban_table *t)
{
    if (t->holds)
        memset(t->at, 0, t->places * sizeof(t->at[0]));
    t->holds = false;
}

uint64_t ban_count(const struct ban_table *t)
{
    return t->count;
}

uint64_t ban_displaced(const struct ban_table *t)
{
    return t->displaced;
}

static struct ban *set_of(struct ban_table *t, const struct rate_key *key)
{
    const uint64_t hash = hash_bytes(&t->hash, bytes_of(key, sizeof(*key)));

    return &t->at[(hash & (t->places / BAN_WAYS - 1)) * BAN_WAYS];
}

/* A clock that goes back ends a ban: it would not end by itself. */
static bool in_force(const struct ban *b, int64_t time_ns)
{
    return b->used && time_ns >= b->from_ns && time_ns < b->until_ns;
}

static struct ban *of_key(struct ban *set, const struct rate_key *key)
{
    for (unsigned way = 0; way < BAN_WAYS; way++)
        if (set[way].used && memcmp(&set[way].key, key, sizeof(*key)) == 0)
            return &set[way];
    return NULL;
}

static struct ban *first_to_end(struct ban *set, int64_t time_ns)
{
    struct ban *first = &set[0];

    for (unsigned way = 0; way < BAN_WAYS; way++) {
        if (!in_force(&set[way], time_ns))
            return &set[way];
        if (set[way].until_ns < first->until_ns)
            first = &set[way];
    }
    return first;
}

void ban_add(struct ban_table *t, const struct ban *ban)
{
    struct ban *set = set_of(t, &ban->key), *b = of_key(set, &ban->key);

    if (b != NULL && in_force(b, ban->from_ns)) {
        b->until_ns = ban->until_ns;
        return;
    }
    if (b == NULL)
        b = first_to_end(set, ban->from_ns);
    t->displaced += in_force(b, ban->from_ns);
    t->count++;
    t->holds = true;
    *b = *ban;
    b->used = true;
}

struct ban *ban_find(struct ban_table *t, const struct rate_key *key, int64_t time_ns)
{
    struct ban *b = of_key(set_of(t, key), key);

    return b != NULL && in_force(b, time_ns) ? b : NULL;
}

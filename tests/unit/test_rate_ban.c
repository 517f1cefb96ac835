/* SPDX-License-Identifier: MIT */
/* Bans: when they are in force, and more of them than there is room for. */
#include "policy/rate_ban.h"

#include "test.h"

#define SECOND_NS 1000000000LL
#define START_NS  (1700000000 * SECOND_NS)

static struct ban ban_of(uint32_t n, int64_t from_s, int64_t until_s)
{
    struct ban ban = {.key = {.prefix = 32},
                      .from_ns = START_NS + from_s * SECOND_NS,
                      .until_ns = START_NS + until_s * SECOND_NS};

    memcpy(ban.key.client.byte + 12, &n, sizeof(n));
    return ban;
}

static bool in_force(struct ban_table *t, uint32_t n, int64_t at_s)
{
    const struct ban ban = ban_of(n, 0, 0);

    return ban_find(t, &ban.key, START_NS + at_s * SECOND_NS) != NULL;
}

static void test_time(struct ban_table *t)
{
    const struct ban ban = ban_of(1, 100, 700);

    ban_add(t, &ban);
    CHECK(in_force(t, 1, 100), "from its first moment");
    CHECK(in_force(t, 1, 699), "to its last");
    CHECK(!in_force(t, 1, 700), "and no longer");
    CHECK(!in_force(t, 1, 99), "not before it");
    CHECK(!in_force(t, 1, 50), "the clock went back: it would never end");
    CHECK(!in_force(t, 2, 200), "somebody else");
    ban_table_clear(t);
    CHECK(!in_force(t, 1, 200), "forgotten");
}

static void test_longer(struct ban_table *t)
{
    struct ban ban = ban_of(3, 0, 10);
    const uint64_t before = ban_count(t);

    ban_add(t, &ban);
    ban_find(t, &ban.key, START_NS)->told = true;
    ban = ban_of(3, 5, 15);
    ban_add(t, &ban);
    const struct ban *now = ban_find(t, &ban.key, START_NS + 14 * SECOND_NS);
    CHECK(now != NULL && now->told && ban_count(t) == before + 1, "the same goes on, as told");
    ban = ban_of(3, 20, 30);
    ban_add(t, &ban);
    now = ban_find(t, &ban.key, START_NS + 25 * SECOND_NS);
    CHECK(now != NULL && !now->told && ban_count(t) == before + 2, "after its end another begins");
}

static void test_full(struct ban_table *t)
{
    uint32_t found = 0;

    ban_table_clear(t);
    for (uint32_t i = 0; i < 10 * RATE_BANS_MIN; i++) {
        const struct ban ban = ban_of(i, 0, 1000 + i);
        ban_add(t, &ban);
    }
    for (uint32_t i = 0; i < 10 * RATE_BANS_MIN; i++)
        found += in_force(t, i, 1);
    CHECK(found == RATE_BANS_MIN, "as many as there is room for");
    CHECK(ban_displaced(t) == 9 * RATE_BANS_MIN, "those that gave way are counted");
    CHECK(in_force(t, 10 * RATE_BANS_MIN - 1, 1), "who ends last stays");
}

int main(void)
{
    const struct hash_key key = hash_key_from_seed(1);
    struct budget budget = {0};
    struct ban_table *t = ban_table_create(RATE_BANS_MIN, &key, &budget);

    test_time(t);
    test_longer(t);
    test_full(t);
    ban_table_free(t, &budget);
    CHECK(budget.used == 0, "given back");
    return test_end();
}

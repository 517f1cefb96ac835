/* SPDX-License-Identifier: MIT */
/* texts.h against a plain model: counts by number. */
#include "base/pool.h"
#include "base/texts.h"

#include "random.h"
#include "test.h"

#define NAMES 3000

static struct bytes name_of(uint32_t n, char room[40])
{
    return bytes_of(room, (size_t)snprintf(room, 40, "host-%u.example.com", n));
}

static void begin(struct texts *t, struct budget *b, size_t limit)
{
    const struct hash_key key = hash_key_from_seed(3);

    *b = (struct budget){.limit = limit, .pool = pool_create()};
    texts_setup(t, b, &key);
}

static void test_against_model(void)
{
    static struct bytes held[NAMES][4];
    static unsigned count[NAMES];
    struct budget b;
    struct texts t;
    char room[40];
    bool same = true, right = true;
    unsigned different = 0;

    begin(&t, &b, 0);
    for (int step = 0; step < 60000; step++) {
        /* First it grows, then it shrinks. */
        const uint32_t n = random_below(NAMES);
        const bool more = random_below(10) < (step < 30000 ? 7U : 3U);
        if (more && count[n] < 4) {
            const bool again = count[n] > 1; /* by what is held, or by name */
            const struct bytes kept =
                again ? texts_again(held[n][0]) : texts_keep(&t, name_of(n, room));
            right = right && bytes_equal(kept, name_of(n, room));
            same = same && (count[n] == 0 || kept.at == held[n][0].at);
            different += count[n] == 0;
            held[n][count[n]++] = kept;
        } else if (!more && count[n] > 0) {
            texts_give(&t, &held[n][--count[n]]);
            different -= count[n] == 0;
        }
    }
    CHECK(right, "what was kept is what was given");
    CHECK(same, "once, however many hold it");
    CHECK(t.count == different, "as many as there are");
    for (uint32_t n = 0; n < NAMES; n++)
        while (count[n] > 0)
            texts_give(&t, &held[n][--count[n]]);
    CHECK(t.count == 0 && t.lists == 0 && b.live == 0, "all given back");
    pool_free(b.pool);
}

static void test_no_memory(void)
{
    struct budget b;
    struct texts t;
    struct bytes kept[NAMES];
    uint32_t n = 0, good = 0;
    char room[40];

    begin(&t, &b, 64U << 10);
    for (n = 0; n < NAMES; n++) {
        kept[n] = texts_keep(&t, name_of(n, room));
        good += kept[n].len > 0;
    }
    CHECK(good > 300 && good < NAMES, "as many as there is room for");
    CHECK(b.used <= b.limit, "and no more");
    CHECK(bytes_equal(kept[0], name_of(0, room)), "the first is there");
    while (n-- > 0)
        texts_give(&t, &kept[n]);
    CHECK(b.live == 0 && t.lists == 0, "all given back");
    CHECK(texts_keep(&t, bytes_of(NULL, 0)).len == 0 && b.live == 0, "nothing takes nothing");
    CHECK(texts_again(bytes_of(NULL, 0)).at == NULL, "nor does it again");
    pool_free(b.pool);
}

/* One holder's texts that follow each other, beside one that is shared. */
static void test_change(void)
{
    struct budget b;
    struct texts t;
    char room[400];
    bool same = true;

    begin(&t, &b, 0);
    struct bytes shared = texts_keep(&t, bytes_of_text("/first")), mine = texts_again(shared);
    for (int step = 0; step < 2000; step++) {
        const size_t len = random_below(step < 1000 ? 30 : sizeof(room));
        memset(room, 'a' + step % 26, len);
        const struct bytes copy = test_copy(bytes_of(room, len));
        const uint8_t *before = mine.at;
        texts_change(&t, &mine, copy);
        free((void *)(uintptr_t)copy.at);
        same = same && bytes_equal(mine, bytes_of(room, len)) && t.count == 1;
        if (step > 0 && step < 1000 && before != NULL && len > 0)
            CHECK(mine.at == before, "written over");
    }
    CHECK(same, "each is the last one, and is not shared");
    CHECK(bytes_equal(shared, bytes_of_text("/first")), "what others hold stays");
    texts_give(&t, &mine);
    texts_give(&t, &shared);
    CHECK(b.live == 0 && mine.at == NULL, "all given back");
    texts_change(&t, &mine, bytes_of_text("/"));
    texts_change(&t, &mine, bytes_of(NULL, 0));
    CHECK(b.live == 0 && mine.at == NULL, "nothing takes nothing");
    pool_free(b.pool);
}

static int by_value(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

/* Texts that are alike in all but one byte, or in length alone, have different hashes. */
static void test_hash(void)
{
    enum { LENGTHS = 40, EACH = 255 };
    static uint64_t seen[LENGTHS * LENGTHS / 2 * EACH];
    const struct hash_key key = hash_key_from_seed(5);
    size_t count = 0;

    for (size_t len = 0; len < LENGTHS; len++) {
        uint8_t zeros[LENGTHS] = {0};
        seen[count++] = hash_text(&key, bytes_of(zeros, len));
        for (size_t at = 0; at < len; at++)
            for (unsigned c = 1; c <= EACH && count < sizeof(seen) / sizeof(seen[0]); c++) {
                zeros[at] = (uint8_t)c;
                const struct bytes copy = test_copy(bytes_of(zeros, len));
                seen[count++] = hash_text(&key, copy);
                free((void *)(uintptr_t)copy.at);
                zeros[at] = 0;
            }
    }
    qsort(seen, count, sizeof(seen[0]), by_value);
    bool different = true, below = seen[count - 1] < UINT64_C(1) << 61;
    for (size_t i = 1; i < count; i++)
        different = different && seen[i] != seen[i - 1];
    CHECK(different, "no two meet");
    CHECK(below, "reduced");
}

int main(void)
{
    test_hash();
    test_against_model();
    test_no_memory();
    test_change();
    return test_end();
}

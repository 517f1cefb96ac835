/* SPDX-License-Identifier: MIT */
/* budget.h and pool.h: what is held never passes the limit, whatever sizes come in what order. */
#include "base/budget.h"
#include "base/pool.h"

#include "test.h"

#define LIMIT  (1U << 20)
#define PIECES 60000

struct pieces {
    struct budget budget;
    void *at[PIECES];
    size_t count;
};

static size_t take_all(struct pieces *p, size_t bytes)
{
    const size_t before = p->count;

    while (p->count < PIECES) {
        unsigned char *piece = budget_alloc(&p->budget, bytes);
        if (piece == NULL)
            break;
        for (size_t i = 0; i < bytes; i++) {
            if (piece[i] != 0)
                CHECK(false, "zero-filled");
            piece[i] = 0xaa;
        }
        p->at[p->count++] = piece;
    }
    CHECK(p->budget.used <= LIMIT, "within the limit");
    CHECK(p->budget.live <= p->budget.used, "what is asked for is held");
    CHECK(p->budget.used + pool_spare(p->budget.pool) <= LIMIT, "with what waits for its use");
    CHECK(p->budget.heap_peak <= LIMIT + BUDGET_HOLES(LIMIT), "and holes in the heap");
    return p->count - before;
}

static void give_all(struct pieces *p, size_t bytes)
{
    while (p->count > 0)
        budget_free(&p->budget, p->at[--p->count], bytes);
}

/* Full of one size, then of the next: what was small pieces must serve as large ones. */
static void test_sizes(void)
{
    static struct pieces p;
    static const size_t sizes[] = {16, 500, 48, 512, 33, 1000, 100, 70000, 1};

    p.budget = (struct budget){.limit = LIMIT, .pool = pool_create()};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        const size_t most = LIMIT / (sizes[i] + 16);
        const uint64_t refused = p.budget.refused;
        const size_t got = take_all(&p, sizes[i]);
        CHECK(got >= most - most / 4 || got == PIECES, "of each size about as many as fit");
        CHECK(got == PIECES || p.budget.refused > refused, "and the end is counted");
        give_all(&p, sizes[i]);
        CHECK(p.budget.live == 0, "all given back");
        CHECK(pool_spare(p.budget.pool) <= LIMIT, "and what waits is no more than the limit");
    }
    CHECK(p.budget.peak <= LIMIT && p.budget.peak > LIMIT / 2, "the peak");
    pool_free(p.budget.pool);
}

/* Every other piece goes: its place serves again, without another slab. */
static void test_holes(void)
{
    static struct pieces p;

    p.budget = (struct budget){.limit = LIMIT, .pool = pool_create()};
    take_all(&p, 64);
    const size_t used = p.budget.used, count = p.count;
    for (size_t i = 0; i < count; i += 2)
        budget_free(&p.budget, p.at[i], 64);
    for (size_t i = 0; i < count; i += 2) {
        p.at[i] = budget_alloc(&p.budget, 64);
        CHECK(p.at[i] != NULL, "a free piece");
    }
    CHECK(p.budget.used == used, "no other memory");
    give_all(&p, 64);
    pool_free(p.budget.pool);
}

/* ---- rounds ---- */

struct sized {
    void *at;
    size_t bytes;
};

/* Full of sizes that change from round to round. Returns how many. */
static size_t fill(struct budget *b, struct sized *all, size_t round)
{
    static const size_t sizes[] = {16, 336, 352, 400, 720, 1024};

    for (size_t i = 0; i < PIECES; i++) {
        all[i].bytes = sizes[(i * 7 + round + i / 1000) % 6];
        all[i].at = budget_alloc(b, all[i].bytes);
        if (all[i].at == NULL)
            return i;
    }
    return PIECES;
}

/* In another order than they were taken in. */
static void empty(struct budget *b, const struct sized *all, size_t count)
{
    for (size_t step = 0; step < 7; step++)
        for (size_t i = step; i < count; i += 7)
            budget_free(b, all[i].at, all[i].bytes);
}

/* What the first round took of the machine serves all others, whatever is left standing in it. */
static void test_rounds(void)
{
    static struct sized standing[PIECES / 100], all[PIECES];
    struct budget b = {.limit = 16 * LIMIT, .pool = pool_create()};
    size_t first = 0;

    for (size_t i = 0; i < PIECES / 100; i++)
        standing[i] = (struct sized){budget_alloc(&b, 1000), 1000};
    for (size_t i = 0; i < PIECES / 100; i++)
        if (i % 16 != 0) { /* one that stays in each slab */
            budget_free(&b, standing[i].at, 1000);
            standing[i].at = NULL;
        }
    for (size_t round = 0; round < 10; round++) {
        empty(&b, all, fill(&b, all, round));
        const size_t mapped = pool_mapped(b.pool);
        first = round == 0 ? mapped : first;
        CHECK(mapped == first, "no round maps more than the first");
        CHECK(mapped <= b.peak + b.peak / 32 + POOL_AREA, "nor that much more than is held");
    }
    empty(&b, standing, PIECES / 100);
    CHECK(b.live == 0, "all given back");
    pool_free(b.pool);
}

/* Counted alike, whether the pool serves it or malloc(): and of what was another's, nothing is
 * cleared but where that is asked for. */
static void test_bare(void)
{
    static const size_t sizes[] = {1, 40, POOL_PIECE_MAX, POOL_PIECE_MAX + 1, 70000};
    struct budget b = {.limit = LIMIT, .pool = pool_create()};

    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        const size_t bytes = sizes[i];
        uint8_t *dirty = budget_alloc_bare(&b, bytes);
        CHECK(dirty != NULL && b.live == bytes && b.used >= bytes, "counted as asked for");
        memset(dirty, 0xaa, bytes);
        budget_free(&b, dirty, bytes);
        CHECK(b.live == 0, "given back");
        uint8_t *clear = budget_alloc(&b, bytes);
        for (size_t at = 0; at < bytes; at++)
            if (clear[at] != 0)
                CHECK(false, "zero-filled, whatever was in it");
        budget_free(&b, clear, bytes);
    }
    CHECK(budget_alloc_bare(&b, LIMIT + 1) == NULL && b.refused == 1, "no more than the limit");
    CHECK(b.live == 0, "nothing is held");
    pool_free(b.pool);
}

static void test_no_pool(void)
{
    struct budget b = {.limit = 100};
    void *piece = budget_alloc(&b, 60);

    CHECK(piece != NULL && b.used == 60 && b.live == 60, "as asked for");
    CHECK(budget_alloc(&b, 41) == NULL && b.refused == 1, "no more");
    CHECK(budget_take(&b, 40) && b.used == 100, "to the last byte");
    budget_give(&b, 40);
    budget_free(&b, piece, 60);
    budget_free(&b, NULL, 60);
    CHECK(b.used == 0 && b.live == 0 && b.peak == 100, "given back");
}

int main(void)
{
    test_sizes();
    test_holes();
    test_rounds();
    test_bare();
    test_no_pool();
    return test_end();
}

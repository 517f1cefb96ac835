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
    test_no_pool();
    return test_end();
}

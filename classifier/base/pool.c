/* SPDX-License-Identifier: MIT */
#include "base/pool.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define STEP    16U /* sizes are multiples of this, and so are addresses */
#define CLASSES (POOL_PIECE_MAX / STEP + 1)

#if defined(__SANITIZE_ADDRESS__)
#define EVERY_PIECE_BY_ITSELF 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define EVERY_PIECE_BY_ITSELF 1
#endif
#endif
#ifndef EVERY_PIECE_BY_ITSELF
#define EVERY_PIECE_BY_ITSELF 0
#endif

union piece {
    union piece *next; /* while free */
    char room[STEP];
};

/* Pieces of one size. It lies at a multiple of its own size, so that a piece knows its slab. */
struct slab {
    struct slab *before, *after; /* of those of its size that have a free piece */
    struct slab *older, *newer;  /* of all */
    union piece *free;           /* given back */
    uint32_t taken;              /* pieces */
    uint32_t cut;                /* steps that were ever cut off */
    union piece pieces[];
};

/* malloc() keeps 16 bytes of its own between two pieces: without them slabs lie side by side. */
#define SLAB_BYTES (POOL_SLAB - 16)
#define SLAB_STEPS ((SLAB_BYTES - sizeof(struct slab)) / STEP)
#define LINE_STEPS (64 / STEP) /* of a cache line */
#define SPARES     32          /* slabs kept for the next that is wanted */

struct pool {
    /* With a free piece, by size in steps. Who was full waits behind the others: old pieces are
     * given back together, and their slab goes, unless new ones are put between them. */
    struct slab *open[CLASSES], *last[CLASSES];
    struct slab *newest;
    struct slab *spare; /* through `older` */
    unsigned spares;
};

_Static_assert(sizeof(struct slab) % STEP == 0, "the first piece is aligned");

struct pool *pool_create(void)
{
    return calloc(1, sizeof(struct pool));
}

static void free_slabs(struct slab *s)
{
    while (s != NULL) {
        struct slab *older = s->older;
        free(s);
        s = older;
    }
}

void pool_free(struct pool *p)
{
    if (p == NULL)
        return;
    free_slabs(p->newest);
    free_slabs(p->spare);
    free(p);
}

bool pool_serves(const struct pool *p, size_t bytes)
{
    return !EVERY_PIECE_BY_ITSELF && p != NULL && bytes <= POOL_PIECE_MAX;
}

static size_t steps_of(size_t bytes)
{
    return bytes > 0 ? (bytes + STEP - 1) / STEP : 1;
}

static struct slab *slab_of(void *piece)
{
    return (struct slab *)((uintptr_t)piece & ~(uintptr_t)(POOL_SLAB - 1));
}

static bool is_full(const struct slab *s, size_t steps)
{
    return s->free == NULL && s->cut + steps > SLAB_STEPS;
}

static void open_slab(struct pool *p, struct slab *s, size_t steps)
{
    s->after = NULL;
    s->before = p->last[steps];
    if (s->before != NULL)
        s->before->after = s;
    else
        p->open[steps] = s;
    p->last[steps] = s;
}

static void close_slab(struct pool *p, struct slab *s, size_t steps)
{
    if (s->before != NULL)
        s->before->after = s->after;
    else
        p->open[steps] = s->after;
    if (s->after != NULL)
        s->after->before = s->before;
    else
        p->last[steps] = s->before;
}

static struct slab *new_slab(struct pool *p)
{
    struct slab *s = p->spare;
    void *memory = NULL;

    if (s == NULL)
        return posix_memalign(&memory, POOL_SLAB, SLAB_BYTES) == 0 ? memory : NULL;
    p->spare = s->older;
    p->spares--;
    return s;
}

bool pool_grow(struct pool *p, size_t bytes)
{
    struct slab *s = new_slab(p);

    if (s == NULL)
        return false;
    memset(s, 0, sizeof(*s));
    s->older = p->newest;
    if (s->older != NULL)
        s->older->newer = s;
    p->newest = s;
    if (steps_of(bytes) % LINE_STEPS == 0)
        s->cut = -(sizeof(*s) / STEP) % LINE_STEPS;
    open_slab(p, s, steps_of(bytes));
    return true;
}

void *pool_take(struct pool *p, size_t bytes)
{
    const size_t steps = steps_of(bytes);
    struct slab *s = p->open[steps];

    if (s == NULL)
        return NULL;
    union piece *piece = s->free;
    if (piece != NULL) {
        s->free = piece->next;
    } else {
        piece = &s->pieces[s->cut];
        s->cut += (uint32_t)steps;
    }
    s->taken++;
    if (is_full(s, steps))
        close_slab(p, s, steps);
    return memset(piece, 0, steps * STEP);
}

static void give_back(struct pool *p, struct slab *s, size_t steps)
{
    close_slab(p, s, steps);
    if (s->newer != NULL)
        s->newer->older = s->older;
    else
        p->newest = s->older;
    if (s->older != NULL)
        s->older->newer = s->newer;
    if (p->spares == SPARES) {
        free(s);
        return;
    }
    s->older = p->spare;
    p->spare = s;
    p->spares++;
}

bool pool_give(struct pool *p, void *memory, size_t bytes)
{
    const size_t steps = steps_of(bytes);
    struct slab *s = slab_of(memory);
    union piece *piece = memory;

    if (is_full(s, steps))
        open_slab(p, s, steps);
    piece->next = s->free;
    s->free = piece;
    /* The last one of its size stays: the next piece is probably wanted soon. */
    if (--s->taken > 0 || (s->before == NULL && s->after == NULL))
        return false;
    give_back(p, s, steps);
    return true;
}

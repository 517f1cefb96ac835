/* SPDX-License-Identifier: MIT */
#include "base/pool.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/apart.h"
#include "base/fetch.h"

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
    _Alignas(STEP) struct slab *before; /* of those of its size that have a free piece */
    struct slab *after;                 /* the same; or the next spare one */
    struct area *area;
    union piece *free; /* given back */
    uint32_t taken;    /* pieces */
    uint32_t cut;      /* steps that were ever cut off */
    union piece pieces[];
};

#define SLAB_STEPS ((POOL_SLAB - sizeof(struct slab)) / STEP)
#define LINE_STEPS (64 / STEP) /* of a cache line */

/* Address space for slabs. */
struct area {
    uint8_t *memory; /* POOL_AREA bytes */
    uint8_t *first;  /* the first slab; what does not fit behind the last stays unused */
    uint64_t bare;   /* slabs without a page of the machine: a bit each */
    struct area *older;
    struct area *next_bare; /* of those that have such slabs */
};

#define AREA_SLABS (POOL_AREA / POOL_SLAB - 1) /* one is lost where the first is aligned */
_Static_assert(AREA_SLABS < 64, "a bit for each slab");

struct pool {
    /* With a free piece, by size in steps. Who was full waits behind the others: old pieces are
     * given back together, and their slab goes, unless new ones are put between them. */
    struct slab *open[CLASSES], *last[CLASSES];
    struct area *newest;
    struct area *with_bare;
    struct slab *spare; /* through `after` */
    size_t spares;
    size_t areas;
};

_Static_assert(sizeof(struct slab) % STEP == 0, "the first piece is aligned");

struct pool *pool_create(void)
{
    return calloc(1, sizeof(struct pool));
}

void pool_free(struct pool *p)
{
    if (p == NULL)
        return;
    for (struct area *a = p->newest, *older; a != NULL; a = older) {
        older = a->older;
        munmap(a->memory, POOL_AREA);
        free(a);
    }
    free(p);
}

size_t pool_mapped(const struct pool *p)
{
    return p->areas * POOL_AREA;
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

RARE static bool add_area(struct pool *p)
{
    struct area *a = malloc(sizeof(*a));
    void *memory = MAP_FAILED;

    if (a != NULL)
        memory = mmap(NULL, POOL_AREA, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        free(a);
        return false;
    }
    *a = (struct area){.memory = memory, .bare = (UINT64_C(1) << AREA_SLABS) - 1};
    a->first = a->memory + (-(uintptr_t)memory & (POOL_SLAB - 1));
    a->older = p->newest;
    p->newest = a;
    a->next_bare = p->with_bare;
    p->with_bare = a;
    p->areas++;
    return true;
}

/* One that has no pages yet: zeros, when it is first read. */
static struct slab *bare_slab(struct pool *p)
{
    if (p->with_bare == NULL && !add_area(p))
        return NULL;
    struct area *a = p->with_bare;
    const unsigned n = (unsigned)__builtin_ctzll(a->bare);
    struct slab *s = (struct slab *)(void *)(a->first + (size_t)n * POOL_SLAB);
    a->bare &= a->bare - 1;
    if (a->bare == 0)
        p->with_bare = a->next_bare;
    s->area = a;
    return s;
}

/* Its pages are the machine's again. */
static void strip_slab(struct pool *p, struct slab *s)
{
    struct area *a = s->area;

    (void)madvise(s, POOL_SLAB,
                  MADV_DONTNEED); /* else it stays as it is, and serves all the same */
    if (a->bare == 0) {
        a->next_bare = p->with_bare;
        p->with_bare = a;
    }
    a->bare |= UINT64_C(1) << ((size_t)((uint8_t *)s - a->first) / POOL_SLAB);
}

size_t pool_spare(const struct pool *p)
{
    return p->spares * POOL_SLAB;
}

static struct slab *spare_slab(struct pool *p)
{
    struct slab *s = p->spare;

    p->spare = s->after;
    p->spares--;
    return s;
}

void pool_keep_spares(struct pool *p, size_t bytes)
{
    while (p->spares > bytes / POOL_SLAB)
        strip_slab(p, spare_slab(p));
}

bool pool_grow(struct pool *p, size_t bytes)
{
    struct slab *s = p->spare != NULL ? spare_slab(p) : bare_slab(p);

    if (s == NULL)
        return false;
    s->free = NULL;
    s->taken = 0;
    s->cut = steps_of(bytes) % LINE_STEPS == 0 ? -(sizeof(*s) / STEP) % LINE_STEPS : 0;
    open_slab(p, s, steps_of(bytes));
    return true;
}

/* What the next one of that size will be: it was given back long ago, as a rule. */
static void fetch_next(const struct pool *p, size_t steps)
{
    const struct slab *s = p->open[steps];

    if (s != NULL && s->free != NULL)
        for (size_t at = 0; at < steps * STEP; at += FETCH_LINE)
            fetch_to_write((const char *)s->free + at);
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
    fetch_next(p, steps);
    return piece;
}

static void give_back(struct pool *p, struct slab *s, size_t steps)
{
    close_slab(p, s, steps);
    s->after = p->spare;
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

/* SPDX-License-Identifier: MIT */
#include "base/budget.h"

#include <stdlib.h>
#include <string.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "base/apart.h"
#include "base/pool.h"

static bool hold(struct budget *b, size_t bytes)
{
    if (b->limit != 0 && (b->used > b->limit || bytes > b->limit - b->used)) {
        b->refused++;
        return false;
    }
    b->used += bytes;
    if (b->used > b->peak)
        b->peak = b->used;
    return true;
}

/* free() gives back only what lies at the end of the heap. Below it may be holes, of which slabs
 * have no use. */
RARE static void give_holes_back(struct budget *b)
{
#ifdef __GLIBC__
    malloc_trim(0);
#endif
    b->heap_peak = b->heap;
}

/* What is held and what only waits for its next use: together within the limit. */
static void give_idle_back(struct budget *b)
{
    if (b->limit == 0)
        return;
    const size_t room = b->used < b->limit ? b->limit - b->used : 0;
    const size_t holes = b->heap_peak - b->heap;
    if (holes > room && holes > BUDGET_HOLES(b->heap))
        give_holes_back(b);
    if (b->pool != NULL)
        pool_keep_spares(b->pool, room);
}

bool budget_take(struct budget *b, size_t bytes)
{
    if (!hold(b, bytes))
        return false;
    b->live += bytes;
    give_idle_back(b);
    return true;
}

void budget_give(struct budget *b, size_t bytes)
{
    b->used -= bytes;
    b->live -= bytes;
}

/* A piece of the pool, which takes another slab where need be: the slab is what is held. */
static void *take_piece(struct budget *b, size_t bytes)
{
    void *memory = pool_take(b->pool, bytes);

    if (memory == NULL && hold(b, POOL_SLAB)) {
        if (pool_grow(b->pool, bytes)) {
            memory = pool_take(b->pool, bytes);
            give_idle_back(b);
        } else {
            b->used -= POOL_SLAB;
            b->lacked++;
        }
    }
    if (memory != NULL)
        b->live += bytes;
    return memory;
}

/* One that malloc() has. */
static void *take_large(struct budget *b, size_t bytes, bool zeroed)
{
    if (!budget_take(b, bytes))
        return NULL;
    void *memory = zeroed ? calloc(1, bytes) : malloc(bytes);
    if (memory == NULL) {
        budget_give(b, bytes);
        b->lacked++;
        return NULL;
    }
    b->heap += bytes;
    if (b->heap > b->heap_peak)
        b->heap_peak = b->heap;
    return memory;
}

void *budget_alloc(struct budget *b, size_t bytes)
{
    if (!pool_serves(b->pool, bytes))
        return take_large(b, bytes, true);
    void *memory = take_piece(b, bytes);
    return memory != NULL ? memset(memory, 0, bytes) : NULL;
}

void *budget_alloc_bare(struct budget *b, size_t bytes)
{
    return pool_serves(b->pool, bytes) ? take_piece(b, bytes) : take_large(b, bytes, false);
}

void budget_free(struct budget *b, void *memory, size_t bytes)
{
    if (memory == NULL)
        return;
    if (!pool_serves(b->pool, bytes)) {
        free(memory);
        budget_give(b, bytes);
        b->heap -= bytes;
        return;
    }
    b->live -= bytes;
    if (pool_give(b->pool, memory, bytes))
        b->used -= POOL_SLAB;
}

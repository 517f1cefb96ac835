/* SPDX-License-Identifier: MIT */
#include "base/budget.h"

#include <stdlib.h>

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

bool budget_take(struct budget *b, size_t bytes)
{
    if (!hold(b, bytes))
        return false;
    b->live += bytes;
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
        } else {
            b->used -= POOL_SLAB;
            b->lacked++;
        }
    }
    if (memory != NULL)
        b->live += bytes;
    return memory;
}

void *budget_alloc(struct budget *b, size_t bytes)
{
    if (pool_serves(b->pool, bytes))
        return take_piece(b, bytes);
    if (!budget_take(b, bytes))
        return NULL;
    void *memory = calloc(1, bytes);
    if (memory == NULL) {
        budget_give(b, bytes);
        b->lacked++;
    }
    return memory;
}

void budget_free(struct budget *b, void *memory, size_t bytes)
{
    if (memory == NULL)
        return;
    if (!pool_serves(b->pool, bytes)) {
        free(memory);
        budget_give(b, bytes);
        return;
    }
    b->live -= bytes;
    if (pool_give(b->pool, memory, bytes))
        b->used -= POOL_SLAB;
}

/* SPDX-License-Identifier: MIT */
#include "base/budget.h"

#include <stdlib.h>

#include "base/pool.h"

bool budget_take(struct budget *b, size_t bytes)
{
    if (b->limit != 0 && bytes > b->limit - b->used)
        return false;
    b->used += bytes;
    if (b->used > b->peak)
        b->peak = b->used;
    return true;
}

void budget_give(struct budget *b, size_t bytes)
{
    b->used -= bytes;
}

void *budget_alloc(struct budget *b, size_t bytes)
{
    if (!budget_take(b, bytes))
        return NULL;
    void *memory = b->pool != NULL ? pool_take(b->pool, bytes) : calloc(1, bytes);
    if (memory == NULL)
        budget_give(b, bytes);
    return memory;
}

void budget_free(struct budget *b, void *memory, size_t bytes)
{
    if (memory == NULL)
        return;
    if (b->pool != NULL)
        pool_give(b->pool, memory, bytes);
    else
        free(memory);
    budget_give(b, bytes);
}

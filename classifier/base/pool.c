/* SPDX-License-Identifier: MIT */
#include "base/pool.h"

#include <stdlib.h>
#include <string.h>

#define STEP    16U /* sizes are multiples of this, and so are addresses */
#define CLASSES (POOL_PIECE_MAX / STEP + 1)
#define CHUNK   (64U << 10)

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

struct chunk {
    struct chunk *before;
    union piece pieces[(CHUNK - STEP) / STEP];
};

struct pool {
    union piece *free[CLASSES]; /* by size in steps */
    struct chunk *chunk;        /* the one being cut up */
    size_t used;                /* pieces of it */
};

struct pool *pool_create(void)
{
    return calloc(1, sizeof(struct pool));
}

void pool_free(struct pool *p)
{
    while (p != NULL && p->chunk != NULL) {
        struct chunk *before = p->chunk->before;
        free(p->chunk);
        p->chunk = before;
    }
    free(p);
}

static size_t steps_of(size_t bytes)
{
    return bytes > 0 ? (bytes + STEP - 1) / STEP : 1;
}

/* Off the end of the chunk; what is too short there for this piece is left. */
static union piece *cut(struct pool *p, size_t steps)
{
    const size_t room = sizeof(p->chunk->pieces) / sizeof(p->chunk->pieces[0]);

    if (p->chunk == NULL || p->used + steps > room) {
        struct chunk *chunk = malloc(sizeof(*chunk));
        if (chunk == NULL)
            return NULL;
        chunk->before = p->chunk;
        p->chunk = chunk;
        p->used = 0;
    }
    union piece *piece = &p->chunk->pieces[p->used];
    p->used += steps;
    return piece;
}

void *pool_take(struct pool *p, size_t bytes)
{
    const size_t steps = steps_of(bytes);

    if (EVERY_PIECE_BY_ITSELF || bytes > POOL_PIECE_MAX)
        return calloc(1, bytes);
    union piece *piece = p->free[steps];
    if (piece != NULL)
        p->free[steps] = piece->next;
    else
        piece = cut(p, steps);
    return piece != NULL ? memset(piece, 0, steps * STEP) : NULL;
}

void pool_give(struct pool *p, void *memory, size_t bytes)
{
    const size_t steps = steps_of(bytes);

    if (EVERY_PIECE_BY_ITSELF || bytes > POOL_PIECE_MAX) {
        free(memory);
        return;
    }
    union piece *piece = memory;
    piece->next = p->free[steps];
    p->free[steps] = piece;
}

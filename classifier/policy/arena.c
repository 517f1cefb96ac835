/* SPDX-License-Identifier: MIT */
#include "policy/arena.h"

#include <stdalign.h>
#include <stdlib.h>

#define CHUNK_ROOM (64u * 1024) /* bytes */

struct arena_chunk {
    struct arena_chunk *older;
    size_t used, room; /* bytes of `memory` */
    alignas(max_align_t) uint8_t memory[];
};

static struct arena_chunk *new_chunk(struct arena *a, size_t bytes)
{
    const size_t room = bytes > CHUNK_ROOM ? bytes : CHUNK_ROOM;

    if (room > SIZE_MAX - sizeof(struct arena_chunk))
        return NULL;
    struct arena_chunk *c = calloc(1, sizeof(*c) + room);
    if (c == NULL)
        return NULL;
    c->room = room;
    c->older = a->chunk;
    a->chunk = c;
    return c;
}

void *arena_alloc(struct arena *a, size_t bytes)
{
    const size_t align = alignof(max_align_t);
    struct arena_chunk *c = a->chunk;

    if (bytes > SIZE_MAX - align)
        return NULL;
    bytes = (bytes + align - 1) / align * align;
    if (c == NULL || c->room - c->used < bytes)
        c = new_chunk(a, bytes);
    if (c == NULL)
        return NULL;
    void *at = c->memory + c->used;
    c->used += bytes;
    return at;
}

char *arena_text(struct arena *a, struct bytes text)
{
    char *copy = arena_alloc(a, text.len + 1);

    if (copy != NULL && text.len > 0)
        memcpy(copy, text.at, text.len);
    return copy;
}

void arena_free(struct arena *a)
{
    while (a->chunk != NULL) {
        struct arena_chunk *older = a->chunk->older;
        free(a->chunk);
        a->chunk = older;
    }
}

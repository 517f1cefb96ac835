/* SPDX-License-Identifier: MIT */
#include "base/scratch.h"

#include <stdalign.h>
#include <stdlib.h>

#define CHUNK ((size_t)64 << 10) /* bytes, at least */

struct scratch_chunk {
    struct scratch_chunk *next;
    size_t room;
    alignas(max_align_t) uint8_t at[];
};

static size_t rounded(size_t bytes)
{
    return (bytes + alignof(max_align_t) - 1) / alignof(max_align_t) * alignof(max_align_t);
}

/* The next chunk that is long enough, of those that are free; else a new one before them. */
static bool next_chunk(struct scratch *s, size_t bytes)
{
    struct scratch_chunk **link = s->now != NULL ? &s->now->next : &s->first;

    if (*link == NULL || (*link)->room < bytes) {
        const size_t room = bytes > CHUNK ? bytes : CHUNK;
        struct scratch_chunk *fresh = malloc(sizeof(*fresh) + room);
        if (fresh == NULL)
            return false;
        fresh->room = room;
        fresh->next = *link;
        *link = fresh;
    }
    s->now = *link;
    s->used = 0;
    return true;
}

void *scratch_take(struct scratch *s, size_t bytes)
{
    bytes = rounded(bytes);
    if ((s->now == NULL || s->now->room - s->used < bytes) && !next_chunk(s, bytes))
        return NULL;
    uint8_t *at = s->now->at + s->used;
    s->used += bytes;
    return at;
}

struct bytes scratch_copy(struct scratch *s, struct bytes from)
{
    uint8_t *at = from.len > 0 ? scratch_take(s, from.len) : NULL;

    if (at == NULL)
        return bytes_of(NULL, 0);
    memcpy(at, from.at, from.len);
    return bytes_of(at, from.len);
}

void scratch_reset(struct scratch *s)
{
    s->now = NULL;
    s->used = 0;
}

void scratch_free(struct scratch *s)
{
    while (s->first != NULL) {
        struct scratch_chunk *next = s->first->next;
        free(s->first);
        s->first = next;
    }
    *s = (struct scratch){0};
}

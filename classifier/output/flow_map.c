/* SPDX-License-Identifier: MIT */
#include "output/flow_map.h"

#include <stdlib.h>

#define FIRST_ROOM 64

/* Where `id` is, or the free slot where it would be. The table is never full. */
static size_t place_of(const struct flow_map *m, uint64_t id)
{
    size_t at = id & (m->room - 1);

    while (m->slot[at].what != NULL && m->slot[at].id != id)
        at = (at + 1) & (m->room - 1);
    return at;
}

void *flow_map_find(const struct flow_map *m, uint64_t id)
{
    return m->room > 0 ? m->slot[place_of(m, id)].what : NULL;
}

static bool grow(struct flow_map *m)
{
    struct flow_map bigger = {.room = m->room > 0 ? 2 * m->room : FIRST_ROOM};

    bigger.slot = calloc(bigger.room, sizeof(*bigger.slot));
    if (bigger.slot == NULL)
        return false;
    for (size_t i = 0; i < m->room; i++)
        if (m->slot[i].what != NULL)
            bigger.slot[place_of(&bigger, m->slot[i].id)] = m->slot[i];
    bigger.count = m->count;
    free(m->slot);
    *m = bigger;
    return true;
}

bool flow_map_add(struct flow_map *m, uint64_t id, void *what)
{
    if (2 * m->count >= m->room && !grow(m))
        return false;
    m->slot[place_of(m, id)] = (struct flow_map_slot){.id = id, .what = what};
    m->count++;
    return true;
}

void *flow_map_remove(struct flow_map *m, uint64_t id)
{
    void *what = flow_map_find(m, id);

    if (what == NULL)
        return NULL;
    size_t at = place_of(m, id);
    m->slot[at].what = NULL;
    m->count--;
    /* What was pushed beyond it by linear probing moves up. */
    for (at = (at + 1) & (m->room - 1); m->slot[at].what != NULL; at = (at + 1) & (m->room - 1)) {
        const struct flow_map_slot moved = m->slot[at];
        m->slot[at].what = NULL;
        m->slot[place_of(m, moved.id)] = moved;
    }
    return what;
}

void flow_map_free(struct flow_map *m)
{
    free(m->slot);
    *m = (struct flow_map){0};
}

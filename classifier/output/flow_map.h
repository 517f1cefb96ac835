/* SPDX-License-Identifier: MIT */
/* flow_map.h - what an output remembers of each flow that goes on, by its id.
 *
 * State: value type, zero-filled = empty; flow_map_free() gives back the table, not what it points
 * to. Ids are keyed hashes already (view_flow_id), so they are not hashed again.
 */
#ifndef OUTPUT_FLOW_MAP_H
#define OUTPUT_FLOW_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct flow_map {
    struct flow_map_slot {
        uint64_t id;
        void *what; /* NULL: the slot is free */
    } * slot;
    size_t room, count; /* room: a power of two, or 0 */
};

/* NULL: not there. */
void *flow_map_find(const struct flow_map *m, uint64_t id);
/* Of an id that is not there. False when memory ran out. */
bool flow_map_add(struct flow_map *m, uint64_t id, void *what);
/* Returns what it was; NULL: it was not there. */
void *flow_map_remove(struct flow_map *m, uint64_t id);
void flow_map_free(struct flow_map *m);

#endif

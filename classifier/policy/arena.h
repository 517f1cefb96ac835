/* SPDX-License-Identifier: MIT */
/* arena.h - memory that is taken piece by piece and given back all at once: a loaded policy.
 *
 * State: value type, zero-filled = empty. Owns its chunks; arena_free() leaves it empty.
 */
#ifndef POLICY_ARENA_H
#define POLICY_ARENA_H

#include "base/bytes.h"

struct arena {
    struct arena_chunk *chunk; /* the newest, with room at its end */
};

/* Zero-filled, aligned for any type; NULL when the machine has none left. */
void *arena_alloc(struct arena *a, size_t bytes);
/* A copy with a NUL behind it; NULL when the machine has no memory left. */
char *arena_text(struct arena *a, struct bytes text);
void arena_free(struct arena *a);

#endif

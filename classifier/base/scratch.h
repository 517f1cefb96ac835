/* SPDX-License-Identifier: MIT */
/* scratch.h - memory that is taken piece by piece and forgotten all at once, again and again.
 *
 * State: value type, zero-filled = empty. Owns its chunks, which stay for the next time;
 * scratch_free() gives them back and leaves it empty. Pieces do not move.
 */
#ifndef BASE_SCRATCH_H
#define BASE_SCRATCH_H

#include "base/bytes.h"

struct scratch_chunk;

struct scratch {
    struct scratch_chunk *first, *now; /* pieces are taken from `now`; those behind it are free */
    size_t used;                       /* bytes of `now` */
};

/* Aligned for any type, not zero-filled; NULL: the machine has none left. */
void *scratch_take(struct scratch *s, size_t bytes);
/* A copy; empty when there is no memory. */
struct bytes scratch_copy(struct scratch *s, struct bytes from);
/* Forgets all pieces, keeps the memory. */
void scratch_reset(struct scratch *s);
void scratch_free(struct scratch *s);

#endif

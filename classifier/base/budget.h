/* SPDX-License-Identifier: MIT */
/* budget.h - how much memory may be held at once, and how much is.
 *
 * One budget is shared by flows, reassembly, inflation and identification of one engine (--memory).
 * What is taken must be given back with the same size. Small pieces come from a pool: its slabs are
 * what is held, whether or not their pieces are taken; so the limit is one on real memory, whatever
 * sizes come in whatever order. Larger ones are malloc()'s. What was given back stays ready for the
 * next, as long as it and what is held are together within the limit: else it is the machine's
 * again, but for holes in malloc()'s heap of BUDGET_HOLES(bytes held in it) together.
 */
#ifndef BASE_BUDGET_H
#define BASE_BUDGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pool;

#define BUDGET_HOLES(held) ((held) / 8 + (1U << 20)) /* bytes; where the C library is glibc */

struct budget {
    struct pool
        *pool;    /* where small pieces come from; NULL = malloc. Its owner's to create and free */
    size_t limit; /* bytes; 0 = none */
    size_t used;  /* bytes held of the machine: never more than the limit */
    size_t live;  /* bytes that were asked for and not given back: about `used`, or less */
    size_t peak;  /* the most that `used` has been */
    size_t heap, heap_peak; /* bytes of malloc(): held, and the most since its holes went back */
    uint64_t refused;       /* times that there was none left */
    uint64_t lacked;        /* times that the machine had none, though the limit allows it */
};

bool budget_take(struct budget *b, size_t bytes);
void budget_give(struct budget *b, size_t bytes);

/* Zero-filled memory counted in the budget; NULL when the budget or the machine has none left. */
void *budget_alloc(struct budget *b, size_t bytes);
/* The same, with whatever is in it: for bytes that are written before they are read. */
void *budget_alloc_bare(struct budget *b, size_t bytes);
void budget_free(struct budget *b, void *memory, size_t bytes); /* NULL is fine */

#endif

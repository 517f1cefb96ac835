/* SPDX-License-Identifier: MIT */
/* budget.h - how much memory may be held at once, and how much is.
 *
 * One budget is shared by flows, reassembly, inflation and identification of one engine (--memory).
 * What is taken must be given back with the same size.
 */
#ifndef BASE_BUDGET_H
#define BASE_BUDGET_H

#include <stdbool.h>
#include <stddef.h>

struct pool;

struct budget {
    struct pool
        *pool;    /* where small pieces come from; NULL = malloc. Its owner's to create and free */
    size_t limit; /* bytes; 0 = none */
    size_t used;  /* bytes */
    size_t peak;  /* bytes */
};

bool budget_take(struct budget *b, size_t bytes);
void budget_give(struct budget *b, size_t bytes);

/* Zero-filled memory counted in the budget; NULL when the budget or the machine has none left. */
void *budget_alloc(struct budget *b, size_t bytes);
void budget_free(struct budget *b, void *memory, size_t bytes); /* NULL is fine */

#endif

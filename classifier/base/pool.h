/* SPDX-License-Identifier: MIT */
/* pool.h - small pieces of memory, quickly taken and given back: slabs of POOL_SLAB bytes, each cut
 * into pieces of one size.
 *
 * A connection takes some twenty pieces and gives them back when it ends; in between nothing is
 * taken. Pieces of whole cache lines begin with one. A slab of which nothing is taken any more goes
 * back, save the last of its size: what was held in small pieces of one size can be held in another
 * size later. Who counts memory counts slabs (budget.c). Under AddressSanitizer pool_serves()
 * nothing: every piece is a malloc of its own, so that misuse shows.
 */
#ifndef BASE_POOL_H
#define BASE_POOL_H

#include <stdbool.h>
#include <stddef.h>

#define POOL_PIECE_MAX 1024U       /* bytes */
#define POOL_SLAB      (16U << 10) /* bytes; a power of two */

struct pool;

struct pool *pool_create(void); /* NULL: no memory */
void pool_free(struct pool *p); /* with all that is still taken; NULL is fine */

/* Are pieces of this size the pool's business? Else they are not for the calls below. */
bool pool_serves(const struct pool *p, size_t bytes);
/* Zero-filled; NULL: no slab has one free. Give back with the same size. */
void *pool_take(struct pool *p, size_t bytes);
/* Another slab for pieces of this size. False: no memory. */
bool pool_grow(struct pool *p, size_t bytes);
/* True: a slab went back to the machine. */
bool pool_give(struct pool *p, void *memory, size_t bytes);

#endif

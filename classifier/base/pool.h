/* SPDX-License-Identifier: MIT */
/* pool.h - small pieces of memory, quickly taken and given back: slabs of POOL_SLAB bytes, each cut
 * into pieces of one size.
 *
 * A connection takes some twenty pieces and gives them back when it ends; in between nothing is
 * taken. Pieces of whole cache lines begin with one. A slab of which nothing is taken any more goes
 * back, save the last of its size: what was held in small pieces of one size can be held in another
 * size later. Slabs lie in areas of POOL_AREA bytes that the pool maps itself, any of them at any
 * place: none is ever too small for the next one, as a hole in malloc()'s heap may be. Who counts
 * memory counts slabs (budget.c), and says how many of those that went back stay ready for the
 * next. Under AddressSanitizer pool_serves() nothing: every piece is a malloc of its own, so that
 * misuse shows.
 */
#ifndef BASE_POOL_H
#define BASE_POOL_H

#include <stdbool.h>
#include <stddef.h>

#define POOL_PIECE_MAX 2048U       /* bytes */
#define POOL_SLAB      (16U << 10) /* bytes; a power of two */
#define POOL_AREA      (1U << 20)  /* bytes of address space; a multiple of POOL_SLAB */

struct pool;

struct pool *pool_create(void); /* NULL: no memory */
void pool_free(struct pool *p); /* with all that is still taken; NULL is fine */

/* Are pieces of this size the pool's business? Else they are not for the calls below. */
bool pool_serves(const struct pool *p, size_t bytes);
/* With whatever is in it; NULL: no slab has one free. Give back with the same size. */
void *pool_take(struct pool *p, size_t bytes);
/* Another slab for pieces of this size. False: no memory. */
bool pool_grow(struct pool *p, size_t bytes);
/* True: a slab went back: it is spare. */
bool pool_give(struct pool *p, void *memory, size_t bytes);
/* Of spare slabs so many bytes stay, at most: the pages of the others are the machine's again. */
void pool_keep_spares(struct pool *p, size_t bytes);
size_t pool_spare(const struct pool *p); /* bytes of them */

/* Bytes of address space, used or not: as many as slabs were ever held at once, and an area. */
size_t pool_mapped(const struct pool *p);

#endif

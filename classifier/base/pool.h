/* SPDX-License-Identifier: MIT */
/* pool.h - small pieces of memory, quickly taken and given back: free lists by size, in chunks that
 * stay.
 *
 * A connection takes some twenty pieces and gives them back when it ends; in between nothing is
 * taken. Pieces of up to POOL_PIECE_MAX bytes come from here, larger ones from malloc. What is
 * given back is used again for the same size. Under AddressSanitizer every piece is a malloc of its
 * own, so that misuse shows.
 */
#ifndef BASE_POOL_H
#define BASE_POOL_H

#include <stddef.h>

#define POOL_PIECE_MAX 512U /* bytes */

struct pool;

struct pool *pool_create(void); /* NULL: no memory */
void pool_free(struct pool *p); /* with all that is still taken; NULL is fine */

/* Zero-filled; NULL: no memory. Give back with the same size. */
void *pool_take(struct pool *p, size_t bytes);
void pool_give(struct pool *p, void *memory, size_t bytes);

#endif

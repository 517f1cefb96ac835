/* SPDX-License-Identifier: MIT */
/* fetch.h - memory that will be needed soon: it comes while other work is done. Only a hint. */
#ifndef BASE_FETCH_H
#define BASE_FETCH_H

#include <stddef.h>

#define FETCH_LINE 64U /* bytes of a cache line, as a rule */

static inline void fetch_to_read(const void *at)
{
    __builtin_prefetch(at, 0);
}

static inline void fetch_to_write(const void *at)
{
    __builtin_prefetch(at, 1);
}

/* All of it, at once. */
static inline void fetch_all(const void *at, size_t bytes)
{
    for (size_t line = 0; line < bytes; line += FETCH_LINE)
        __builtin_prefetch((const char *)at + line, 0);
}

#endif

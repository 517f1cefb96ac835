/* SPDX-License-Identifier: MIT */
/* fetch.h - memory that will be needed soon: it comes while other work is done. Only a hint. */
#ifndef BASE_FETCH_H
#define BASE_FETCH_H

#include <stddef.h>
#include <stdint.h>

#define FETCH_LINE 64U /* bytes of a cache line, as a rule */

static inline void fetch_to_read(const void *at)
{
    __builtin_prefetch(at, 0);
}

static inline void fetch_to_write(const void *at)
{
    __builtin_prefetch(at, 1);
}

/* All of it, at once; it need not begin with a line. */
static inline void fetch_all(const void *at, size_t bytes)
{
    const char *line = (const char *)at - (uintptr_t)at % FETCH_LINE;

    for (; line < (const char *)at + bytes; line += FETCH_LINE)
        __builtin_prefetch(line, 0);
}

static inline void fetch_all_to_write(const void *at, size_t bytes)
{
    const char *line = (const char *)at - (uintptr_t)at % FETCH_LINE;

    for (; line < (const char *)at + bytes; line += FETCH_LINE)
        __builtin_prefetch(line, 1);
}

#endif

/* SPDX-License-Identifier: MIT */
/* fetch.h - memory that will be needed soon: it comes while other work is done. Only a hint. */
#ifndef BASE_FETCH_H
#define BASE_FETCH_H

static inline void fetch_to_read(const void *at)
{
    __builtin_prefetch(at, 0);
}

static inline void fetch_to_write(const void *at)
{
    __builtin_prefetch(at, 1);
}

#endif

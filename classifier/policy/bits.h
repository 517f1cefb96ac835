/* SPDX-License-Identifier: MIT */
/* bits.h - a bitset in words of 64. */
#ifndef POLICY_BITS_H
#define POLICY_BITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Is the bitset's bit n set? */
static inline bool bit_is_set(const uint64_t *bits, size_t n)
{
    return (bits[n / 64] >> (n % 64) & 1) != 0;
}

static inline void bit_clear(uint64_t *bits, size_t n)
{
    bits[n / 64] &= ~(UINT64_C(1) << (n % 64));
}

#endif

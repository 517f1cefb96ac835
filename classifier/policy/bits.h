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

static inline void bit_set(uint64_t *bits, size_t n)
{
    bits[n / 64] |= UINT64_C(1) << (n % 64);
}

/* The 64 bits from bit `from` on; none behind `count`. */
static inline uint64_t bits_from(const uint64_t *bits, size_t count, size_t from)
{
    const size_t word = from / 64, shift = from % 64;
    const uint64_t low = bits[word] >> shift;

    return shift > 0 && (word + 1) * 64 < count ? low | bits[word + 1] << (64 - shift) : low;
}

/* Clears those of the 64 bits from bit `from` on that `mask` has, and only those. */
static inline void bits_clear_from(uint64_t *bits, size_t from, uint64_t mask)
{
    const size_t word = from / 64, shift = from % 64;

    bits[word] &= ~(mask << shift);
    if (shift > 0 && mask >> (64 - shift) != 0)
        bits[word + 1] &= ~(mask >> (64 - shift));
}

#endif

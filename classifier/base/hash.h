/* SPDX-License-Identifier: MIT */
/* hash.h - SipHash-1-3 (Aumasson, Bernstein 2012): keyed, so that nobody outside can choose
 * collisions. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include "base/bytes.h"

struct hash_key {
    uint64_t k0, k1;
};

/* A key from the operating system's random source. */
struct hash_key hash_key_random(void);
/* The same key for the same seed: tests and reproducible runs. */
struct hash_key hash_key_from_seed(uint64_t seed);

uint64_t hash_bytes(const struct hash_key *key, struct bytes b);

/* The product of two words in 128 bits; by halves: on machines that have no such instruction. */
struct hash_product {
    uint64_t low, high;
};
struct hash_product hash_multiply_by_halves(uint64_t a, uint64_t b);

static inline struct hash_product hash_multiply(uint64_t a, uint64_t b)
{
#ifdef __SIZEOF_INT128__
    __extension__ typedef unsigned __int128 product;
    const product p = (product)a * b;

    return (struct hash_product){.low = (uint64_t)p, .high = (uint64_t)(p >> 64)};
#else
    return hash_multiply_by_halves(a, b);
#endif
}

#endif

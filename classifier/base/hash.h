/* SPDX-License-Identifier: MIT */
/* hash.h - SipHash-1-3 (Aumasson, Bernstein 2012): keyed, so that nobody outside can choose
 * collisions. And a quicker one for tables whose hashes nobody outside sees. */
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

/* The text as a polynomial at a secret point, modulo 2^61 - 1 (Carter, Wegman 1979): two texts of n
 * bytes or less meet at n / 7 + 2 of the 2^60 points at most, whoever chose them. Below 2^61. */
uint64_t hash_text(const struct hash_key *key, struct bytes text);

#endif

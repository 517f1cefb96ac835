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

#endif

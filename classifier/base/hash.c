/* SPDX-License-Identifier: MIT */
#include "base/hash.h"

#include <sys/random.h>
#include <time.h>

#include "base/load.h"

struct sip {
    uint64_t v0, v1, v2, v3;
};

static inline uint64_t rotate(uint64_t x, unsigned bits)
{
    return x << bits | x >> (64 - bits);
}

static inline void sip_round(struct sip *s)
{
    s->v0 += s->v1;
    s->v1 = rotate(s->v1, 13) ^ s->v0;
    s->v0 = rotate(s->v0, 32);
    s->v2 += s->v3;
    s->v3 = rotate(s->v3, 16) ^ s->v2;
    s->v0 += s->v3;
    s->v3 = rotate(s->v3, 21) ^ s->v0;
    s->v2 += s->v1;
    s->v1 = rotate(s->v1, 17) ^ s->v2;
    s->v2 = rotate(s->v2, 32);
}

static inline void sip_word(struct sip *s, uint64_t word)
{
    s->v3 ^= word;
    sip_round(s);
    s->v0 ^= word;
}

uint64_t hash_bytes(const struct hash_key *key, struct bytes b)
{
    struct sip s = {
        .v0 = key->k0 ^ 0x736f6d6570736575U, /* the constants of the SipHash paper, s2.1 */
        .v1 = key->k1 ^ 0x646f72616e646f6dU,
        .v2 = key->k0 ^ 0x6c7967656e657261U,
        .v3 = key->k1 ^ 0x7465646279746573U,
    };
    uint64_t last = (uint64_t)b.len << 56;
    size_t at = 0;

    for (; at + sizeof(uint64_t) <= b.len; at += sizeof(uint64_t))
        sip_word(&s, load_u64(b.at + at));
    for (unsigned shift = 0; at < b.len; at++, shift += 8)
        last |= (uint64_t)b.at[at] << shift;
    sip_word(&s, last);
    s.v2 ^= 0xff;
    for (int i = 0; i < 3; i++)
        sip_round(&s);
    return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}

struct hash_product hash_multiply_by_halves(uint64_t a, uint64_t b)
{
    const uint64_t low_a = (uint32_t)a, low_b = (uint32_t)b, high_a = a >> 32, high_b = b >> 32;
    const uint64_t low = low_a * low_b;
    const uint64_t one = high_a * low_b + (low >> 32); /* no sum here is more than 64 bits */
    const uint64_t other = low_a * high_b + (uint32_t)one;

    return (struct hash_product){.low = other << 32 | (uint32_t)low,
                                 .high = high_a * high_b + (one >> 32) + (other >> 32)};
}

#define PRIME_BITS 61
#define PRIME      ((UINT64_C(1) << PRIME_BITS) - 1)
#define PIECE      7U /* bytes: a number below the prime */

/* (sum + piece) * point, modulo the prime but for some of it: what is below 2^62 + 2^57 stays so,
 * because the point is below 2^60. */
static uint64_t step(uint64_t sum, uint64_t piece, uint64_t point)
{
    const struct hash_product p = hash_multiply(sum + piece, point);

    return (p.low & PRIME) + (p.low >> PRIME_BITS | p.high << (64 - PRIME_BITS));
}

/* The last bytes, PIECE or less, as a number. */
static uint64_t last_piece(struct bytes text, size_t len)
{
    uint64_t piece = 0;

    if (len == 0)
        return 0;
    if (text.len >= sizeof(piece))
        return load_le64(text.at + text.len - sizeof(piece)) >> 8 * (sizeof(piece) - len);
    for (size_t i = 0; i < len; i++)
        piece |= (uint64_t)text.at[i] << 8 * i;
    return piece;
}

uint64_t hash_text(const struct hash_key *key, struct bytes text)
{
    const uint64_t point = key->k0 & (PRIME >> 1);
    uint64_t sum = step(0, text.len & PRIME, point);
    size_t at = 0;

    for (; at + sizeof(uint64_t) <= text.len; at += PIECE)
        sum = step(sum, load_le64(text.at + at) & ((UINT64_C(1) << 8 * PIECE) - 1), point);
    sum = step(sum, last_piece(text, text.len - at), point);
    sum = (sum & PRIME) + (sum >> PRIME_BITS);
    return sum >= PRIME ? sum - PRIME : sum;
}

struct hash_key hash_key_from_seed(uint64_t seed)
{
    return (struct hash_key){.k0 = seed * 0x9e3779b97f4a7c15U, .k1 = ~seed * 0xbf58476d1ce4e5b9U};
}

struct hash_key hash_key_random(void)
{
    struct hash_key key;
    struct timespec now;

    if (getrandom(&key, sizeof(key), 0) == (ssize_t)sizeof(key))
        return key;
    clock_gettime(CLOCK_MONOTONIC, &now); /* a kernel without getrandom(2) */
    return hash_key_from_seed((uint64_t)now.tv_nsec ^ (uint64_t)(uintptr_t)&key);
}

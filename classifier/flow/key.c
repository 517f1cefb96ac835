/* SPDX-License-Identifier: MIT */
/* key.c - hashes of flow keys. */
#include "flow/pair.h"
#include "flow/secret.h"

struct flow_secret flow_secret_from(const struct hash_key *key)
{
    struct flow_secret secret;

    for (uint64_t i = 0; i < sizeof(secret.word) / sizeof(secret.word[0]); i++)
        secret.word[i] = hash_bytes(key, bytes_of(&i, sizeof(i)));
    return secret;
}

static struct hash_product add(struct hash_product a, struct hash_product b)
{
    const uint64_t low = a.low + b.low;

    return (struct hash_product){.low = low, .high = a.high + b.high + (low < b.low)};
}

/* NH (Black, Halevi, Krawczyk, Krovetz, Rogaway: UMAC, 1999) of the addresses: pairs of words with
 * the secret's added, multiplied, summed in 128 bits. Of other addresses it differs by any one
 * amount under one secret of 2^64, so that the ports can just be added. A last product makes one
 * word of it. */
uint64_t flow_secret_hash(const struct flow_secret *secret, const struct flow_key *key)
{
    const uint64_t *s = secret->word;
    const struct hash_product ports = {.low = flow_key_word(key, 4)};
    struct hash_product sum =
        hash_multiply(flow_key_word(key, 0) + s[0], flow_key_word(key, 1) + s[1]);

    sum = add(sum, hash_multiply(flow_key_word(key, 2) + s[2], flow_key_word(key, 3) + s[3]));
    sum = add(sum, ports);
    const struct hash_product last = hash_multiply(sum.low ^ s[4], sum.high ^ s[5]);
    return last.low ^ last.high;
}

/* The words are summed with odd factors, which do not wait for each other; then the sum is mixed
 * (the finalizer of MurmurHash3). In one byte order: the same on every machine. */
#define FACTOR_FIRST  0xbf58476d1ce4e5b9U
#define FACTOR_SECOND 0x94d049bb133111ebU
#define FACTOR_THIRD  0xd6e8feb86659fd93U
#define FACTOR_FOURTH 0xa0761d6478bd642fU
#define FACTOR_PORTS  0x9e3779b97f4a7c15U

static inline uint64_t sum_of_ports(uint64_t transport, const uint16_t port[2])
{
    return (transport << 32 | (uint32_t)port[0] << 16 | port[1]) * FACTOR_PORTS;
}

static inline uint32_t mix(uint64_t sum)
{
    sum ^= sum >> 33;
    sum *= 0xff51afd7ed558ccdU;
    return (uint32_t)(sum >> 32);
}

uint32_t flow_spread(const struct flow_key *key)
{
    uint64_t sum = sum_of_ports(key->transport, key->port);

    sum += le64toh(flow_key_word(key, 0)) * FACTOR_FIRST;
    sum += le64toh(flow_key_word(key, 1)) * FACTOR_SECOND;
    sum += le64toh(flow_key_word(key, 2)) * FACTOR_THIRD;
    sum += le64toh(flow_key_word(key, 3)) * FACTOR_FOURTH;
    return mix(sum);
}

uint32_t flow_pair_spread(const struct flow_pair *p)
{
    return mix(sum_of_ports(TRANSPORT_TCP, p->port) + le64toh(p->address[0]) * FACTOR_SECOND +
               le64toh(p->address[1]) * FACTOR_FOURTH);
}

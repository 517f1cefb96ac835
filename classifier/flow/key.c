/* SPDX-License-Identifier: MIT */
/* key.c - of which flow is a packet? */
#include "flow/secret.h"

#include <endian.h>

static uint64_t word_of(const struct flow_key *key, unsigned which)
{
    uint64_t word;

    memcpy(&word, (const uint8_t *)key->addr + which * sizeof(word), sizeof(word));
    return word;
}

static uint64_t half_of(const struct addr *a, unsigned which)
{
    uint64_t half;

    memcpy(&half, a->byte + which * sizeof(half), sizeof(half));
    return half;
}

/* Who sends is as good as random: no branch depends on it. By halves, as addresses are written: a
 * wider load would wait until they have left for the cache. */
unsigned flow_key_of(const struct packet *p, struct flow_key *out)
{
    const uint64_t src_0 = half_of(&p->src.addr, 0), src_1 = half_of(&p->src.addr, 1);
    const uint64_t dst_0 = half_of(&p->dst.addr, 0), dst_1 = half_of(&p->dst.addr, 1);
    const uint64_t a = be64toh(src_0 != dst_0 ? src_0 : src_1);
    const uint64_t b = be64toh(src_0 != dst_0 ? dst_0 : dst_1);
    const unsigned side = (a > b) | ((a == b) & (p->src.port > p->dst.port));
    const uint64_t word[4] = {side ? dst_0 : src_0, side ? dst_1 : src_1, side ? src_0 : dst_0,
                              side ? src_1 : dst_1};

    memcpy(out->addr, word, sizeof(out->addr));
    out->port[side] = p->src.port;
    out->port[1 - side] = p->dst.port;
    out->transport = p->transport;
    return side;
}

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
    const struct hash_product ports = {.low = (uint64_t)key->transport << 32 |
                                              (uint32_t)key->port[0] << 16 | key->port[1]};
    struct hash_product sum = hash_multiply(word_of(key, 0) + s[0], word_of(key, 1) + s[1]);

    sum = add(sum, hash_multiply(word_of(key, 2) + s[2], word_of(key, 3) + s[3]));
    sum = add(sum, ports);
    const struct hash_product last = hash_multiply(sum.low ^ s[4], sum.high ^ s[5]);
    return last.low ^ last.high;
}

/* The words are summed with odd factors, which do not wait for each other; then the sum is mixed
 * (the finalizer of MurmurHash3). In one byte order: the same on every machine. */
uint32_t flow_spread(const struct flow_key *key)
{
    const uint64_t ports =
        (uint64_t)key->transport << 32 | (uint32_t)key->port[0] << 16 | key->port[1];
    uint64_t sum = ports * 0x9e3779b97f4a7c15U;

    sum += le64toh(word_of(key, 0)) * 0xbf58476d1ce4e5b9U;
    sum += le64toh(word_of(key, 1)) * 0x94d049bb133111ebU;
    sum += le64toh(word_of(key, 2)) * 0xd6e8feb86659fd93U;
    sum += le64toh(word_of(key, 3)) * 0xa0761d6478bd642fU;
    sum ^= sum >> 33;
    sum *= 0xff51afd7ed558ccdU;
    return (uint32_t)(sum >> 32);
}

/* SPDX-License-Identifier: MIT */
/* key.c - hashes of flow keys. */
#include "flow/pair.h"
#include "flow/secret.h"

struct flow_secret flow_secret_from(const struct hash_key *key)
{
    uint64_t word[5];

    for (uint64_t i = 0; i < sizeof(word) / sizeof(word[0]); i++)
        word[i] = hash_bytes(key, bytes_of(&i, sizeof(i)));
    return (struct flow_secret){
        .address = {word[0], word[1]}, .end = word[2] >> 2, .last = {word[3], word[4]}};
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

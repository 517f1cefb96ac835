/* SPDX-License-Identifier: MIT */
/* key.c - hashes of flow keys. */
#include "flow/secret.h"

struct flow_secret flow_secret_from(const struct hash_key *key)
{
    uint64_t word[5];

    for (uint64_t i = 0; i < sizeof(word) / sizeof(word[0]); i++)
        word[i] = hash_bytes(key, bytes_of(&i, sizeof(i)));
    return (struct flow_secret){
        .address = {word[0], word[1]}, .end = word[2] >> 2, .last = {word[3], word[4]}};
}

/* A secret that everybody knows: a key spreads the same way on every machine and run. */
static const struct flow_secret open_secret = {
    .address = {0xbf58476d1ce4e5b9, 0x94d049bb133111eb},
    .end = 0x1e3779b97f4a7c15,
    .last = {0xd6e8feb86659fd93, 0xa0761d6478bd642f},
};

uint32_t flow_spread_ends(const struct ends *ends)
{
    return (uint32_t)flow_secret_hash(&open_secret, ends);
}

uint32_t flow_spread(const struct flow_key *key)
{
    const struct ends ends = flow_key_ends(key);

    return flow_spread_ends(&ends);
}

uint32_t flow_spread_syn(const uint64_t end[2])
{
    return (uint32_t)flow_secret_syn(&open_secret, end);
}

uint32_t flow_spread_ipv4(uint64_t addresses, uint32_t ports)
{
    const uint32_t both = be32toh(ports);
    uint32_t address[2];

    memcpy(address, &addresses, sizeof(address));
    const uint64_t end[2] = {flow_secret_end_ipv4(ends_ipv4(address[0]), both >> 16),
                             flow_secret_end_ipv4(ends_ipv4(address[1]), both & UINT16_MAX)};
    return flow_spread_syn(end);
}

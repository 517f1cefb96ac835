/* SPDX-License-Identifier: MIT */
/* key.c - of which flow is a packet? */
#include "flow/flow.h"

/* Who sends is as good as random: no branch depends on it. */
unsigned flow_key_of(const struct packet *p, struct flow_key *out)
{
    uint64_t src = addr_half(&p->src.addr, 0), dst = addr_half(&p->dst.addr, 0);

    if (src == dst) {
        src = addr_half(&p->src.addr, 8);
        dst = addr_half(&p->dst.addr, 8);
    }
    const unsigned side = (src > dst) | ((src == dst) & (p->src.port > p->dst.port));
    out->addr[side] = p->src.addr;
    out->addr[1 - side] = p->dst.addr;
    out->port[side] = p->src.port;
    out->port[1 - side] = p->dst.port;
    out->transport = p->transport;
    return side;
}

#define IPV4_AT 12 /* in an address */

/* Of IPv4 addresses only the four bytes that differ: less to hash for every packet. */
uint32_t flow_key_tag(const struct flow_key *key, const struct hash_key *secret)
{
    static const uint8_t mapped[IPV4_AT] = {[10] = 0xff, [11] = 0xff}; /* RFC 4291 s2.5.5.2 */
    struct {
        uint8_t addr[2][4];
        uint16_t port[2];
        uint32_t transport;
    } short_key = {.transport = key->transport};

    if (memcmp(key->addr[0].byte, mapped, IPV4_AT) != 0 ||
        memcmp(key->addr[1].byte, mapped, IPV4_AT) != 0)
        return (uint32_t)hash_bytes(secret, bytes_of(key, sizeof(*key)));
    for (unsigned side = 0; side < 2; side++) {
        memcpy(short_key.addr[side], key->addr[side].byte + IPV4_AT, 4);
        short_key.port[side] = key->port[side];
    }
    return (uint32_t)hash_bytes(secret, bytes_of(&short_key, sizeof(short_key)));
}

/* The words are summed with odd factors, which do not wait for each other; then the sum is mixed
 * (the finalizer of MurmurHash3). */
uint32_t flow_spread(const struct flow_key *key)
{
    const uint64_t ports =
        (uint64_t)key->transport << 32 | (uint32_t)key->port[0] << 16 | key->port[1];
    uint64_t sum = ports * 0x9e3779b97f4a7c15U;

    sum += addr_half(&key->addr[0], 0) * 0xbf58476d1ce4e5b9U;
    sum += addr_half(&key->addr[0], 8) * 0x94d049bb133111ebU;
    sum += addr_half(&key->addr[1], 0) * 0xd6e8feb86659fd93U;
    sum += addr_half(&key->addr[1], 8) * 0xa0761d6478bd642fU;
    sum ^= sum >> 33;
    sum *= 0xff51afd7ed558ccdU;
    sum ^= sum >> 33;
    sum *= 0xc4ceb9fe1a85ec53U;
    return (uint32_t)(sum >> 32);
}

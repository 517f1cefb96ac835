/* SPDX-License-Identifier: MIT */
/* key.h - of which flow is a packet? */
#ifndef FLOW_KEY_H
#define FLOW_KEY_H

#include "base/load.h"
#include "model/bare_syn.h"
#include "model/ends.h"
#include "model/packet.h"

/* Both directions give the same key: the lower (address, port) is side 0. No padding: it is hashed
 * as it lies. */
struct flow_key {
    struct addr addr[2];
    uint16_t port[2];
    uint32_t transport;
};
#define FLOW_KEY_WORDS 5U
_Static_assert(sizeof(struct flow_key) == FLOW_KEY_WORDS * sizeof(uint64_t), "no padding");

/* As it lies: the addresses, two words each, then the rest. */
static inline uint64_t flow_key_word(const struct flow_key *key, unsigned which)
{
    return load_u64((const uint8_t *)key + which * sizeof(uint64_t));
}

/* The last word of the key with these ports. */
static inline uint64_t flow_key_ports(uint64_t port_0, uint64_t port_1, uint64_t transport)
{
#if __BYTE_ORDER == __LITTLE_ENDIAN
    return port_0 | port_1 << 16 | transport << 32;
#else
    return port_0 << 48 | port_1 << 32 | transport;
#endif
}

static inline uint32_t flow_ports_turned(uint32_t ports)
{
    return ports << 16 | ports >> 16;
}

/* The same of a packet of side 0. */
static inline uint64_t flow_key_ends_ports(uint32_t ports, uint64_t transport)
{
#if __BYTE_ORDER == __LITTLE_ENDIAN
    return flow_ports_turned(ports) | transport << 32;
#else
    return (uint64_t)ports << 32 | transport;
#endif
}

static inline uint64_t flow_address_half(const struct addr *a, unsigned which)
{
    return load_u64(a->byte + which * sizeof(uint64_t));
}

/* Fills the key. Returns the side that sent the packet, which is as good as random: no branch
 * depends on it. By halves, as addresses are written, and by words, as keys are read: a load of
 * what was stored in pieces would wait until they have left for the cache. */
static inline unsigned flow_key_between(const struct endpoint *src, const struct endpoint *dst,
                                        uint8_t transport, struct flow_key *out)
{
    const uint64_t src_0 = flow_address_half(&src->addr, 0);
    const uint64_t src_1 = flow_address_half(&src->addr, 1);
    const uint64_t other_0 = src_0 ^ flow_address_half(&dst->addr, 0);
    const uint64_t other_1 = src_1 ^ flow_address_half(&dst->addr, 1);
    const uint64_t a = be64toh(other_0 != 0 ? src_0 : src_1);
    const uint64_t b = be64toh(other_0 != 0 ? src_0 ^ other_0 : src_1 ^ other_1);
    const unsigned side = (a > b) | ((a == b) & (src->port > dst->port));
    const uint64_t turn = 0 - (uint64_t)side; /* all ones: the receiver is side 0 */
    const uint64_t turn_ports = (src->port ^ dst->port) & turn;
    const uint64_t word[FLOW_KEY_WORDS] = {
        src_0 ^ (other_0 & turn), src_1 ^ (other_1 & turn), src_0 ^ (other_0 & ~turn),
        src_1 ^ (other_1 & ~turn),
        flow_key_ports(src->port ^ turn_ports, dst->port ^ turn_ports, transport)};

    memcpy(out, word, sizeof(*out));
    return side;
}

static inline unsigned flow_key_of(const struct packet *p, struct flow_key *out)
{
    return flow_key_between(&p->src, &p->dst, p->transport, out);
}

/* The key as a packet of side 0 has it. */
static inline struct ends flow_key_ends(const struct flow_key *key)
{
    return (struct ends){.src = {flow_key_word(key, 0), flow_key_word(key, 1)},
                         .dst = {flow_key_word(key, 2), flow_key_word(key, 3)},
                         .ports = (uint32_t)key->port[0] << 16 | key->port[1],
                         .transport = key->transport};
}

/* TCP over IPv4. */
static inline bool flow_key_is_plain(const struct flow_key *key)
{
    const uint64_t low[2] = {flow_key_word(key, 0), flow_key_word(key, 1)};
    const uint64_t high[2] = {flow_key_word(key, 2), flow_key_word(key, 3)};

    return key->transport == TRANSPORT_TCP && ends_is_ipv4(low) && ends_is_ipv4(high);
}

/* Flows are dealt in lanes to those who look after them: what is remembered of one lane never
 * depends on another's. The same for everybody, so no secret: who aims at one lane can only crowd
 * out what is remembered of its flows in fixed room (syn.h, ghost.h), at a part of the packets that
 * would do the same to all. The table's own hash is keyed. */
#define FLOW_LANES 64U
/* A hash of the key under which lanes, rings of SYNs and places of ghosts go together. */
uint32_t flow_spread(const struct flow_key *key);
/* The same of a packet between these ends; of TCP between those of a struct bare_syn; of TCP over
 * IPv4, by both addresses and both ports as they lie in its headers. */
uint32_t flow_spread_ends(const struct ends *ends);
uint32_t flow_spread_syn(const uint64_t end[2]);
uint32_t flow_spread_ipv4(uint64_t addresses, uint32_t ports);
static inline unsigned flow_lane(const struct flow_key *key)
{
    return flow_spread(key) % FLOW_LANES;
}
#endif

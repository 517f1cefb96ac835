/* SPDX-License-Identifier: MIT */
/* recent.h - the flows that were looked for lately: most packets are of one of them, often of the
 * last. Private to flow/.
 *
 * Of TCP over IPv4, by what lies in its headers. Where one stands is no secret: who makes many meet
 * in one place has them looked for in the table, as without this.
 */
#ifndef FLOW_RECENT_H
#define FLOW_RECENT_H

#include "flow/flow.h"

#define RECENT_BITS 12U

struct recent {
    uint64_t addresses; /* as in the packet for which it was looked for */
    uint32_t ports;
    uint32_t side;          /* that sent it */
    struct flow_node *node; /* NULL: none */
};

struct recents {
    struct recent of[1U << RECENT_BITS];
};

static inline uint64_t recent_addresses_turned(uint64_t addresses)
{
    return addresses << 32 | addresses >> 32;
}

/* The same for both directions. */
static inline unsigned recent_place(uint64_t addresses, uint32_t ports)
{
    const uint32_t golden = UINT32_C(0x9e3779b1); /* 2^32 by the golden ratio: Knuth 6.4 */
    const uint32_t both = (uint32_t)(addresses ^ addresses >> 32) ^ (uint16_t)(ports ^ ports >> 16);

    return (both * golden) >> (32 - RECENT_BITS);
}

/* Who stands there, if it is between these ends. NULL: it may be in the table all the same. Which
 * way round it is, is as good as random: no branch depends on it. */
static inline struct flow_node *recent_at(const struct recent *at, uint64_t addresses,
                                          uint32_t ports, unsigned *side)
{
    const uint64_t straight = (addresses ^ at->addresses) | (ports ^ at->ports);
    const uint64_t turned = (recent_addresses_turned(addresses) ^ at->addresses) |
                            (flow_ports_turned(ports) ^ at->ports);

    *side = at->side ^ (straight != 0);
    return (straight < turned ? straight : turned) == 0 ? at->node : NULL;
}

static inline struct flow_node *recent_find(const struct recents *r, uint64_t addresses,
                                            uint32_t ports, unsigned *side)
{
    return recent_at(&r->of[recent_place(addresses, ports)], addresses, ports, side);
}

static inline void recent_note(struct recents *r, uint64_t addresses, uint32_t ports, unsigned side,
                               struct flow_node *n)
{
    r->of[recent_place(addresses, ports)] =
        (struct recent){.addresses = addresses, .ports = ports, .side = side, .node = n};
}

/* What a packet of these ends would hold. */
static inline uint64_t recent_addresses(const struct addr *src, const struct addr *dst)
{
    const size_t four = sizeof(src->byte) - sizeof(uint32_t);
    const uint32_t both[2] = {load_u32(src->byte + four), load_u32(dst->byte + four)};
    uint64_t word;

    memcpy(&word, both, sizeof(word));
    return word;
}

static inline uint32_t recent_ports(uint16_t src, uint16_t dst)
{
    return htobe32((uint32_t)src << 16 | dst);
}

/* The flow is new, or was looked for by its key; or it is no more. */
static inline void recent_begin(struct recents *r, struct flow_node *n)
{
    const struct flow_key *key = &n->key;

    if (flow_key_is_plain(key))
        recent_note(r, recent_addresses(&key->addr[0], &key->addr[1]),
                    recent_ports(key->port[0], key->port[1]), 0, n);
}

static inline void recent_end(struct recents *r, const struct flow_node *n)
{
    const struct flow_key *key = &n->key;
    struct recent *at = &r->of[recent_place(recent_addresses(&key->addr[0], &key->addr[1]),
                                            recent_ports(key->port[0], key->port[1]))];

    if (at->node == n)
        at->node = NULL;
}

#endif

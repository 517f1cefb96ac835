/* SPDX-License-Identifier: MIT */
/* secret.h - the keyed hash of flow keys. Private to flow/. */
#ifndef FLOW_SECRET_H
#define FLOW_SECRET_H

#include "flow/flow.h"

struct flow_secret {
    uint64_t address[2], end, last[2];
};

struct flow_secret flow_secret_from(const struct hash_key *key);

/* The end of IPv4 with that second half, as it is: bare_syn_end(). */
static inline uint64_t flow_secret_end_ipv4(uint64_t second, uint32_t port)
{
    return (le64toh(second) >> 32) | (uint64_t)port << 32;
}

/* An end in 63 bits: of IPv6 a product of its halves with the secret's added, and the port in the
 * upper bits. */
static inline uint64_t flow_secret_end(const struct flow_secret *s, const uint64_t half[2],
                                       uint32_t port)
{
    if (ends_is_ipv4(half))
        return flow_secret_end_ipv4(half[1], port);
    const struct hash_product p = hash_multiply(half[0] + s->address[0], half[1] + s->address[1]);
    return (p.low ^ p.high ^ (uint64_t)port << 48) >> 1;
}

/* (x + k)(y + k), in whole: as good for both directions, so that nobody need know which end is the
 * lower one. Two other ends have another product under each k but one, as x + y and xy would have
 * to be the same (k is in 62 bits: no sum overflows). A last product makes one word of it. */
static inline uint64_t flow_secret_mix(const struct flow_secret *s, uint64_t x, uint64_t y,
                                       uint32_t transport)
{
    const struct hash_product both = hash_multiply(x + s->end, y + s->end);
    const struct hash_product last =
        hash_multiply(both.low ^ (s->last[0] + transport), both.high ^ s->last[1]);

    return last.low ^ last.high;
}

static inline uint64_t flow_secret_hash(const struct flow_secret *s, const struct ends *ends)
{
    return flow_secret_mix(s, flow_secret_end(s, ends->src, ends->ports >> 16),
                           flow_secret_end(s, ends->dst, ends->ports & UINT16_MAX),
                           ends->transport);
}

/* The same of TCP between the ends of a struct bare_syn. */
static inline uint64_t flow_secret_syn(const struct flow_secret *s, const uint64_t end[2])
{
    return flow_secret_mix(s, end[0], end[1], TRANSPORT_TCP);
}

#endif

/* SPDX-License-Identifier: MIT */
/* plain.h - what the short ways of plain frames have in common. Private to decode/. */
#ifndef DECODE_PLAIN_H
#define DECODE_PLAIN_H

#include "base/load.h"
#include "model/packet.h"

#define LINKTYPE_ETHERNET 1

/* Headers without options or extensions. */
enum plain_size { ETHERNET_SIZE = 14, IPV4_SIZE = 20, IPV6_SIZE = 40 };

/* Fields that follow each other, compared at once: first byte uppermost. */
#define PLAIN_TYPE_FIELDS  0xffffff00U /* Ethernet's type; IP's version and header length */
#define PLAIN_TYPE_IPV4    0x08004500U
#define PLAIN_NO_OPTIONS   0x45        /* version and header length of IPv4 */
#define PLAIN_WHOLE_FIELDS 0x3fff00ffU /* of IPv4: more fragments, offset; protocol */
#define PLAIN_WHOLE_TCP    ((uint32_t)TRANSPORT_TCP)

/* The bits of `kept` are as in `wanted`. */
static inline bool plain_is_like(const uint8_t *at, uint32_t kept, uint32_t wanted)
{
    return (load_u32(at) & htobe32(kept)) == htobe32(wanted);
}

/* Four bytes, to be summed without a carry being lost. */
static inline uint64_t plain_four(const uint8_t *at)
{
    return load_u32(at);
}

/* Both, of that header. */
static inline uint64_t plain_ipv6_addresses(const uint8_t *ip)
{
    uint64_t sum = 0;

    for (unsigned i = 8; i < IPV6_SIZE; i += 4)
        sum += plain_four(ip + i);
    return sum;
}

/* Where IP begins, behind a short way in: Ethernet, Linux "cooked", or nothing at all; then one
 * VLAN tag, or none. */
struct plain_start {
    struct bytes ip;
    const uint8_t *tag; /* of the VLAN (IEEE 802.1Q s9.6); NULL: there is none */
    bool ipv6;
};

#define PLAIN_VLAN_BITS 0x0fff

/* link.c. False: the way is another. */
bool plain_start_at(const struct frame *f, struct plain_start *out);

#endif

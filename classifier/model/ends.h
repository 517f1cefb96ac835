/* SPDX-License-Identifier: MIT */
/* ends.h - who sent a packet to whom, in the words of which a flow's key is made (flow/key.h). */
#ifndef MODEL_ENDS_H
#define MODEL_ENDS_H

#include <endian.h>

#include "model/endpoint.h"

struct ends {
    uint64_t src[2], dst[2]; /* addresses by halves, as struct addr has them */
    uint32_t ports;          /* src's in the upper half, host order */
    uint32_t transport;      /* enum transport */
};

/* The second half of an IPv4 address, of which the first is 0 (RFC 4291 s2.5.5.2). `four`: as it
 * lies. */
#define ENDS_IPV4_BEFORE UINT64_C(0xffff0000) /* as a little-endian number */
static inline uint64_t ends_ipv4(uint32_t four)
{
    return htole64((uint64_t)le32toh(four) << 32 | ENDS_IPV4_BEFORE);
}

static inline bool ends_is_ipv4(const uint64_t half[2])
{
    return half[0] == 0 && (uint32_t)le64toh(half[1]) == ENDS_IPV4_BEFORE;
}

#endif

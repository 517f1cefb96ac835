/* SPDX-License-Identifier: MIT */
#include "output/community_id.h"

#define VERSION   "1:"
#define IPV4_AT   12 /* in an IPv4-mapped address */
#define TUPLE_MAX 40 /* seed, two addresses, protocol, padding, two ports */

static uint8_t *put16(uint8_t *at, uint16_t value)
{
    *at++ = (uint8_t)(value >> 8);
    *at++ = (uint8_t)value;
    return at;
}

static uint8_t *put_addr(uint8_t *at, const struct addr *a)
{
    const size_t from = addr_is_ipv4(a) ? IPV4_AT : 0;
    const size_t len = sizeof(a->byte) - from;

    memcpy(at, a->byte + from, len);
    return at + len;
}

static int compare(const struct endpoint *a, const struct endpoint *b)
{
    const int by_addr = addr_compare(&a->addr, &b->addr);

    return by_addr != 0 ? by_addr : (int)a->port - (int)b->port;
}

/* SHA1(seed | low address | high address | protocol | 0 | low port | high port), big-endian. */
uint8_t *community_id(struct digest *d, const struct endpoint ends[2], uint8_t transport,
                      uint8_t *out)
{
    const bool swap = compare(&ends[0], &ends[1]) > 0;
    const struct endpoint *low = &ends[swap ? 1 : 0], *high = &ends[swap ? 0 : 1];
    uint8_t tuple[TUPLE_MAX], sum[SHA1_LEN], *at = put16(tuple, 0 /* seed */);

    at = put_addr(at, &low->addr);
    at = put_addr(at, &high->addr);
    *at++ = transport;
    *at++ = 0;
    at = put16(at, low->port);
    at = put16(at, high->port);
    digest_sha1(d, bytes_of(tuple, (size_t)(at - tuple)), sum);
    memcpy(out, VERSION, sizeof(VERSION) - 1);
    out += sizeof(VERSION) - 1;
    return out + base64_encode(bytes_of(sum, sizeof(sum)), (char *)out);
}

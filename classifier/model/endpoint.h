/* SPDX-License-Identifier: MIT */
/* endpoint.h - addresses, ports, directions: who speaks to whom. */
#ifndef MODEL_ENDPOINT_H
#define MODEL_ENDPOINT_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/bytes.h"

#define ADDR_TEXT_ROOM     46 /* the longest address, with its NUL */
#define ENDPOINT_TEXT_ROOM 56 /* [address]:port, with its NUL */

/* IPv6 in network order; IPv4 as ::ffff:a.b.c.d (RFC 4291 s2.5.5.2). */
struct addr {
    uint8_t byte[16];
};

struct endpoint {
    struct addr addr;
    uint16_t port; /* host order */
};
_Static_assert(sizeof(struct endpoint) == sizeof(struct addr) + sizeof(uint16_t),
               "no padding: it is hashed as it lies");

enum direction { TO_SERVER, TO_CLIENT };

static inline enum direction direction_other(enum direction d)
{
    return d == TO_SERVER ? TO_CLIENT : TO_SERVER;
}

struct addr addr_from_ipv4(const uint8_t four[4]);
bool addr_is_ipv4(const struct addr *a);

/* Eight bytes of an address as a number that orders as they do. */
static inline uint64_t addr_half(const struct addr *a, unsigned at)
{
    const uint8_t *b = a->byte + at;

    return (uint64_t)b[0] << 56 | (uint64_t)b[1] << 48 | (uint64_t)b[2] << 40 |
           (uint64_t)b[3] << 32 | (uint64_t)b[4] << 24 | (uint64_t)b[5] << 16 |
           (uint64_t)b[6] << 8 | b[7];
}

/* Like memcmp, but asked for every packet: without a call. */
static inline int addr_compare(const struct addr *a, const struct addr *b)
{
    uint64_t x = addr_half(a, 0), y = addr_half(b, 0);

    if (x == y) {
        x = addr_half(a, 8);
        y = addr_half(b, 8);
    }
    return x < y ? -1 : x > y;
}

/* The ends of the network: the bits behind the first `prefix` (0 to 128) are all 0, or all 1. */
struct addr addr_first(const struct addr *a, unsigned prefix);
struct addr addr_last(const struct addr *a, unsigned prefix);

/* "10.0.0.1", "2001:db8::1" (RFC 5952). Returns the length. */
size_t addr_text(const struct addr *a, char out[ADDR_TEXT_ROOM]);
/* "10.0.0.1:80", "[2001:db8::1]:80". Returns the length. */
size_t endpoint_text(const struct endpoint *e, char out[ENDPOINT_TEXT_ROOM]);
/* The inverse of addr_text; false: it is no address. */
bool addr_from_text(const char *text, struct addr *out);
/* A port in digits; false: it is none. */
bool port_from_text(struct bytes text, uint16_t *out);
/* The inverse of endpoint_text; false: it is not of that form. */
bool endpoint_from_text(const char *text, struct endpoint *out);

#endif

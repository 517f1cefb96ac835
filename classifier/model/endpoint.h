/* SPDX-License-Identifier: MIT */
/* endpoint.h - addresses, ports, directions: who speaks to whom. */
#ifndef MODEL_ENDPOINT_H
#define MODEL_ENDPOINT_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

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

enum direction { TO_SERVER, TO_CLIENT };

static inline enum direction direction_other(enum direction d)
{
    return d == TO_SERVER ? TO_CLIENT : TO_SERVER;
}

struct addr addr_from_ipv4(const uint8_t four[4]);
bool addr_is_ipv4(const struct addr *a);

static inline int addr_compare(const struct addr *a, const struct addr *b)
{
    return memcmp(a->byte, b->byte, sizeof(a->byte));
}

/* "10.0.0.1", "2001:db8::1" (RFC 5952). Returns the length. */
size_t addr_text(const struct addr *a, char out[ADDR_TEXT_ROOM]);
/* "10.0.0.1:80", "[2001:db8::1]:80". Returns the length. */
size_t endpoint_text(const struct endpoint *e, char out[ENDPOINT_TEXT_ROOM]);
/* The inverse of endpoint_text; false: it is not of that form. */
bool endpoint_from_text(const char *text, struct endpoint *out);

#endif

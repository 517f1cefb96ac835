/* SPDX-License-Identifier: MIT */
/* packet_build.h - packets made from the inside out: each call puts a header in front of what is
 * there. Checksums are computed the slow, obvious way, so that they test the fast one. */
#ifndef TESTS_UNIT_PACKET_BUILD_H
#define TESTS_UNIT_PACKET_BUILD_H

#include "decode/decode.h"
#include "test.h"

#define BUILD_ROOM 70000

struct build {
    uint8_t room[BUILD_ROOM];
    size_t len; /* at the end of room */
};

#define BUILD_FRONT(b, text) build_front((b), LITERAL(text))

static inline uint8_t *build_at(struct build *b)
{
    return b->room + BUILD_ROOM - b->len;
}

static inline struct bytes build_bytes(struct build *b)
{
    return bytes_of(build_at(b), b->len);
}

static inline void build_front(struct build *b, struct bytes header)
{
    b->len += header.len;
    memcpy(build_at(b), header.at, header.len);
}

/* Ethernet pads short frames, and captures may keep it. */
static inline void build_pad(struct build *b, size_t n)
{
    memmove(build_at(b) - n, build_at(b), b->len);
    b->len += n;
    memset(b->room + BUILD_ROOM - n, 0xee, n);
}

static inline void build_put16(uint8_t *at, size_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static inline uint32_t build_sum(uint32_t sum, struct bytes b)
{
    for (size_t i = 0; i < b.len; i++)
        sum += i % 2 == 0 ? (uint32_t)b.at[i] << 8 : b.at[i];
    while (sum > 0xffff)
        sum = (sum & 0xffff) + (sum >> 16);
    return sum;
}

/* The checksum of what is there, under a pseudo-header. */
static inline void build_checksum(struct build *b, struct bytes addresses, uint8_t protocol)
{
    uint8_t *at = build_at(b) + (protocol == TRANSPORT_TCP ? 16 : 6);

    if (protocol != TRANSPORT_TCP && protocol != TRANSPORT_UDP)
        return;
    const uint32_t pseudo = build_sum((uint32_t)(protocol + b->len), addresses);
    build_put16(at, ~build_sum(pseudo, build_bytes(b)) & 0xffff);
}

static inline void build_ethernet(struct build *b, size_t type)
{
    BUILD_FRONT(b, "\x02\0\0\0\0\1\x02\0\0\0\0\2\0\0");
    build_put16(build_at(b) + 12, type);
}

static inline void build_tag(struct build *b, size_t vlan, size_t type)
{
    uint8_t tag[4];
    build_put16(tag, vlan);
    build_put16(tag + 2, type);
    build_front(b, bytes_of(tag, sizeof(tag)));
}

/* 1234 > 80, sequence number 1, flags PSH and ACK */
static inline void build_tcp(struct build *b)
{
    BUILD_FRONT(b, "\x04\xd2\0\x50\0\0\0\1\0\0\0\2\x50\x18\x10\0\0\0\0\0");
}

static inline void build_udp(struct build *b, size_t to)
{
    BUILD_FRONT(b, "\x04\xd2\0\0\0\0\0\0");
    build_put16(build_at(b) + 2, to);
    build_put16(build_at(b) + 4, b->len);
}

/* 10.0.0.1 > 10.0.0.2. `place`: the flags and the fragment offset. */
static inline void build_ipv4_fragment(struct build *b, uint8_t protocol, size_t place)
{
    BUILD_FRONT(b, "\x45\0\0\0\0\7\0\0\x40\0\0\0\x0a\0\0\1\x0a\0\0\2");
    uint8_t *at = build_at(b);
    build_put16(at + 2, b->len);
    build_put16(at + 6, place);
    at[9] = protocol;
    build_put16(at + 10, ~build_sum(0, bytes_of(at, 20)) & 0xffff);
}

static inline void build_ipv4(struct build *b, uint8_t protocol)
{
    build_checksum(b, LITERAL("\x0a\0\0\1\x0a\0\0\2"), protocol);
    build_ipv4_fragment(b, protocol, 0);
}

#define BUILD_IPV6_ADDRESSES                                                                       \
    "\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\2"

/* An IPv6 header whose next header is `next`. */
static inline void build_ipv6_header(struct build *b, uint8_t next)
{
    const size_t len = b->len;

    BUILD_FRONT(b, BUILD_IPV6_ADDRESSES);
    BUILD_FRONT(b, "\x60\0\0\0\0\0\0\x33");
    build_put16(build_at(b) + 4, len);
    build_at(b)[6] = next;
}

/* 2001:db8::1 > 2001:db8::2 */
static inline void build_ipv6(struct build *b, uint8_t protocol)
{
    build_checksum(b, LITERAL(BUILD_IPV6_ADDRESSES), protocol);
    build_ipv6_header(b, protocol);
}

/* "hello" over TCP over IPv4 */
static inline void build_hello(struct build *b)
{
    b->len = 0;
    BUILD_FRONT(b, "hello");
    build_tcp(b);
    build_ipv4(b, TRANSPORT_TCP);
}

#endif

/* SPDX-License-Identifier: MIT */
/* fragment_build.h - a datagram, and any part of it as a fragment. */
#ifndef TESTS_UNIT_FRAGMENT_BUILD_H
#define TESTS_UNIT_FRAGMENT_BUILD_H

#include "decode_scene.h"

#define MORE 0x2000 /* IPv4's flag, beside the offset in units of 8 */

struct cutter {
    struct build b;      /* the latest fragment, as a raw IP packet */
    uint8_t whole[4000]; /* what is cut: a TCP segment, or a packet in a tunnel */
    size_t len;
    uint16_t id;
};

#define CUT_TEXT   "GET /chat HTTP/1.1\r\nUpgrade: websocket\r\nHost: x\r\n"
#define CUT_WANT   "tcp 10.0.0.1:1234 > 10.0.0.2:80 49/49 " CUT_TEXT " good"
#define CUT_WANT_6 "tcp [2001:db8::1]:1234 > [2001:db8::2]:80 49/49 " CUT_TEXT " good"
#define CUT_LEN    69 /* with TCP's header */

static inline void cut_keep(struct cutter *c)
{
    c->len = c->b.len;
    memcpy(c->whole, build_at(&c->b), c->len);
}

/* What is to be cut: a request over TCP. */
static inline void cut_segment(struct cutter *c, bool ipv6)
{
    c->b.len = 0;
    BUILD_FRONT(&c->b, CUT_TEXT);
    build_tcp(&c->b);
    if (ipv6)
        build_checksum(&c->b, LITERAL(BUILD_IPV6_ADDRESSES), TRANSPORT_TCP);
    else
        build_checksum(&c->b, LITERAL("\x0a\0\0\1\x0a\0\0\2"), TRANSPORT_TCP);
    cut_keep(c);
    c->id = 7;
}

/* A field of the IPv4 header was changed. */
static inline void cut_sum(struct cutter *c)
{
    uint8_t *at = build_at(&c->b);

    build_put16(at + 10, 0);
    build_put16(at + 10, ~build_sum(0, bytes_of(at, 20)) & 0xffff);
}

static inline void cut_ipv4(struct cutter *c, uint8_t protocol, size_t from, size_t len)
{
    c->b.len = 0;
    build_front(&c->b, bytes_of(c->whole + from, len));
    build_ipv4_fragment(&c->b, protocol, from / 8 | (from + len < c->len ? MORE : 0));
    build_put16(build_at(&c->b) + 4, c->id);
    cut_sum(c);
}

/* Only the fragment header and its data. */
static inline void cut_ipv6_part(struct cutter *c, uint8_t protocol, size_t from, size_t len)
{
    c->b.len = 0;
    build_front(&c->b, bytes_of(c->whole + from, len));
    BUILD_FRONT(&c->b, "\0\0\0\0\0\0\0\0");
    build_at(&c->b)[0] = protocol;
    build_put16(build_at(&c->b) + 2, from | (from + len < c->len ? 1 : 0));
    build_put16(build_at(&c->b) + 6, c->id);
}

static inline void cut(struct cutter *c, bool ipv6, uint8_t protocol, size_t from, size_t len)
{
    if (!ipv6) {
        cut_ipv4(c, protocol, from, len);
        return;
    }
    cut_ipv6_part(c, protocol, from, len);
    build_ipv6_header(&c->b, 44);
}

/* The n-th order of `count` things (Lehmer code). */
static inline void permutation(int n, size_t *order, size_t count)
{
    size_t left[8];

    for (size_t i = 0; i < count; i++)
        left[i] = i;
    for (size_t i = 0, base = count; i < count; i++, base--) {
        const size_t pick = (size_t)n % base;
        n /= (int)base;
        order[i] = left[pick];
        memmove(left + pick, left + pick + 1, (base - pick - 1) * sizeof(left[0]));
    }
}

/* Cuts, decodes, and says what came of it. */
static inline void cut_say(struct cutter *c, struct scene *s, size_t from, size_t len, char *text)
{
    cut(c, false, TRANSPORT_TCP, from, len);
    scene_say(s, build_bytes(&c->b), text);
}

static inline void cut_say_6(struct cutter *c, struct scene *s, size_t from, size_t len, char *text)
{
    cut(c, true, TRANSPORT_TCP, from, len);
    scene_say(s, build_bytes(&c->b), text);
}

#endif

/* SPDX-License-Identifier: MIT */
/* sight.h - what a glance at a frame saw (glance.h), for whoever does not have its headers at hand:
 * they lie in the cache of the core that looked.
 *
 * Value type of 40 bytes. Borrows from the frame its data, and IPv6's addresses. The urgent pointer
 * is left out: without URG it says nothing (RFC 9293 s3.1).
 */
#ifndef DECODE_SIGHT_H
#define DECODE_SIGHT_H

#include "decode/glance.h"

/* Beside enum tcp_flag's ACK and PSH. */
enum sight_flag { SIGHT_STAMPED = 1, SIGHT_TAGGED = 2, SIGHT_IPV6 = 4 };

#define SIGHT_IPV6_ADDRESSES 32U /* bytes */

struct sight {
    const uint8_t *data;
    uint64_t addresses;       /* both, as they lie; of SIGHT_IPV6 where they lie: a pointer */
    uint32_t ports;           /* as they lie */
    uint32_t seq, ack, stamp; /* stamp: SIGHT_STAMPED */
    uint16_t window, len;
    uint16_t vlan; /* SIGHT_TAGGED: its TCI */
    uint8_t ttl, flags;
};

/* Of SIGHT_IPV6: SIGHT_IPV6_ADDRESSES bytes. */
static inline const uint8_t *sight_ipv6(const struct sight *s)
{
    return (const uint8_t *)(uintptr_t)s->addresses;
}

static inline struct sight sight_of(const struct glance *g)
{
    const bool ipv4 = glance_is_ipv4(g), stamped = g->stamp != NULL, tagged = g->tag != NULL;
    const unsigned flags = glance_flags(g) | (stamped ? SIGHT_STAMPED : 0U) |
                           (tagged ? SIGHT_TAGGED : 0U) | (ipv4 ? 0U : SIGHT_IPV6);

    return (struct sight){.data = g->data.at,
                          .addresses = ipv4 ? load_u64(g->ip + GLANCE_ADDRESSES)
                                            : (uintptr_t)(g->ip + GLANCE_IPV6_ADDRESSES),
                          .ports = load_u32(g->tcp.at),
                          .seq = load_be32(g->tcp.at + GLANCE_SEQ),
                          .ack = load_be32(g->tcp.at + GLANCE_ACK),
                          .stamp = stamped ? load_be32(g->stamp) : 0,
                          .window = load_be16(g->tcp.at + GLANCE_WINDOW),
                          .len = (uint16_t)g->data.len,
                          .vlan = tagged ? load_be16(g->tag) : 0,
                          .ttl = g->ttl,
                          .flags = (uint8_t)flags};
}

/* The whole frame. */
struct seen {
    const struct sight *sight;
    uint64_t number;
    int64_t time_ns;
    uint32_t wire_len; /* frame_wire_len() */
};

struct ends sight_ends(const struct sight *s);
/* What decode_frame() says of such a frame whose checksums are right, without its ordinal. */
void seen_packet(const struct seen *seen, struct packet *out);

static inline struct bytes sight_data(const struct sight *s)
{
    return bytes_of(s->data, s->len);
}

#endif

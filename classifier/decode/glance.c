/* SPDX-License-Identifier: MIT */
#include "decode/glance.h"

#include "base/apart.h"
#include "decode/checksum.h"
#include "decode/glance_ipv4.h"
#include "decode/header.h"
#include "decode/sight.h"

#define URGENT_AT 18

static bool pass_ipv6(struct bytes in, struct glance *g)
{
    if (in.len < IPV6_SIZE || in.at[0] >> 4 != 6 || in.at[6] != TRANSPORT_TCP)
        return false;
    const size_t length = load_be16(in.at + 4);
    g->ip = in.at;
    g->ttl = in.at[7];
    g->tcp = bytes_of(in.at + IPV6_SIZE, length);
    return length <= in.len - IPV6_SIZE && length >= GLANCE_TCP_SIZE;
}

/* IPv6, a VLAN, or another link. */
APART static bool other_at(const struct frame *f, uint32_t flags, struct glance *out)
{
    struct plain_start s;

    if (!plain_start_at(f, &s) || s.ip.len < GLANCE_IPV4_SIZE)
        return false;
    out->tag = s.tag;
    if (s.ipv6)
        return pass_ipv6(s.ip, out) && glance_pass_tcp(out, flags);
    return s.ip.at[0] == PLAIN_NO_OPTIONS && glance_pass_ipv4(s.ip, flags, out);
}

static inline bool look_at(const struct frame *f, uint32_t flags, struct glance *out)
{
    struct glance other; /* so that `out` need not be in memory */

    if (glance_is_usual(f))
        return glance_usual(f, flags, out);
    if (!other_at(f, flags, &other))
        return false;
    *out = other;
    return true;
}

bool glance_at(const struct frame *f, struct glance *out)
{
    return look_at(f, GLANCE_TCP_GOES_ON, out);
}

bool glance_fin_at(const struct frame *f, struct glance *out)
{
    return look_at(f, GLANCE_TCP_ENDS, out);
}

bool glance_usual_is_right(const uint8_t *ip, size_t length)
{
    return checksum_ipv4(ip, length);
}

APART bool glance_sums_are_right(const uint8_t *ip, struct bytes tcp)
{
    const uint64_t rest = (uint64_t)htobe16((uint16_t)tcp.len) + htobe16(TRANSPORT_TCP);

    if (ip[0] >> 4 == GLANCE_VERSION_4)
        return checksum_ipv4(ip, tcp.len);
    return checksum_segment(tcp, plain_ipv6_addresses(ip) + rest);
}

struct ends sight_ends(const struct sight *s)
{
    struct ends e = {.ports = be32toh(s->ports), .transport = TRANSPORT_TCP};

    if ((s->flags & SIGHT_IPV6) != 0) {
        memcpy(e.src, sight_ipv6(s), sizeof(e.src));
        memcpy(e.dst, sight_ipv6(s) + sizeof(e.src), sizeof(e.dst));
    } else {
        uint32_t four[2];
        memcpy(four, &s->addresses, sizeof(four));
        e.src[1] = ends_ipv4(four[0]);
        e.dst[1] = ends_ipv4(four[1]);
    }
    return e;
}

static struct endpoint endpoint_of(const uint64_t half[2], uint16_t port)
{
    struct endpoint e = {.port = port};

    memcpy(e.addr.byte, half, sizeof(e.addr.byte));
    return e;
}

void seen_packet(const struct seen *seen, struct packet *out)
{
    const struct sight *s = seen->sight;
    const struct ends ends = sight_ends(s);

    *out = (struct packet){.number = seen->number,
                           .time_ns = seen->time_ns,
                           .src = endpoint_of(ends.src, (uint16_t)(ends.ports >> 16)),
                           .dst = endpoint_of(ends.dst, (uint16_t)ends.ports),
                           .wire_len = seen->wire_len,
                           .payload = s->len > 0 ? sight_data(s) : bytes_of(NULL, 0),
                           .payload_len = s->len,
                           .transport = TRANSPORT_TCP,
                           .flags = s->flags & (TCP_ACK | TCP_PSH),
                           .ttl = s->ttl,
                           .checksum = CHECKSUM_GOOD,
                           .seq = s->seq,
                           .ack = s->ack,
                           .window = s->window,
                           .timestamp = s->stamp,
                           .has_timestamp = (s->flags & SIGHT_STAMPED) != 0};
    if ((s->flags & SIGHT_TAGGED) != 0) {
        out->vlan_count = 1;
        out->vlan[0] = s->vlan & PLAIN_VLAN_BITS;
    }
}

void glance_packet(const struct glance *g, const struct frame *f, struct packet *out)
{
    const struct sight s = sight_of(g);
    const struct seen seen = {
        .sight = &s, .number = f->number, .time_ns = f->time_ns, .wire_len = frame_wire_len(f)};

    seen_packet(&seen, out);
    out->urgent = load_be16(g->tcp.at + URGENT_AT);
}

bool glance_is_offloaded(const struct glance *g, const struct frame *f)
{
    const size_t size = (size_t)(g->tcp.at - g->ip);
    struct packet p;

    if (glance_is_ipv4(g) && checksum_sum(bytes_of(g->ip, size)) != 0xffff)
        return false;
    glance_packet(g, f, &p);
    return transport_checksum(&p, g->tcp, size + g->tcp.len) == CHECKSUM_OFFLOADED;
}

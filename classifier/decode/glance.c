/* SPDX-License-Identifier: MIT */
#include "decode/glance.h"

#include "base/apart.h"
#include "decode/checksum.h"
#include "decode/header.h"
#include "decode/plain.h"

enum tcp_size { TCP_SIZE = 20 };

/* As plain_is_like() compares them. */
#define TCP_FIELDS   0xf0370000U /* header length; all flags but PSH and RFC 3168's */
#define TCP_PLAIN    0x50100000U
#define TCP_STAMPED  0x80100000U
#define STAMP_FIELDS 0xffffffffU
#define STAMP_HEAD   0x0101080aU /* two NOPs, kind and length of option 8 */
#define STAMPED_SIZE 32          /* bytes of TCP's header with that option */
#define STAMP_AT     24
#define LENGTH_AT    12
#define URGENT_AT    18

/* Ethernet's type, the byte of IPv4's version and length, and what a segment takes at least. */
#define TYPE_AT     12
#define ENDS_AT     (ETHERNET_SIZE + GLANCE_ADDRESSES)
#define FRAME_LEAST (ETHERNET_SIZE + IPV4_SIZE + TCP_SIZE)

/* No fragment, TCP. */
static bool pass_ipv4(struct bytes in, struct glance *g)
{
    const size_t total = load_be16(in.at + 2);

    g->ttl = in.at[8];
    g->tcp = bytes_of(in.at + IPV4_SIZE, total - IPV4_SIZE);
    return plain_is_like(in.at + 6, PLAIN_WHOLE_FIELDS, PLAIN_WHOLE_TCP) && total <= in.len &&
           total >= IPV4_SIZE + TCP_SIZE;
}

static bool pass_ipv6(struct bytes in, struct glance *g)
{
    if (in.len < IPV6_SIZE || in.at[0] >> 4 != 6 || in.at[6] != TRANSPORT_TCP)
        return false;
    const size_t length = load_be16(in.at + 4);
    g->ttl = in.at[7];
    g->tcp = bytes_of(in.at + IPV6_SIZE, length);
    return length <= in.len - IPV6_SIZE && length >= TCP_SIZE;
}

/* Timestamps, and nothing else. */
static bool pass_stamp(struct glance *g)
{
    const uint8_t *at = g->tcp.at;

    g->stamp = at + STAMP_AT;
    g->data = bytes_of(at + STAMPED_SIZE, g->tcp.len - STAMPED_SIZE);
    return plain_is_like(at + LENGTH_AT, TCP_FIELDS, TCP_STAMPED) && g->tcp.len >= STAMPED_SIZE &&
           plain_is_like(at + TCP_SIZE, STAMP_FIELDS, STAMP_HEAD);
}

static bool pass_tcp(struct glance *g)
{
    if (!plain_is_like(g->tcp.at + LENGTH_AT, TCP_FIELDS, TCP_PLAIN))
        return pass_stamp(g);
    g->stamp = NULL;
    g->data = bytes_of(g->tcp.at + TCP_SIZE, g->tcp.len - TCP_SIZE);
    return true;
}

static bool is_ethernet_ipv4(const struct frame *f)
{
    return f->linktype == LINKTYPE_ETHERNET &&
           f->data.len >= ETHERNET_SIZE + IPV4_SIZE + TCP_SIZE &&
           plain_is_like(f->data.at + ETHERNET_SIZE - 2, PLAIN_TYPE_FIELDS, PLAIN_TYPE_IPV4);
}

/* IPv6, a VLAN, or another link. */
APART static bool other_at(const struct frame *f, struct glance *out)
{
    struct plain_start s;

    if (!plain_start_at(f, &s) || s.ip.len < IPV4_SIZE + TCP_SIZE)
        return false;
    out->ip = s.ip.at;
    out->tag = s.tag;
    if (s.ipv6)
        return pass_ipv6(s.ip, out) && pass_tcp(out);
    return s.ip.at[0] == PLAIN_NO_OPTIONS && pass_ipv4(s.ip, out) && pass_tcp(out);
}

bool glance_at(const struct frame *f, struct glance *out)
{
    struct glance other; /* so that `out` need not be in memory */

    if (is_ethernet_ipv4(f)) {
        out->ip = f->data.at + ETHERNET_SIZE;
        out->tag = NULL;
        return pass_ipv4(bytes_of(out->ip, f->data.len - ETHERNET_SIZE), out) && pass_tcp(out);
    }
    if (!other_at(f, &other))
        return false;
    *out = other;
    return true;
}

/* Those of IPv4 are followed by the ports; the sum of its header is that of what it begins with,
 * and of these. */
static uint64_t ipv4_addresses(const uint8_t *ip)
{
    return plain_four(ip + GLANCE_ADDRESSES) + plain_four(ip + GLANCE_ADDRESSES + 4);
}

APART bool glance_sums_are_right(const uint8_t *ip, struct bytes tcp)
{
    const uint64_t rest = (uint64_t)htobe16((uint16_t)tcp.len) + htobe16(TRANSPORT_TCP);

    if (ip[0] >> 4 != GLANCE_VERSION_4)
        return checksum_segment(tcp, plain_ipv6_addresses(ip) + rest);
    const uint64_t addresses = ipv4_addresses(ip);
    const uint64_t first = plain_four(ip) + plain_four(ip + 4) + plain_four(ip + 8);
    return checksum_is_right(first + addresses) && checksum_segment(tcp, addresses + rest);
}

struct ends glance_ends(const struct glance *g)
{
    struct ends e;

    e.ports = load_be32(g->tcp.at);
    e.transport = TRANSPORT_TCP;
    if (!glance_is_ipv4(g)) {
        memcpy(e.src, g->ip + 8, sizeof(e.src));
        memcpy(e.dst, g->ip + 24, sizeof(e.dst));
        return e;
    }
    e.src[0] = e.dst[0] = 0;
    e.src[1] = ends_ipv4(load_u32(g->ip + GLANCE_ADDRESSES));
    e.dst[1] = ends_ipv4(load_u32(g->ip + GLANCE_ADDRESSES + 4));
    return e;
}

static struct endpoint endpoint_of(const uint64_t half[2], uint16_t port)
{
    struct endpoint e = {.port = port};

    memcpy(e.addr.byte, half, sizeof(e.addr.byte));
    return e;
}

void glance_packet(const struct glance *g, const struct frame *f, struct packet *out)
{
    const uint8_t *tcp = g->tcp.at;
    const struct ends ends = glance_ends(g);

    *out = (struct packet){.number = f->number,
                           .time_ns = f->time_ns,
                           .src = endpoint_of(ends.src, (uint16_t)(ends.ports >> 16)),
                           .dst = endpoint_of(ends.dst, (uint16_t)ends.ports),
                           .wire_len = frame_wire_len(f),
                           .payload = g->data.len > 0 ? g->data : bytes_of(NULL, 0),
                           .payload_len = (uint32_t)g->data.len,
                           .transport = TRANSPORT_TCP,
                           .flags = glance_flags(g),
                           .ttl = g->ttl,
                           .checksum = CHECKSUM_GOOD,
                           .seq = load_be32(tcp + GLANCE_SEQ),
                           .ack = load_be32(tcp + GLANCE_ACK),
                           .window = load_be16(tcp + GLANCE_WINDOW),
                           .urgent = load_be16(tcp + URGENT_AT),
                           .timestamp = g->stamp != NULL ? load_be32(g->stamp) : 0,
                           .has_timestamp = g->stamp != NULL};
    if (g->tag != NULL) {
        out->vlan_count = 1;
        out->vlan[0] = load_be16(g->tag) & PLAIN_VLAN_BITS;
    }
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

const uint8_t *glance_guess_ends(const struct frame *f)
{
    const uint8_t *at = f->data.at;

    return f->data.len >= FRAME_LEAST &&
                   plain_is_like(at + TYPE_AT, PLAIN_TYPE_FIELDS, PLAIN_TYPE_IPV4)
               ? at + ENDS_AT
               : NULL;
}

/* SPDX-License-Identifier: MIT */
#include "decode/glance.h"

#include "base/apart.h"
#include "decode/checksum.h"
#include "decode/header.h"
#include "decode/plain.h"
#include "decode/sight.h"

enum tcp_size { TCP_SIZE = 20 };

/* As plain_is_like() compares them. */
#define TCP_FIELDS   0xf0370000U /* header length; all flags but PSH and RFC 3168's */
#define TCP_PLAIN    0x50000000U
#define TCP_STAMPED  0x80000000U
#define TCP_GOES_ON  0x00100000U /* ACK */
#define TCP_ENDS     0x00110000U /* and FIN */
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
static inline bool pass_ipv4(struct bytes in, struct glance *g)
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
static inline bool pass_stamp(struct glance *g, uint32_t flags)
{
    const uint8_t *at = g->tcp.at;

    g->stamp = at + STAMP_AT;
    g->data = bytes_of(at + STAMPED_SIZE, g->tcp.len - STAMPED_SIZE);
    return plain_is_like(at + LENGTH_AT, TCP_FIELDS, TCP_STAMPED | flags) &&
           g->tcp.len >= STAMPED_SIZE && plain_is_like(at + TCP_SIZE, STAMP_FIELDS, STAMP_HEAD);
}

static inline bool pass_tcp(struct glance *g, uint32_t flags)
{
    if (!plain_is_like(g->tcp.at + LENGTH_AT, TCP_FIELDS, TCP_PLAIN | flags))
        return pass_stamp(g, flags);
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
APART static bool other_at(const struct frame *f, uint32_t flags, struct glance *out)
{
    struct plain_start s;

    if (!plain_start_at(f, &s) || s.ip.len < IPV4_SIZE + TCP_SIZE)
        return false;
    out->ip = s.ip.at;
    out->tag = s.tag;
    if (s.ipv6)
        return pass_ipv6(s.ip, out) && pass_tcp(out, flags);
    return s.ip.at[0] == PLAIN_NO_OPTIONS && pass_ipv4(s.ip, out) && pass_tcp(out, flags);
}

static inline bool look_at(const struct frame *f, uint32_t flags, struct glance *out)
{
    struct glance other; /* so that `out` need not be in memory */

    if (is_ethernet_ipv4(f)) {
        out->ip = f->data.at + ETHERNET_SIZE;
        out->tag = NULL;
        return pass_ipv4(bytes_of(out->ip, f->data.len - ETHERNET_SIZE), out) &&
               pass_tcp(out, flags);
    }
    if (!other_at(f, flags, &other))
        return false;
    *out = other;
    return true;
}

bool glance_at(const struct frame *f, struct glance *out)
{
    return look_at(f, TCP_GOES_ON, out);
}

bool glance_fin_at(const struct frame *f, struct glance *out)
{
    return look_at(f, TCP_ENDS, out);
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

const uint8_t *glance_guess_ends(const struct frame *f)
{
    const uint8_t *at = f->data.at;

    return f->data.len >= FRAME_LEAST &&
                   plain_is_like(at + TYPE_AT, PLAIN_TYPE_FIELDS, PLAIN_TYPE_IPV4)
               ? at + ENDS_AT
               : NULL;
}

/* SPDX-License-Identifier: MIT */
#include "decode/glance.h"

#include "base/apart.h"
#include "decode/checksum.h"
#include "decode/header.h"

#define LINKTYPE_ETHERNET 1

enum header_size { ETHERNET_SIZE = 14, IPV4_SIZE = 20, IPV6_SIZE = 40, TCP_SIZE = 20 };

/* Fields that follow each other, as is_like() compares them. */
#define IPV4_FIELDS  0xffffff00U /* Ethernet's type; version and header length */
#define IPV4_PLAIN   0x08004500U
#define IPV6_FIELDS  0xfffff000U /* Ethernet's type; version */
#define IPV6_PLAIN   0x86dd6000U
#define WHOLE_FIELDS 0x3fff00ffU /* of IPv4: more fragments, offset; protocol */
#define WHOLE_TCP    0x00000006U
#define TCP_FIELDS   0xf0370000U /* header length; all flags but PSH and RFC 3168's */
#define TCP_PLAIN    0x50100000U
#define TCP_STAMPED  0x80100000U
#define STAMP_FIELDS 0xffffffffU
#define STAMP_HEAD   0x0101080aU /* two NOPs, kind and length of option 8 */
#define STAMPED_SIZE 32          /* bytes of TCP's header with that option */
#define STAMP_AT     24
#define LENGTH_AT    12
#define URGENT_AT    18

static uint32_t four(const uint8_t *at)
{
    uint32_t field;

    memcpy(&field, at, sizeof(field));
    return field;
}

/* Several fields in one comparison: the bits of `kept` are as in `wanted`, first byte uppermost. */
static bool is_like(const uint8_t *at, uint32_t kept, uint32_t wanted)
{
    return (four(at) & htobe32(kept)) == htobe32(wanted);
}

/* No fragment, TCP. */
static bool pass_ipv4(struct bytes in, struct glance *g)
{
    const size_t total = glance_be16(in.at + 2);

    g->ttl = in.at[8];
    g->tcp = bytes_of(in.at + IPV4_SIZE, total - IPV4_SIZE);
    return is_like(in.at + 6, WHOLE_FIELDS, WHOLE_TCP) && total <= in.len &&
           total >= IPV4_SIZE + TCP_SIZE;
}

static bool pass_ipv6(struct bytes in, struct glance *g)
{
    if (in.len < IPV6_SIZE || !is_like(in.at - 2, IPV6_FIELDS, IPV6_PLAIN) ||
        in.at[6] != TRANSPORT_TCP)
        return false;
    const size_t length = glance_be16(in.at + 4);
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
    return is_like(at + LENGTH_AT, TCP_FIELDS, TCP_STAMPED) && g->tcp.len >= STAMPED_SIZE &&
           is_like(at + TCP_SIZE, STAMP_FIELDS, STAMP_HEAD);
}

bool glance_at(const struct frame *f, struct glance *out)
{
    const struct bytes in = bytes_of(f->data.at + ETHERNET_SIZE, f->data.len - ETHERNET_SIZE);

    if (f->linktype != LINKTYPE_ETHERNET || f->data.len < ETHERNET_SIZE + IPV4_SIZE + TCP_SIZE)
        return false;
    out->ip = in.at;
    if (is_like(in.at - 2, IPV4_FIELDS, IPV4_PLAIN) ? !pass_ipv4(in, out) : !pass_ipv6(in, out))
        return false;
    if (!is_like(out->tcp.at + LENGTH_AT, TCP_FIELDS, TCP_PLAIN))
        return pass_stamp(out);
    out->stamp = NULL;
    out->data = bytes_of(out->tcp.at + TCP_SIZE, out->tcp.len - TCP_SIZE);
    return true;
}

/* Those of IPv4 are followed by the ports; the sum of its header is that of what it begins with,
 * and of these. */
static uint64_t ipv4_addresses(const uint8_t *ip)
{
    return (uint64_t)four(ip + GLANCE_ADDRESSES) + four(ip + GLANCE_ADDRESSES + 4);
}

static uint64_t ipv6_addresses(const uint8_t *ip)
{
    uint64_t sum = checksum_word(ip + 8);

    for (unsigned i = 2; i < 5; i++)
        sum = checksum_plus(sum, checksum_word(ip + i * CHECKSUM_WORD));
    return sum;
}

APART bool glance_sums_are_right(const uint8_t *ip, struct bytes tcp)
{
    const uint64_t rest = (uint64_t)htobe16((uint16_t)tcp.len) + htobe16(TRANSPORT_TCP);
    uint64_t sum = checksum_wide(tcp);

    if (ip[0] >> 4 != GLANCE_VERSION_4)
        return checksum_is_right(checksum_plus(sum, checksum_plus(ipv6_addresses(ip), rest)));
    const uint64_t addresses = ipv4_addresses(ip);
    const uint64_t first = (uint64_t)four(ip) + four(ip + 4) + four(ip + 8);
    return checksum_is_right(first + addresses) &&
           checksum_is_right(checksum_plus(sum, addresses + rest));
}

struct ends glance_ends(const struct glance *g)
{
    struct ends e;

    e.ports = glance_be32(g->tcp.at);
    e.transport = TRANSPORT_TCP;
    if (!glance_is_ipv4(g)) {
        memcpy(e.src, g->ip + 8, sizeof(e.src));
        memcpy(e.dst, g->ip + 24, sizeof(e.dst));
        return e;
    }
    e.src[0] = e.dst[0] = 0;
    e.src[1] = ends_ipv4(four(g->ip + GLANCE_ADDRESSES));
    e.dst[1] = ends_ipv4(four(g->ip + GLANCE_ADDRESSES + 4));
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
                           .wire_len = glance_wire_len(f),
                           .payload = g->data.len > 0 ? g->data : bytes_of(NULL, 0),
                           .payload_len = (uint32_t)g->data.len,
                           .transport = TRANSPORT_TCP,
                           .flags = glance_flags(g),
                           .ttl = g->ttl,
                           .checksum = CHECKSUM_GOOD,
                           .seq = glance_be32(tcp + GLANCE_SEQ),
                           .ack = glance_be32(tcp + GLANCE_ACK),
                           .window = glance_be16(tcp + GLANCE_WINDOW),
                           .urgent = glance_be16(tcp + URGENT_AT),
                           .timestamp = g->stamp != NULL ? glance_be32(g->stamp) : 0,
                           .has_timestamp = g->stamp != NULL};
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

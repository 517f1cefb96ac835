/* SPDX-License-Identifier: MIT */
/* ip.c - IPv4 (RFC 791), IPv6 and its extension headers (RFC 8200), fragments of both. */
#include "decode/checksum.h"
#include "decode/walk.h"

/* https://www.iana.org/assignments/protocol-numbers */
enum protocol {
    PROTOCOL_HOP_BY_HOP = 0,
    PROTOCOL_IPV4 = 4,
    PROTOCOL_TCP = 6,
    PROTOCOL_UDP = 17,
    PROTOCOL_IPV6 = 41,
    PROTOCOL_ROUTING = 43,
    PROTOCOL_FRAGMENT = 44,
    PROTOCOL_GRE = 47,
    PROTOCOL_AUTHENTICATION = 51,
    PROTOCOL_DESTINATION = 60,
    PROTOCOL_MOBILITY = 135,
    PROTOCOL_MPLS = 137, /* RFC 4023 */
    PROTOCOL_HIP = 139,
    PROTOCOL_SHIM6 = 140
};

enum ip_size {
    IPV4_SIZE = 20,
    IPV6_SIZE = 40,
    EXTENSION_UNIT = 8,
    AUTHENTICATION_UNIT = 4,
    FRAGMENT_SIZE = 8,
    FRAGMENT_UNIT = 8
};

#define IPV4_MORE_BIT    0x2000
#define IPV4_OFFSET_BITS 0x1fff /* in units of 8 bytes */
#define IPV6_MORE_BIT    0x0001
#define IPV6_OFFSET_BITS 0xfff8 /* in bytes */
#define TCP_LEAST        20     /* bytes of a TCP header */
#define UDP_LEAST        8
#define SMALL_IPV4       61 /* bytes of a packet */
#define SMALL_IPV6       128

static enum header extension_of(uint8_t protocol)
{
    switch (protocol) {
    case PROTOCOL_FRAGMENT: return HEADER_FRAGMENT;
    case PROTOCOL_HOP_BY_HOP:
    case PROTOCOL_ROUTING:
    case PROTOCOL_DESTINATION:
    case PROTOCOL_MOBILITY:
    case PROTOCOL_HIP:
    case PROTOCOL_SHIM6: return HEADER_EXTENSION;
    default: return HEADER_OTHER;
    }
}

/* What an IP protocol number announces. */
static enum header follow(struct walk *w, uint8_t protocol)
{
    w->protocol = protocol;
    switch (protocol) {
    case PROTOCOL_TCP: return HEADER_TCP;
    case PROTOCOL_UDP: return HEADER_UDP;
    case PROTOCOL_IPV4: return walk_into(w, HEADER_IPV4);
    case PROTOCOL_IPV6: return walk_into(w, HEADER_IPV6);
    case PROTOCOL_GRE: return walk_into(w, HEADER_GRE);
    case PROTOCOL_MPLS: return walk_into(w, HEADER_MPLS);
    case PROTOCOL_AUTHENTICATION: return HEADER_EXTENSION;
    default: return w->ipv6 ? extension_of(protocol) : HEADER_OTHER;
    }
}

static struct fragment_key key_of(const struct walk *w, uint32_t id, uint8_t protocol)
{
    const struct packet *out = w->out;
    struct fragment_key key = {.src = out->src.addr,
                               .dst = out->dst.addr,
                               .id = id,
                               .tunnel = w->tunnel,
                               .protocol = protocol,
                               .vlan_count = out->vlan_count,
                               .ipv6 = w->ipv6};

    memcpy(key.vlan, out->vlan, sizeof(key.vlan));
    return key;
}

static bool is_extension(uint8_t protocol)
{
    return protocol == PROTOCOL_AUTHENTICATION || extension_of(protocol) == HEADER_EXTENSION;
}

/* All but the fragment header begin alike: next header, length (RFC 8200 s4, RFC 4302 s2.2). */
static size_t extension_size(uint8_t protocol, const uint8_t *at)
{
    return protocol == PROTOCOL_AUTHENTICATION ? (size_t)(at[1] + 2) * AUTHENTICATION_UNIT
                                               : (size_t)(at[1] + 1) * EXTENSION_UNIT;
}

/* RFC 7112 s5: the headers, up to that of the transport, are all in the first fragment. */
static bool has_all_headers(uint8_t protocol, struct bytes data)
{
    while (is_extension(protocol)) {
        if (data.len < EXTENSION_UNIT || extension_size(protocol, data.at) > data.len)
            return false;
        const size_t size = extension_size(protocol, data.at);
        protocol = data.at[0];
        data = bytes_after(data, size);
    }
    return data.len >= (protocol == PROTOCOL_TCP   ? TCP_LEAST
                        : protocol == PROTOCOL_UDP ? UDP_LEAST
                                                   : 0);
}

/* Cut inside the headers by which packets are filtered: RFC 3128 s2.1 (the first fragment, or one
 * that would overwrite the flags), RFC 7112. */
static bool is_tiny(const struct fragment *f)
{
    if (f->offset == 0)
        return !has_all_headers(f->protocol, f->data);
    return f->protocol == PROTOCOL_TCP && f->offset < TCP_LEAST;
}

/* Every network takes packets of 68 bytes (RFC 791 s3.2), 1280 over IPv6 (RFC 8200 s5), and units
 * of 8 fill them: no router and no host cuts off so little. */
static bool is_small(const struct walk *w, const struct fragment *f)
{
    return f->offset == 0 && f->more && w->ip_len < (w->ipv6 ? SMALL_IPV6 : SMALL_IPV4);
}

/* Keeps a fragment; the last one that was missing gives the whole datagram back. */
static enum header keep(struct walk *w, struct fragment *f)
{
    struct fragment_whole whole;

    if (w->ip_checksum_bad) /* its receiver drops it */
        return HEADER_BAD;
    if (w->left.len < w->wire) /* its end was not captured: nothing can be put together */
        return walk_bad(w, DECODE_TRUNCATED);
    f->data = w->left;
    f->time_ns = w->frame->time_ns;
    f->wire_len = w->out->wire_len;
    f->ttl = w->out->ttl;
    f->address_moved = w->address_moved;
    if (is_small(w, f))
        w->what = DECODE_FRAGMENT_SMALL;
    if (is_tiny(f))
        w->what = DECODE_FRAGMENT_TINY;
    switch (defrag_add(w->defrag, f, &whole, &w->what)) {
    case DEFRAG_WAITS: return HEADER_PENDING;
    case DEFRAG_REFUSED: return HEADER_BAD;
    case DEFRAG_WHOLE: break;
    }
    w->left = whole.data;
    w->wire = whole.data.len;
    w->ip_len = 0; /* no card merged it, and none was to cut it */
    w->address_moved = whole.address_moved;
    w->out->wire_len = whole.wire_len;
    w->out->ttl = whole.ttl;
    return follow(w, whole.protocol);
}

/* An IPv4 header sum of 0 was left to the network card, as Windows does. */
static void check_header(struct walk *w, struct bytes header)
{
    w->ip_checksum_bad = checksum_sum(header) != 0xffff && load_u16(header.at + 10) != 0;
    if (w->ip_checksum_bad)
        w->what = DECODE_IP_CHECKSUM;
}

enum header ip_v4(struct walk *w)
{
    const uint8_t *at = w->left.at;

    if (w->left.len < IPV4_SIZE)
        return walk_bad(w, DECODE_TRUNCATED);
    const size_t header = (size_t)(at[0] & 0x0f) * 4;
    if (at[0] >> 4 != 4)
        return walk_bad(w, DECODE_IP_VERSION);
    if (header < IPV4_SIZE)
        return walk_bad(w, DECODE_IP_HEADER_LENGTH);
    /* 0: too long for 16 bits, the card was to cut it (segmentation offload) */
    const size_t total = load_be16(at + 2) != 0 ? load_be16(at + 2) : w->wire;
    if (total < header || total > w->wire)
        return walk_bad(w, DECODE_IP_LENGTH);
    if (header > w->left.len)
        return walk_bad(w, DECODE_TRUNCATED);
    walk_limit(w, total);
    w->stats->packets_ipv4++;
    w->ip_len = total;
    w->ipv6 = w->address_moved = false;
    check_header(w, bytes_of(at, header));
    w->out->src.addr = addr_from_ipv4(at + 12);
    w->out->dst.addr = addr_from_ipv4(at + 16);
    w->out->ttl = at[8];
    walk_past(w, header);

    const uint16_t place = load_be16(at + 6);
    if ((place & (IPV4_MORE_BIT | IPV4_OFFSET_BITS)) == 0)
        return follow(w, at[9]);
    struct fragment f = {.key = key_of(w, load_be16(at + 4), at[9]),
                         .offset = (uint32_t)(place & IPV4_OFFSET_BITS) * FRAGMENT_UNIT,
                         .more = (place & IPV4_MORE_BIT) != 0,
                         .protocol = at[9],
                         .header = (uint32_t)header};
    return keep(w, &f);
}

enum header ip_v6(struct walk *w)
{
    const uint8_t *at = w->left.at;

    if (w->left.len < IPV6_SIZE)
        return walk_bad(w, DECODE_TRUNCATED);
    if (at[0] >> 4 != 6)
        return walk_bad(w, DECODE_IP_VERSION);
    walk_past(w, IPV6_SIZE);
    /* 0: a jumbogram (RFC 2675) or segmentation offload; the frame's own length holds */
    const size_t length = load_be16(at + 4) != 0 ? load_be16(at + 4) : w->wire;
    if (length > w->wire)
        return walk_bad(w, DECODE_IP_LENGTH);
    walk_limit(w, length);
    w->stats->packets_ipv6++;
    w->ip_len = IPV6_SIZE + length;
    w->ipv6 = true;
    w->address_moved = w->ip_checksum_bad = false;
    memcpy(w->out->src.addr.byte, at + 8, sizeof(w->out->src.addr.byte));
    memcpy(w->out->dst.addr.byte, at + 24, sizeof(w->out->dst.addr.byte));
    w->out->ttl = at[7];
    return follow(w, at[6]);
}

enum header ip_extension(struct walk *w)
{
    const uint8_t *at = w->left.at;

    if (w->left.len < EXTENSION_UNIT)
        return walk_bad(w, DECODE_TRUNCATED);
    const size_t size = extension_size(w->protocol, at);
    if (size > w->left.len)
        return walk_bad(w, DECODE_TRUNCATED);
    /* RFC 8200 s8.1: the sum covers the final destination, which is in this header while segments
     * are left */
    if (w->protocol == PROTOCOL_ROUTING && at[3] > 0)
        w->address_moved = true;
    walk_past(w, size);
    return follow(w, at[0]);
}

enum header ip_fragment(struct walk *w)
{
    const uint8_t *at = w->left.at;

    if (w->left.len < FRAGMENT_SIZE)
        return walk_bad(w, DECODE_TRUNCATED);
    const uint16_t place = load_be16(at + 2);
    walk_past(w, FRAGMENT_SIZE);
    if ((place & (IPV6_OFFSET_BITS | IPV6_MORE_BIT)) == 0)
        return follow(w, at[0]); /* an atomic fragment stands alone: RFC 6946 s4 */
    struct fragment f = {.key = key_of(w, load_be32(at + 4), 0),
                         .offset = place & IPV6_OFFSET_BITS,
                         .more = (place & IPV6_MORE_BIT) != 0,
                         .protocol = at[0]};
    return keep(w, &f);
}

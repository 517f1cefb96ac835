/* SPDX-License-Identifier: MIT */
/* tunnel.c - packets inside packets: GRE (RFC 2784, 2890; PPTP's version, RFC 2637), ERSPAN (draft-
 * foschiano-erspan), VXLAN (RFC 7348), Geneve (RFC 8926). IP in IP needs no header: ip.c. */
#include "decode/walk.h"

enum tunnel_port { PORT_VXLAN = 4789, PORT_GENEVE = 6081, PORT_VXLAN_LINUX = 8472 };

enum tunnel_size {
    GRE_SIZE = 4,
    GRE_FIELD = 4, /* checksum with its pad, key, sequence, acknowledgment */
    ERSPAN2_SIZE = 8,
    ERSPAN3_SIZE = 12,
    ERSPAN3_PLATFORM_SIZE = 8,
    VXLAN_SIZE = 8,
    GENEVE_SIZE = 8,
    GENEVE_UNIT = 4,
    VNI_AT = 4 /* three bytes, then one of zeros: VXLAN and Geneve */
};

/* GRE's first two bytes */
#define GRE_CHECKSUM_BIT 0x8000
#define GRE_ROUTING_BIT  0x4000
#define GRE_KEY_BIT      0x2000
#define GRE_SEQUENCE_BIT 0x1000
#define GRE_ACK_BIT      0x0080 /* version 1 */
#define GRE_VERSION_BITS 0x0007

/* Payload types that only tunnels use; the others are ethertypes */
enum tunnel_type {
    TYPE_ERSPAN3 = 0x22eb,
    TYPE_ETHERNET = 0x6558, /* Transparent Ethernet Bridging, RFC 1701 */
    TYPE_PPP = 0x880b,
    TYPE_ERSPAN2 = 0x88be
};

#define ERSPAN3_PLATFORM_BIT 0x01
#define VXLAN_VNI_BIT        0x08
#define VXLAN_POLICY_BIT     0x80 /* draft-smith-vxlan-group-policy */
#define GENEVE_LENGTH_BITS   0x3f
#define GENEVE_VERSION_BITS  0xc0

static enum header of_type(uint16_t type)
{
    switch (type) {
    case TYPE_ETHERNET: return HEADER_ETHERNET;
    case TYPE_PPP: return HEADER_PPP;
    case TYPE_ERSPAN2: return HEADER_ERSPAN2;
    case TYPE_ERSPAN3: return HEADER_ERSPAN3;
    default: break;
    }
    const enum header next = link_of_ethertype(type);
    return next == HEADER_LLC ? HEADER_OTHER : next;
}

enum header tunnel_gre(struct walk *w)
{
    const uint8_t *at = w->left.at;

    if (w->left.len < GRE_SIZE)
        return walk_bad(w, DECODE_TRUNCATED);
    const uint16_t flags = load_be16(at);
    const uint16_t version = flags & GRE_VERSION_BITS;
    if (version > 1 || (flags & GRE_ROUTING_BIT) != 0)
        return HEADER_OTHER;
    size_t size = GRE_SIZE;
    size += (flags & GRE_CHECKSUM_BIT) != 0 ? GRE_FIELD : 0;
    const size_t key_at = size;
    size += (flags & GRE_KEY_BIT) != 0 ? GRE_FIELD : 0;
    size += (flags & GRE_SEQUENCE_BIT) != 0 ? GRE_FIELD : 0;
    size += version == 1 && (flags & GRE_ACK_BIT) != 0 ? GRE_FIELD : 0;
    if (w->left.len < size)
        return walk_bad(w, DECODE_TRUNCATED);
    /* version 1: the length and the call are in the key's place (RFC 2637 s4.1) */
    if (version == 0 && (flags & GRE_KEY_BIT) != 0)
        walk_mark(w, load_be32(at + key_at));
    w->numbered_payload = (flags & GRE_SEQUENCE_BIT) != 0;
    walk_past(w, size);
    if (w->wire == 0)
        return HEADER_OTHER; /* a keepalive, or PPTP's bare acknowledgment */
    return of_type(load_be16(at + 2));
}

/* Type I has no header of its own and no sequence number in GRE. */
enum header tunnel_erspan2(struct walk *w)
{
    if (!w->numbered_payload)
        return HEADER_ETHERNET;
    if (w->left.len < ERSPAN2_SIZE)
        return walk_bad(w, DECODE_TRUNCATED);
    walk_past(w, ERSPAN2_SIZE);
    return HEADER_ETHERNET;
}

enum header tunnel_erspan3(struct walk *w)
{
    if (w->left.len < ERSPAN3_SIZE)
        return walk_bad(w, DECODE_TRUNCATED);
    const bool platform = (w->left.at[ERSPAN3_SIZE - 1] & ERSPAN3_PLATFORM_BIT) != 0;
    const size_t size = ERSPAN3_SIZE + (platform ? ERSPAN3_PLATFORM_SIZE : 0);
    if (w->left.len < size)
        return walk_bad(w, DECODE_TRUNCATED);
    walk_past(w, size);
    return HEADER_ETHERNET;
}

/* A port alone proves nothing: the header's fixed bits must be right too. */
static bool is_vxlan(struct bytes b)
{
    if (b.len <= VXLAN_SIZE || (b.at[0] & ~VXLAN_POLICY_BIT) != VXLAN_VNI_BIT || b.at[7] != 0)
        return false;
    return (b.at[0] & VXLAN_POLICY_BIT) != 0 || (b.at[1] == 0 && b.at[2] == 0 && b.at[3] == 0);
}

static bool is_geneve(struct bytes b)
{
    if (b.len <= GENEVE_SIZE || (b.at[0] & GENEVE_VERSION_BITS) != 0 || b.at[7] != 0)
        return false;
    const enum header next = of_type(load_be16(b.at + 2));
    return next == HEADER_ETHERNET || next == HEADER_IPV4 || next == HEADER_IPV6;
}

enum header tunnel_over_udp(uint16_t port, struct bytes payload)
{
    switch (port) {
    case PORT_VXLAN:
    case PORT_VXLAN_LINUX: return is_vxlan(payload) ? HEADER_VXLAN : HEADER_FOUND;
    case PORT_GENEVE: return is_geneve(payload) ? HEADER_GENEVE : HEADER_FOUND;
    default: return HEADER_FOUND;
    }
}

enum header tunnel_vxlan(struct walk *w)
{
    walk_mark(w, load_be32(w->left.at + VNI_AT));
    walk_past(w, VXLAN_SIZE);
    return walk_into(w, HEADER_ETHERNET);
}

enum header tunnel_geneve(struct walk *w)
{
    const uint8_t *at = w->left.at;
    const size_t size = GENEVE_SIZE + (size_t)(at[0] & GENEVE_LENGTH_BITS) * GENEVE_UNIT;

    if (w->left.len < size)
        return walk_bad(w, DECODE_TRUNCATED);
    walk_mark(w, load_be32(at + VNI_AT));
    walk_past(w, size);
    return walk_into(w, of_type(load_be16(at + 2)));
}

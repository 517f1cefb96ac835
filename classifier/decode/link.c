/* SPDX-License-Identifier: MIT */
/* link.c - what lies between the wire and IP: link headers, tags, labels. */
#include "decode/plain.h"
#include "decode/walk.h"

/* https://www.tcpdump.org/linktypes.html */
enum linktype {
    LINKTYPE_NULL = 0,
    LINKTYPE_PPP = 9,
    LINKTYPE_PPP_HDLC = 50,
    LINKTYPE_PPP_ETHER = 51,
    LINKTYPE_RAW = 101,
    LINKTYPE_C_HDLC = 104,
    LINKTYPE_LOOP = 108,
    LINKTYPE_LINUX_SLL = 113,
    LINKTYPE_IPV4 = 228,
    LINKTYPE_IPV6 = 229,
    LINKTYPE_LINUX_SLL2 = 276
};

/* https://www.iana.org/assignments/ieee-802-numbers */
enum ethertype {
    ETHERTYPE_LEAST = 0x0600, /* less is the length of an IEEE 802.3 frame */
    ETHERTYPE_IPV4 = 0x0800,
    ETHERTYPE_CTAG = 0x8100, /* 802.1Q */
    ETHERTYPE_IPV6 = 0x86dd,
    ETHERTYPE_MPLS = 0x8847,
    ETHERTYPE_MPLS_UPSTREAM = 0x8848,
    ETHERTYPE_PPPOE_SESSION = 0x8864,
    ETHERTYPE_STAG = 0x88a8, /* 802.1ad */
    ETHERTYPE_QINQ = 0x9100  /* what 802.1ad was before it was a standard */
};

/* https://www.iana.org/assignments/ppp-numbers */
enum ppp { PPP_IPV4 = 0x0021, PPP_IPV6 = 0x0057, PPP_MPLS = 0x0281, PPP_MPLS_UPSTREAM = 0x0283 };

enum link_size {
    ETHERNET_TYPE_AT = 12,
    LLC_SNAP_SIZE = 8,
    VLAN_SIZE = 4,
    MPLS_SIZE = 4,
    PPPOE_SIZE = 6,
    NULL_SIZE = 4,
    CISCO_HDLC_SIZE = 4,
    SLL_SIZE = 16,
    SLL_TYPE_AT = 14,
    SLL2_SIZE = 20
};

#define VLAN_ID_BITS       0x0fff
#define MPLS_BOTTOM_BIT    0x01 /* of a label's third byte, RFC 3032 s2.1 */
#define PPPOE_VERSION_TYPE 0x11 /* RFC 2516 s4 */
#define HDLC_ALL_STATIONS  0xff /* RFC 1662 s3.1 */
#define HDLC_UNNUMBERED    0x03
#define CISCO_UNICAST      0x0f /* RFC 1547 s4.3.1 */
#define CISCO_BROADCAST    0x8f

enum header link_first(uint32_t linktype)
{
    switch (linktype) {
    case LINKTYPE_ETHERNET: return HEADER_ETHERNET;
    case LINKTYPE_NULL:
    case LINKTYPE_LOOP: return HEADER_NULL;
    case LINKTYPE_PPP:
    case LINKTYPE_PPP_HDLC:
    case LINKTYPE_C_HDLC: return HEADER_PPP;
    case LINKTYPE_PPP_ETHER: return HEADER_PPPOE;
    case LINKTYPE_RAW: return HEADER_RAW;
    case LINKTYPE_IPV4: return HEADER_IPV4;
    case LINKTYPE_IPV6: return HEADER_IPV6;
    case LINKTYPE_LINUX_SLL: return HEADER_SLL;
    case LINKTYPE_LINUX_SLL2: return HEADER_SLL2;
    default: return HEADER_OTHER;
    }
}

enum header link_of_ethertype(uint16_t type)
{
    switch (type) {
    case ETHERTYPE_IPV4: return HEADER_IPV4;
    case ETHERTYPE_IPV6: return HEADER_IPV6;
    case ETHERTYPE_CTAG:
    case ETHERTYPE_STAG:
    case ETHERTYPE_QINQ: return HEADER_VLAN;
    case ETHERTYPE_MPLS:
    case ETHERTYPE_MPLS_UPSTREAM: return HEADER_MPLS;
    case ETHERTYPE_PPPOE_SESSION: return HEADER_PPPOE;
    default: return type < ETHERTYPE_LEAST ? HEADER_LLC : HEADER_OTHER;
    }
}

enum header link_ethernet(struct walk *w)
{
    if (w->left.len < ETHERNET_SIZE)
        return walk_bad(w, DECODE_TRUNCATED);
    const uint16_t type = load_be16(w->left.at + ETHERNET_TYPE_AT);
    walk_past(w, ETHERNET_SIZE);
    return link_of_ethertype(type);
}

/* IEEE 802.2 with a SNAP header (RFC 1042) may carry IP; everything else here is not IP. */
enum header link_llc(struct walk *w)
{
    static const uint8_t snap[] = {0xaa, 0xaa, 0x03, 0, 0, 0};

    if (w->left.len < LLC_SNAP_SIZE || memcmp(w->left.at, snap, sizeof(snap)) != 0)
        return HEADER_OTHER;
    const uint16_t type = load_be16(w->left.at + sizeof(snap));
    walk_past(w, LLC_SNAP_SIZE);
    return type < ETHERTYPE_LEAST ? HEADER_OTHER : link_of_ethertype(type);
}

enum header link_vlan(struct walk *w)
{
    if (w->left.len < VLAN_SIZE)
        return walk_bad(w, DECODE_TRUNCATED);
    struct packet *out = w->out;
    if (out->vlan_count == 0)
        w->stats->vlan++;
    if (out->vlan_count < PACKET_VLANS)
        out->vlan[out->vlan_count++] = load_be16(w->left.at) & VLAN_ID_BITS;
    const uint16_t type = load_be16(w->left.at + 2);
    walk_past(w, VLAN_SIZE);
    return link_of_ethertype(type);
}

/* Labels do not say what they carry. IP says so itself (RFC 4928 s3); a first nibble of 0 is a
 * pseudowire's control word (RFC 4385 s3), and what it carries is most often Ethernet (RFC 4448).
 */
enum header link_mpls(struct walk *w)
{
    bool bottom = false;

    while (!bottom) {
        if (w->left.len < MPLS_SIZE)
            return walk_bad(w, DECODE_TRUNCATED);
        bottom = (w->left.at[2] & MPLS_BOTTOM_BIT) != 0;
        walk_past(w, MPLS_SIZE);
    }
    if (w->left.len == 0)
        return walk_bad(w, DECODE_TRUNCATED);
    const uint8_t nibble = w->left.at[0] >> 4;
    if (nibble != 0)
        return nibble == 4 || nibble == 6 ? HEADER_RAW : HEADER_OTHER;
    if (w->left.len < MPLS_SIZE)
        return walk_bad(w, DECODE_TRUNCATED);
    walk_past(w, MPLS_SIZE);
    return walk_into(w, HEADER_ETHERNET);
}

enum header link_pppoe(struct walk *w)
{
    if (w->left.len < PPPOE_SIZE)
        return walk_bad(w, DECODE_TRUNCATED);
    const uint8_t *at = w->left.at;
    if (at[0] != PPPOE_VERSION_TYPE || at[1] != 0)
        return HEADER_OTHER; /* discovery, not a session */
    const uint16_t length = load_be16(at + 4);
    walk_past(w, PPPOE_SIZE);
    walk_limit(w, length);
    return HEADER_PPP;
}

static enum header of_ppp(uint16_t protocol)
{
    switch (protocol) {
    case PPP_IPV4: return HEADER_IPV4;
    case PPP_IPV6: return HEADER_IPV6;
    case PPP_MPLS:
    case PPP_MPLS_UPSTREAM: return HEADER_MPLS;
    default: return HEADER_OTHER;
    }
}

/* With or without HDLC's address and control, with a protocol of two bytes or one (RFC 1661 s2,
 * s6.5), or Cisco's own HDLC: the first byte tells. */
enum header link_ppp(struct walk *w)
{
    const uint8_t *at = w->left.at;
    const size_t len = w->left.len;

    if (len >= CISCO_HDLC_SIZE && (at[0] == CISCO_UNICAST || at[0] == CISCO_BROADCAST)) {
        walk_past(w, CISCO_HDLC_SIZE);
        return link_of_ethertype(load_be16(at + 2));
    }
    const bool hdlc = len >= 2 && at[0] == HDLC_ALL_STATIONS && at[1] == HDLC_UNNUMBERED;
    if (hdlc)
        walk_past(w, 2);
    if (w->left.len < 2)
        return walk_bad(w, DECODE_TRUNCATED);
    const bool compressed = (w->left.at[0] & 1) != 0; /* the last byte of a protocol is odd */
    const uint16_t protocol = compressed ? w->left.at[0] : load_be16(w->left.at);
    walk_past(w, compressed ? 1 : 2);
    return of_ppp(protocol);
}

/* The BSDs never agreed on AF_INET6, and the value is in the byte order of whoever captured. */
enum header link_null(struct walk *w)
{
    if (w->left.len < NULL_SIZE)
        return walk_bad(w, DECODE_TRUNCATED);
    const uint8_t *at = w->left.at;
    const uint32_t big = load_be32(at);
    const uint32_t family = big <= UINT16_MAX ? big : (uint32_t)at[1] << 8 | at[0];

    if (big > UINT16_MAX && (at[2] != 0 || at[3] != 0))
        return HEADER_OTHER;
    walk_past(w, NULL_SIZE);
    switch (family) {
    case 2: return HEADER_IPV4;
    case 10:                     /* Linux */
    case 24:                     /* NetBSD, OpenBSD, BSD/OS */
    case 28:                     /* FreeBSD */
    case 30: return HEADER_IPV6; /* Darwin */
    default: return HEADER_OTHER;
    }
}

enum header link_sll(struct walk *w)
{
    if (w->left.len < SLL_SIZE)
        return walk_bad(w, DECODE_TRUNCATED);
    const uint16_t type = load_be16(w->left.at + SLL_TYPE_AT);
    walk_past(w, SLL_SIZE);
    return type < ETHERTYPE_LEAST ? HEADER_OTHER : link_of_ethertype(type);
}

enum header link_sll2(struct walk *w)
{
    if (w->left.len < SLL2_SIZE)
        return walk_bad(w, DECODE_TRUNCATED);
    const uint16_t type = load_be16(w->left.at);
    walk_past(w, SLL2_SIZE);
    return type < ETHERTYPE_LEAST ? HEADER_OTHER : link_of_ethertype(type);
}

enum header link_raw(struct walk *w)
{
    if (w->left.len == 0)
        return walk_bad(w, DECODE_TRUNCATED);
    return w->left.at[0] >> 4 == 6 ? HEADER_IPV6 : HEADER_IPV4;
}

/* Past a header of that size, to what its type says. */
static enum header past(struct bytes *in, size_t size, size_t type_at)
{
    if (in->len < size)
        return HEADER_OTHER;
    const uint16_t type = load_be16(in->at + type_at);
    *in = bytes_of(in->at + size, in->len - size);
    return link_of_ethertype(type);
}

static enum header past_link(uint32_t linktype, struct bytes *in)
{
    const enum header first = link_first(linktype);

    if (first == HEADER_ETHERNET)
        return past(in, ETHERNET_SIZE, ETHERNET_TYPE_AT);
    if (first == HEADER_SLL)
        return past(in, SLL_SIZE, SLL_TYPE_AT);
    if (first == HEADER_SLL2)
        return past(in, SLL2_SIZE, 0);
    if (first == HEADER_RAW && in->len > 0)
        return in->at[0] >> 4 == 6 ? HEADER_IPV6 : HEADER_IPV4;
    return first;
}

bool plain_start_at(const struct frame *f, struct plain_start *out)
{
    struct bytes in = f->data;
    enum header next = past_link(f->linktype, &in);

    out->tag = NULL;
    if (next == HEADER_VLAN) {
        out->tag = in.at;
        next = past(&in, VLAN_SIZE, 2);
    }
    out->ip = in;
    out->ipv6 = next == HEADER_IPV6;
    return next == HEADER_IPV4 || next == HEADER_IPV6;
}

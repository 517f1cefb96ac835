/* SPDX-License-Identifier: MIT */
/* walk.h - a frame on its way down, header by header. Private to decode/.
 *
 * Each header's function reads the start of `left`, moves past it and returns what comes next; the
 * loop is in decode.c. No function calls another header's function, so depth costs no stack.
 */
#ifndef DECODE_WALK_H
#define DECODE_WALK_H

#include "decode/decode.h"
#include "decode/defrag.h"

enum header {
    HEADER_FOUND,   /* the end: `out` holds a segment or a datagram */
    HEADER_PENDING, /* the end: a fragment was kept */
    HEADER_OTHER,   /* the end: nothing that we decode */
    HEADER_BAD,     /* the end: `what` says why */
    HEADER_ETHERNET,
    HEADER_LLC,
    HEADER_VLAN,
    HEADER_MPLS,
    HEADER_PPPOE,
    HEADER_PPP,
    HEADER_NULL,
    HEADER_SLL,
    HEADER_SLL2,
    HEADER_RAW,
    HEADER_IPV4,
    HEADER_IPV6,
    HEADER_EXTENSION,
    HEADER_FRAGMENT,
    HEADER_GRE,
    HEADER_ERSPAN2,
    HEADER_ERSPAN3,
    HEADER_VXLAN,
    HEADER_GENEVE,
    HEADER_TCP,
    HEADER_UDP
};

struct walk {
    struct decode_stats *stats;
    struct defrag *defrag;
    const struct frame *frame;
    struct packet *out;
    struct bytes left; /* captured and not yet read */
    size_t wire;       /* what `left` was on the wire: left.len, or more when the snaplen cut it */
    size_t ip_len;     /* of the innermost IP packet, with its header */
    enum anomaly what;
    uint8_t depth;         /* tunnels entered */
    uint8_t protocol;      /* IP protocol number of what comes next */
    bool ipv6;             /* the innermost IP header is version 6 */
    bool address_moved;    /* a routing header holds the address that the checksum covers */
    bool ip_checksum_bad;  /* of the innermost IPv4 header */
    bool numbered_payload; /* GRE carries a sequence number: which ERSPAN this is */
};

static inline uint16_t wire_be16(const uint8_t *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

static inline uint32_t wire_be32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* Moves past `n` bytes, which must be there. */
static inline void walk_past(struct walk *w, size_t n)
{
    w->left.at += n;
    w->left.len -= n;
    w->wire -= n;
}

/* Only the next `n` bytes belong to what follows; the rest is padding or a trailer. */
static inline void walk_limit(struct walk *w, size_t n)
{
    if (n < w->wire)
        w->wire = n;
    if (n < w->left.len)
        w->left.len = n;
}

static inline enum header walk_bad(struct walk *w, enum anomaly what)
{
    w->what = what;
    return HEADER_BAD;
}

/* One more packet inside a packet. */
static inline enum header walk_into(struct walk *w, enum header next)
{
    if (w->depth == DECODE_DEPTH)
        return walk_bad(w, DECODE_TOO_DEEP);
    if (w->depth++ == 0)
        w->stats->tunnelled++;
    return next;
}

/* link.c */
enum header link_first(uint32_t linktype);
enum header link_of_ethertype(uint16_t type);
enum header link_ethernet(struct walk *w);
enum header link_llc(struct walk *w);
enum header link_vlan(struct walk *w);
enum header link_mpls(struct walk *w);
enum header link_pppoe(struct walk *w);
enum header link_ppp(struct walk *w);
enum header link_null(struct walk *w);
enum header link_sll(struct walk *w);
enum header link_sll2(struct walk *w);
enum header link_raw(struct walk *w);

/* ip.c */
enum header ip_v4(struct walk *w);
enum header ip_v6(struct walk *w);
enum header ip_extension(struct walk *w);
enum header ip_fragment(struct walk *w);

/* tunnel.c */
enum header tunnel_gre(struct walk *w);
enum header tunnel_erspan2(struct walk *w);
enum header tunnel_erspan3(struct walk *w);
enum header tunnel_vxlan(struct walk *w);
enum header tunnel_geneve(struct walk *w);
/* Is the datagram that begins at `payload` one of ours? HEADER_FOUND: no, it is just a datagram. */
enum header tunnel_over_udp(uint16_t port, struct bytes payload);

/* transport.c */
enum header transport_tcp(struct walk *w);
enum header transport_udp(struct walk *w);

#endif

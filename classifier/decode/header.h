/* SPDX-License-Identifier: MIT */
/* header.h - the kinds of headers, and who reads each. Private to decode/. */
#ifndef DECODE_HEADER_H
#define DECODE_HEADER_H

#include <stdint.h>

#include "model/packet.h"

struct walk;

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
/* Of a segment or datagram that is all there, in an IP packet of that length. Not CHECKSUM_UNKNOWN.
 */
enum checksum transport_checksum(const struct packet *p, struct bytes whole, size_t ip_len);

#endif

/* SPDX-License-Identifier: MIT */
/* glance.h - the frame that nine of ten are, as far as a connection that goes on needs it.
 *
 * Ethernet, or what else plain.h knows; IPv4 without options or IPv6 without extension headers, no
 * fragment, captured whole; TCP with ACK, perhaps PSH, and no other flag (but RFC 3168's), and no
 * option but, perhaps, timestamps in the usual place (RFC 7323 appendix A). decode_frame() says the
 * same of these, and what all others are.
 *
 * A glance says where things lie; each field is read when it is asked for, and not kept.
 */
#ifndef DECODE_GLANCE_H
#define DECODE_GLANCE_H

#include "base/load.h"
#include "decode/decode.h"
#include "model/ends.h"

struct glance {
    const uint8_t *ip; /* header */
    struct bytes tcp;  /* header and data */
    struct bytes data;
    const uint8_t *stamp; /* of its timestamp; NULL: none */
    const uint8_t *tag;   /* of its VLAN; NULL: none */
    uint8_t ttl;
};

enum glance_where { /* in TCP's header (RFC 9293 s3.1) */
                    GLANCE_SEQ = 4,
                    GLANCE_ACK = 8,
                    GLANCE_FLAGS = 13,
                    GLANCE_WINDOW = 14
};

#define GLANCE_ADDRESSES      12 /* in IPv4's (RFC 791 s3.1): both */
#define GLANCE_PORTS          8  /* behind those, where there are no options: both */
#define GLANCE_IPV6_ADDRESSES 8  /* in IPv6's (RFC 8200 s3) */
#define GLANCE_VERSION_4      4

/* False: another frame; `out` holds nothing. Of this one all is known but whether its checksums are
 * right. */
bool glance_at(const struct frame *f, struct glance *out);
/* The same of a frame with FIN, too. */
bool glance_fin_at(const struct frame *f, struct glance *out);
/* Both IPv4's and TCP's, of those headers. */
bool glance_sums_are_right(const uint8_t *ip, struct bytes tcp);
/* They are not: only because TCP's is left to the sender's card? */
bool glance_is_offloaded(const struct glance *g, const struct frame *f);

static inline bool glance_is_ipv4(const struct glance *g)
{
    return g->ip[0] >> 4 == GLANCE_VERSION_4;
}

static inline uint8_t glance_flags(const struct glance *g)
{
    return g->tcp.at[GLANCE_FLAGS] & (TCP_ACK | TCP_PSH | TCP_FIN);
}

/* What decode_frame() says of a frame whose checksums are right, without its ordinal; and what that
 * counts. Of one that is offloaded, too, but for packet.checksum and a count. */
void glance_packet(const struct glance *g, const struct frame *f, struct packet *out);
void glance_count(const struct glance *g, const struct frame *f, struct decoder *d);
void glance_count_offloaded(struct decoder *d);

#endif

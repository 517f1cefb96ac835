/* SPDX-License-Identifier: MIT */
/* glance_ipv4.h - glance_at() of what most frames are, in two steps and without a call: Ethernet
 * without a tag, and IPv4. */
#ifndef DECODE_GLANCE_IPV4_H
#define DECODE_GLANCE_IPV4_H

#include "decode/glance.h"
#include "decode/plain.h"

#define GLANCE_TCP_SIZE  20U
#define GLANCE_ENDS_AT   (ETHERNET_SIZE + GLANCE_ADDRESSES) /* addresses, then ports */
#define GLANCE_TTL       8
#define GLANCE_TYPE_AT   (ETHERNET_SIZE - 2)
#define GLANCE_IPV4_SIZE (IPV4_SIZE + GLANCE_TCP_SIZE) /* bytes of both headers, at least */

/* As plain_is_like() compares them. */
#define GLANCE_TCP_FIELDS   0xf0370000U /* header length; all flags but PSH and RFC 3168's */
#define GLANCE_TCP_PLAIN    0x50000000U
#define GLANCE_TCP_STAMPED  0x80000000U
#define GLANCE_TCP_GOES_ON  0x00100000U /* ACK */
#define GLANCE_TCP_ENDS     0x00110000U /* and FIN */
#define GLANCE_STAMP_FIELDS 0xffffffffU
#define GLANCE_STAMP_HEAD   0x0101080aU /* two NOPs, kind and length of option 8 */
#define GLANCE_STAMPED_SIZE 32U         /* bytes of TCP's header with that option */
#define GLANCE_STAMP_AT     24U
#define GLANCE_LENGTH_AT    12U

/* Timestamps, and nothing else. */
static inline bool glance_pass_stamp(struct glance *g, uint32_t flags)
{
    const uint8_t *at = g->tcp.at;

    g->stamp = at + GLANCE_STAMP_AT;
    g->data = bytes_of(at + GLANCE_STAMPED_SIZE, g->tcp.len - GLANCE_STAMPED_SIZE);
    return plain_is_like(at + GLANCE_LENGTH_AT, GLANCE_TCP_FIELDS, GLANCE_TCP_STAMPED | flags) &&
           g->tcp.len >= GLANCE_STAMPED_SIZE &&
           plain_is_like(at + GLANCE_TCP_SIZE, GLANCE_STAMP_FIELDS, GLANCE_STAMP_HEAD);
}

static inline bool glance_pass_tcp(struct glance *g, uint32_t flags)
{
    if (!plain_is_like(g->tcp.at + GLANCE_LENGTH_AT, GLANCE_TCP_FIELDS, GLANCE_TCP_PLAIN | flags))
        return glance_pass_stamp(g, flags);
    g->stamp = NULL;
    g->data = bytes_of(g->tcp.at + GLANCE_TCP_SIZE, g->tcp.len - GLANCE_TCP_SIZE);
    return true;
}

/* No fragment, TCP, whole. Of a header without options, in at least GLANCE_IPV4_SIZE bytes. */
static inline bool glance_pass_ipv4(struct bytes in, uint32_t flags, struct glance *g)
{
    const size_t total = load_be16(in.at + 2);

    if (!plain_is_like(in.at + 6, PLAIN_WHOLE_FIELDS, PLAIN_WHOLE_TCP))
        return false;
    if (total - GLANCE_IPV4_SIZE > in.len - GLANCE_IPV4_SIZE) /* too few are very many here */
        return false;
    g->ip = in.at;
    g->ttl = in.at[GLANCE_TTL];
    g->tcp = bytes_of(in.at + IPV4_SIZE, total - IPV4_SIZE);
    return glance_pass_tcp(g, flags);
}

/* Is it one of those, as far as its first bytes tell? Its ends, if it is TCP, are at
 * GLANCE_ENDS_AT. */
static inline bool glance_is_usual(const struct frame *f)
{
    return f->data.len >= ETHERNET_SIZE + GLANCE_IPV4_SIZE && f->linktype == LINKTYPE_ETHERNET &&
           plain_is_like(f->data.at + GLANCE_TYPE_AT, PLAIN_TYPE_FIELDS, PLAIN_TYPE_IPV4);
}

/* glance_at() of one that is usual. `flags`: GLANCE_TCP_GOES_ON; for glance_fin_at(), _ENDS. */
static inline bool glance_usual(const struct frame *f, uint32_t flags, struct glance *out)
{
    out->tag = NULL;
    return glance_pass_ipv4(bytes_of(f->data.at + ETHERNET_SIZE, f->data.len - ETHERNET_SIZE),
                            flags, out);
}

/* glance_sums_are_right() of such headers, and `length` bytes of TCP behind IPv4's. */
bool glance_usual_is_right(const uint8_t *ip, size_t length);

#endif

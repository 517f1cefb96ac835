/* SPDX-License-Identifier: MIT */
/* decode.h - one frame in, at most one TCP segment or UDP datagram out.
 *
 * Link types: Ethernet (802.1Q, 802.1ad, MPLS, PPPoE), raw IP, null/loopback, Linux cooked v1 and
 * v2, PPP. IPv4, IPv6 with extension headers, GRE, IP in IP, VXLAN (to DECODE_DEPTH tunnels),
 * fragments. State: the fragments not yet whole, within the budget; counters.
 */
#ifndef DECODE_DECODE_H
#define DECODE_DECODE_H

#include "base/budget.h"
#include "base/err.h"
#include "base/hash.h"
#include "model/anomaly.h"
#include "model/overlap.h"
#include "model/packet.h"

#define DECODE_DEPTH 8 /* nested headers that carry another packet */

enum decoded {
    DECODED_PACKET,  /* `out` is filled */
    DECODED_PENDING, /* a fragment, kept until the rest comes; or one that adds nothing */
    DECODED_OTHER,   /* not TCP or UDP over IP: ARP, ICMP ... */
    DECODED_BAD,     /* malformed or cut short */
};

struct decode_stats {
    uint64_t frames, bytes, packets_ipv4, packets_ipv6, tcp, udp, other, bad;
    uint64_t fragments, fragments_repeated, fragments_overlapping, fragments_refused;
    uint64_t reassembled, datagrams_expired, datagrams_evicted, datagrams_dropped;
    uint64_t checksum_bad, checksum_offloaded, vlan, tunnelled, unknown_linktype;
};

struct decoder;

struct decoder *decoder_create(struct budget *budget, const struct hash_key *key, struct err *err);
void decoder_free(struct decoder *d); /* NULL is fine */

/* Which policy the host has that will put fragments together; NULL: linux for all. */
typedef enum overlap_policy decode_overlap(const void *ctx, const struct addr *host);
void decoder_overlap(struct decoder *d, decode_overlap *overlap, const void *ctx);
/* No frame follows, or none that has to do with those before. */
void decoder_flush(struct decoder *d);

/* `out` borrows from the frame, or from the decoder until the next call. `what`: ANOMALY_NONE, or
 * what is odd about this frame (always set with DECODED_BAD; may come with any other result too).
 */
enum decoded decode_frame(struct decoder *d, const struct frame *f, struct packet *out,
                          enum anomaly *what);
/* The same answer, but slower: the general way, which decode_frame() takes with unusual frames. */
enum decoded decode_step_by_step(struct decoder *d, const struct frame *f, struct packet *out,
                                 enum anomaly *what);
/* What it counts of `count` frames, of `bytes` on the wire, that hold nothing but a segment of TCP
 * over IPv4, whose checksums are right. */
void decoder_count(struct decoder *d, uint64_t count, uint64_t bytes);
const struct decode_stats *decoder_stats(const struct decoder *d);

#endif

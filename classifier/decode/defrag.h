/* SPDX-License-Identifier: MIT */
/* defrag.h - fragments in, whole IP payloads out. Private to decode/.
 *
 * In:    fragments of any datagram in any order, repeated, overlapping (the first byte seen wins).
 * Out:   the payload, as soon as its last hole is filled.
 * State: at most DEFRAG_DATAGRAMS unfinished datagrams and DEFRAG_BYTES, counted in the budget; the
 * oldest goes when there is no room, and each goes DEFRAG_TIMEOUT_NS of packet time after its first
 * fragment. Work per fragment is linear in its length.
 */
#ifndef DECODE_DEFRAG_H
#define DECODE_DEFRAG_H

#include "decode/decode.h"

#define DEFRAG_DATAGRAMS  4096
#define DEFRAG_BYTES      (8u << 20)
#define DEFRAG_TIMEOUT_NS (30 * INT64_C(1000000000))
#define DEFRAG_PAYLOAD    65535 /* bytes of the largest datagram */

/* Compared and hashed as bytes: no padding. */
struct fragment_key {
    struct addr src, dst;
    uint32_t id;
    uint16_t vlan[PACKET_VLANS];
    uint8_t vlan_count;
    uint8_t protocol; /* IPv4 (RFC 791 s3.2); 0 for IPv6 */
    uint16_t ipv6;
};

struct fragment {
    struct fragment_key key;
    uint32_t offset;  /* bytes; a multiple of 8 */
    bool more;        /* others follow */
    uint8_t protocol; /* what the datagram carries; the first fragment's word counts */
    struct bytes data;
    int64_t time_ns;
    uint32_t wire_len; /* bytes of its frame */
};

struct fragment_whole {
    struct bytes data; /* borrowed until the next defrag_add() */
    uint32_t wire_len; /* bytes of all frames it came in */
    uint8_t protocol;
};

enum defrag_result { DEFRAG_WAITS, DEFRAG_WHOLE, DEFRAG_REFUSED };

struct defrag;

struct defrag *defrag_create(struct budget *budget, const struct hash_key *key,
                             struct decode_stats *stats);
void defrag_free(struct defrag *d); /* NULL is fine */

/* `what` changes only when something is odd; always with DEFRAG_REFUSED. */
enum defrag_result defrag_add(struct defrag *d, const struct fragment *f,
                              struct fragment_whole *whole, enum anomaly *what);

#endif

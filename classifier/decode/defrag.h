/* SPDX-License-Identifier: MIT */
/* defrag.h - fragments in, whole IP payloads out. Private to decode/.
 *
 * In:    fragments of any datagram in any order, repeated, overlapping. Over IPv4 the receiver's
 *        policy says whose bytes win; over IPv6 an overlap is the end of the datagram (RFC 5722).
 * Out:   the payload, as soon as its last hole is filled.
 * State: at most DEFRAG_DATAGRAMS unfinished datagrams, DEFRAG_BYTES and a DEFRAG_SHARE of the
 * budget; the oldest goes when there is no room, and each some packet time after its first
 * fragment, as with the receiver. Work per fragment is linear in its length.
 */
#ifndef DECODE_DEFRAG_H
#define DECODE_DEFRAG_H

#include "decode/decode.h"

#define DEFRAG_DATAGRAMS  4096
#define DEFRAG_BYTES      (8u << 20)
#define DEFRAG_SHARE      8                          /* nor more than that part of the budget */
#define DEFRAG_TIMEOUT_NS (30 * INT64_C(1000000000)) /* Linux, BSD */
#define DEFRAG_LONG_NS    (60 * INT64_C(1000000000)) /* Windows; IPv6: RFC 8200 s4.5 */
#define DEFRAG_ECHO_NS    INT64_C(1000000000)        /* a copy comes no later than this */
#define DEFRAG_DATAGRAM   65535                      /* bytes of the largest, with its header */

/* Compared and hashed as bytes: no padding. */
struct fragment_key {
    struct addr src, dst;
    uint32_t id;
    uint32_t tunnel; /* which tunnel it came through: two may carry the same addresses */
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
    uint8_t ttl;
    bool address_moved; /* by a routing header before this one; the first fragment's word counts */
    uint32_t header;    /* bytes before the data that count towards DEFRAG_DATAGRAM */
    struct bytes data;
    int64_t time_ns;
    uint32_t wire_len; /* bytes of its frame */
};

struct fragment_whole {
    struct bytes data; /* borrowed until the next defrag_add() */
    uint32_t wire_len; /* bytes of all frames it came in */
    uint8_t protocol;
    uint8_t ttl; /* the lowest */
    bool address_moved;
};

enum defrag_result { DEFRAG_WAITS, DEFRAG_WHOLE, DEFRAG_REFUSED };

struct defrag;

struct defrag *defrag_create(struct budget *budget, const struct hash_key *key,
                             struct decode_stats *stats);
void defrag_free(struct defrag *d); /* NULL is fine */
/* NULL: linux. Asked once a datagram, with its destination. */
void defrag_overlap(struct defrag *d, decode_overlap *overlap, const void *ctx);
/* Nothing follows: what is unfinished is counted as expired, and forgotten. */
void defrag_flush(struct defrag *d);

/* `what` changes only when something is odd; always with DEFRAG_REFUSED. */
enum defrag_result defrag_add(struct defrag *d, const struct fragment *f,
                              struct fragment_whole *whole, enum anomaly *what);

#endif

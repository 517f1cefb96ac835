/* SPDX-License-Identifier: MIT */
/* syn.h - SYNs that nobody has answered yet: remembered in fixed rings, so that a flood of them
 * costs nothing.
 *
 * A connection gets its node in the flow table with the first packet that is more than a bare SYN;
 * it takes over what stands here. One that is never answered is told when it times out.
 *
 * State: SYN_RING places, SYN_PLACES a ring; each lane (flow.h) has the same number of rings. In a
 * flood the oldest of its ring is overwritten: counted. So what is remembered depends on the SYNs
 * of the lane alone, whoever else looks after the others. Which ring is no secret: a flood can be
 * aimed at one, at some hundredth of the packets, and those connections' SYNs are then forgotten
 * before their answers come, as all are in a flood that is not aimed. They are told as half-open,
 * or as begun before the capture. No packet costs more for it: within a ring only a keyed tag
 * tells who is looked at.
 */
#ifndef FLOW_SYN_H
#define FLOW_SYN_H

#include "flow/flow.h"

#define SYN_RING      16384U /* SYNs remembered at once */
#define SYN_PLACES    64U    /* of them in one ring */
#define SYN_TIMEOUT_S 60

struct syn {
    struct flow_key key;
    int64_t first_ns, last_ns;
    uint64_t first_packet, last_packet;
    uint64_t ordinal; /* of the first, as in struct packet */
    uint64_t bytes;
    uint32_t packets; /* sent again with the same sequence number: more than one */
    uint32_t seq;
    const char *source;
    uint16_t vlan[PACKET_VLANS];
    uint8_t vlan_count;
    uint8_t side;              /* that sent it */
    uint8_t ttl, window_shift; /* as in struct packet */
};

struct syn_ring;

struct syn_ring *syn_ring_create(struct budget *budget, struct err *err);
void syn_ring_free(struct syn_ring *r, struct budget *budget); /* NULL is fine */

/* A SYN and nothing else: no payload, no ACK. */
bool syn_is_bare(const struct packet *p);
enum syn_noted {
    SYN_CROSSED, /* not noted: the other side's stands here (RFC 9293 s3.5): a connection begins */
    SYN_FIRST,   /* it asks for a connection */
    SYN_AGAIN,   /* the same was sent before */
};
/* Where the next SYNs come from, kept by reference. */
void syn_source(struct syn_ring *r, const char *source);
/* `hash`: of the key, keyed with what nobody can guess (flow_hash()): who knows it sends SYNs that
 * all look alike at first sight. What is found does not depend on it. */
enum syn_noted syn_note(struct syn_ring *r, const struct flow_key *key, uint64_t hash,
                        unsigned side, const struct packet *p);
/* The same of one over IPv4 between these ends, where nothing that looks like it stands there: it
 * asks for a connection. First where it would stand; then whether it is so; then all of it. */
struct syn_spot {
    uint32_t ring;
    uint16_t tag;
};
struct syn_spot syn_spot_of(const uint64_t end[2], uint64_t hash);
bool syn_is_new(const struct syn_ring *r, struct syn_spot spot);
void syn_note_at(struct syn_ring *r, struct syn_spot spot, const struct bare_syn *s);
/* Takes the SYN of this connection out. False: there is none. */
bool syn_take(struct syn_ring *r, const struct flow_key *key, uint64_t hash, struct syn *out);
/* Takes out one that timed out (with now_ns = INT64_MAX all have), in the order of their ordinals.
 * Ask with the same now_ns until it says false: none. */
bool syn_take_expired(struct syn_ring *r, int64_t now_ns, struct syn *out);
/* How many were overwritten untold. */
uint64_t syn_overwritten(const struct syn_ring *r);

#endif

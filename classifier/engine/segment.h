/* SPDX-License-Identifier: MIT */
/* segment.h - what a TCP segment says of its sender, and of what that received. Private to engine/.
 *
 * The few fields of a packet that this takes, so that whoever has them need not make a packet.
 */
#ifndef ENGINE_SEGMENT_H
#define ENGINE_SEGMENT_H

#include "engine/tcp.h"

#define WINDOW_SHIFT_MOST 14 /* RFC 7323 s2.3 */

/* As in struct packet. */
struct segment {
    uint64_t number;
    int64_t time_ns;
    uint32_t wire_len;
    uint32_t seq, ack, timestamp;
    uint32_t len;
    uint16_t window;
    uint8_t flags, ttl;
    bool has_timestamp, has_signature;
};

static inline struct segment segment_of(const struct packet *p)
{
    return (struct segment){.number = p->number,
                            .time_ns = p->time_ns,
                            .wire_len = p->wire_len,
                            .seq = p->seq,
                            .ack = p->ack,
                            .timestamp = p->timestamp,
                            .len = p->payload_len,
                            .window = p->window,
                            .flags = p->flags,
                            .ttl = p->ttl,
                            .has_timestamp = p->has_timestamp,
                            .has_signature = p->has_signature};
}

/* Of a datagram, too. */
static inline void segment_count(const struct segment *p, struct conn *c, unsigned side)
{
    c->packets[side]++;
    c->bytes[side] += p->wire_len;
    c->payload[side] += p->len;
    c->last_packet = p->number;
    if (p->time_ns > c->node->last_ns)
        c->node->last_ns = p->time_ns;
}

/* Nothing about it is new in its sender. */
static inline bool segment_fits(const struct segment *p, const struct habit *h)
{
    return p->ttl + DOUBT_TTL_FALL > h->ttl && p->has_signature == h->signs &&
           (!p->has_timestamp || (int32_t)(p->timestamp - h->recent) >= 0) &&
           (int32_t)(p->seq + p->len - h->edge) <= 0;
}

/* The bytes that come next. */
static inline bool segment_goes_on(const struct segment *p, const struct stream *s)
{
    return s->started && p->seq == s->origin + (uint32_t)s->next;
}

/* The other side expects `ack` next, and has room for a window more. */
static inline void segment_take_ack(const struct segment *p, struct conn *c, unsigned side)
{
    struct stream *s = &c->stream[1 - side];
    struct habit *h = &c->habit[1 - side];

    stream_acknowledge(s, p->ack, p->time_ns);
    if (!s->started || p->ack != s->origin + (uint32_t)s->acknowledged)
        return; /* an old one, or of what there never was */
    const unsigned shift =
        (p->flags & TCP_SYN) != 0 ? 0 : WINDOW_SHIFT_MOST - c->habit[side].narrower;
    const uint32_t edge = p->ack + ((uint32_t)p->window << shift);
    if (!h->heard || (int32_t)(edge - h->edge) > 0)
        h->edge = edge;
    h->heard = true;
}

static inline void segment_take_habit(const struct segment *p, struct conn *c, unsigned side)
{
    const struct stream *s = &c->stream[side];
    struct habit *h = &c->habit[side];

    if (p->ttl > h->ttl)
        h->ttl = p->ttl;
    if (p->has_signature)
        h->signs = true;
    if (!p->has_timestamp || !h->heard)
        return;
    /* RFC 7323 s4.3 (2) */
    if ((!h->stamped || (int32_t)(p->timestamp - h->recent) > 0) &&
        (int32_t)(p->seq - (s->origin + (uint32_t)s->acknowledged)) <= 0) {
        h->recent = p->timestamp;
        h->stamped = true;
    }
}

#endif

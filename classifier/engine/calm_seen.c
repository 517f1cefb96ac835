/* SPDX-License-Identifier: MIT */
/* calm_frame() of a frame that another thread has glanced at. */
#include "base/apart.h"
#include "engine/calm.h"
#include "engine/packet.h"
#include "engine/shed.h"
#include "engine/skim.h"

APART static const struct flow_node *find_ipv6(struct engine *e, const struct sight *s)
{
    const struct ends ends = sight_ends(s);

    return flow_find_between(e->flows, &ends, &e->side);
}

/* Sets e->side, too. */
static inline const struct flow_node *find(struct engine *e, const struct sight *s)
{
    if ((s->flags & SIGHT_IPV6) != 0)
        return find_ipv6(e, s);
    return flow_find_ipv4(e->flows, (const uint8_t *)&s->addresses, (const uint8_t *)&s->ports,
                          &e->side);
}

static inline struct segment segment_seen(const struct seen *seen)
{
    const struct sight *s = seen->sight;

    return (struct segment){.number = seen->number,
                            .time_ns = seen->time_ns,
                            .wire_len = seen->wire_len,
                            .seq = s->seq,
                            .ack = s->ack,
                            .timestamp = s->stamp,
                            .len = s->len,
                            .window = s->window,
                            .flags = s->flags & (TCP_ACK | TCP_PSH),
                            .ttl = s->ttl,
                            .has_timestamp = (s->flags & SIGHT_STAMPED) != 0};
}

static inline void read_data(struct engine *e, struct conn *c, const struct seen *seen)
{
    const struct bytes data = sight_data(seen->sight);
    const size_t before = e->budget.live;
    const size_t skimmed = skim(e, c, conn_direction(c, e->side), data);

    if (skimmed < data.len)
        calm_feed(e, bytes_after(data, skimmed), seen->wire_len);
    if (e->budget.live != before)
        c->held += (int64_t)e->budget.live - (int64_t)before;
}

static inline void take(struct engine *e, struct conn *c, const struct segment *s)
{
    const unsigned side = e->side;

    e->conn = c;
    e->host.packet = s->number;
    e->host.time_ns = s->time_ns;
    c->source = e->source;
    segment_count(s, c, side);
    if (s->len > 0 && calm_is_due(e, c))
        calm_look_again(e, s->wire_len);
    c->tcp_flags[side] |= s->flags;
    calm_take_ack(c, side, s->ack, s->window);
    if (s->has_timestamp)
        segment_take_habit(s, c, side);
    c->stream[side].next += s->len;
}

/* Of a connection that is not calm, or not as calm connections go on. */
APART static void read_other(struct engine *e, struct conn *c, const struct seen *seen)
{
    const struct segment s = segment_seen(seen);
    struct packet p;

    if (tcp_is_bare(c, e->side, &s)) {
        packet_take_bare(e, c, &s);
        return;
    }
    seen_packet(seen, &p);
    packet_take(e, c, &p);
}

bool calm_seen(struct engine *e, const struct seen *seen)
{
    const struct flow_node *n = find(e, seen->sight);

    if (n == NULL || n->asleep)
        return false;
    struct conn *c = n->owner;
    const struct segment s = segment_seen(seen);
    const struct habit *h = &c->habit[e->side];
    if (!c->quick || s.ttl != h->ttl || !segment_fits(&s, h) ||
        !segment_goes_on(&s, &c->stream[e->side])) {
        const struct seen copy = *seen; /* in memory only here */
        read_other(e, c, &copy);
        return true;
    }
    take(e, c, &s);
    if (s.len > 0)
        read_data(e, c, seen);
    if (shed_is_needed(e))
        shed(e, c);
    return true;
}

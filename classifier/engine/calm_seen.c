/* SPDX-License-Identifier: MIT */
/* calm_frame() of a frame that another thread has glanced at. */
#include "base/apart.h"
#include "engine/calm.h"
#include "engine/segment.h"
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

APART static void feed_rest(struct engine *e, const struct seen *seen, size_t skimmed)
{
    struct packet p;

    seen_packet(seen, &p);
    calm_feed(e, &p, skimmed);
}

static inline void read_data(struct engine *e, struct conn *c, const struct seen *seen)
{
    const struct bytes data = sight_data(seen->sight);
    const size_t before = e->budget.live;
    const size_t skimmed = skim(e, c, conn_direction(c, e->side), data);

    if (skimmed < data.len) {
        const struct seen copy = *seen; /* in memory only here */
        feed_rest(e, &copy, skimmed);
    }
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
    c->tcp_flags[side] |= s->flags;
    calm_take_ack(c, side, s->ack, s->window);
    if (s->has_timestamp)
        segment_take_habit(s, c, side);
    c->stream[side].next += s->len;
}

bool calm_seen(struct engine *e, const struct seen *seen)
{
    struct conn *c = calm_conn(e, find(e, seen->sight));

    if (c == NULL)
        return false;
    const struct segment s = segment_seen(seen);
    const struct habit *h = &c->habit[e->side];
    if (s.ttl != h->ttl || !segment_fits(&s, h) || !segment_goes_on(&s, &c->stream[e->side]))
        return false;
    take(e, c, &s);
    if (s.len > 0)
        read_data(e, c, seen);
    if (shed_is_needed(e))
        shed(e, c);
    return true;
}

/* SPDX-License-Identifier: MIT */
/* Begin reading at calm_frame(). */
#include "engine/calm.h"

#include "base/apart.h"
#include "decode/glance.h"
#include "engine/packet.h"
#include "engine/peer.h"
#include "engine/segment.h"
#include "engine/shed.h"
#include "engine/skim.h"

/* Nobody wants to know of each frame, or counts each packet. */
void calm_setup(struct engine *e)
{
    e->quick = e->config.trace == NULL && e->rates == 0 && (e->asks & ASK_COUNTS) == 0;
}

/* Both directions go on, and nothing that is not settled waits for a segment. */
static bool is_calm(const struct engine *e, const struct conn *c)
{
    const struct stream *a = &c->stream[0], *b = &c->stream[1];

    return c->tcp_state == TCP_STATE_ESTABLISHED && !c->closed && c->doubted == NULL &&
           !c->reset_doubted && !c->reset_exact && c->alternates == 0 && !stream_has_hole(a) &&
           !stream_has_hole(b) && !a->fin_seen && !b->fin_seen && (e->rates == 0 || c->genuine);
}

/* Both sides were heard, and nothing is odd about either. */
static bool is_quick(const struct conn *c)
{
    const struct stream *a = &c->stream[0], *b = &c->stream[1];
    const struct habit *h = &c->habit[0], *g = &c->habit[1];

    return c->calm && a->started && b->started && a->peer_acks && b->peer_acks && h->heard &&
           g->heard && !h->signs && !g->signs;
}

/* Of one that is quick. */
static void look_for_skims(struct conn *c)
{
    stack_skims(c);
    if (!c->proven)
        c->skims = 0; /* calm_feed() has to see what may prove it */
}

void calm_look(const struct engine *e, struct conn *c)
{
    c->calm = is_calm(e, c);
    c->quick = is_quick(c);
    if (c->quick)
        look_for_skims(c);
}

/* Nothing about it is new in its sender, and its bytes, if any, are the next ones. */
static bool is_next(const struct conn *c, unsigned side, const struct segment *s)
{
    return c->calm && segment_fits(s, &c->habit[side]) &&
           (s->len == 0 || segment_goes_on(s, &c->stream[side]));
}

/* All that tcp.c makes of one of these. */
bool calm_packet(struct engine *e, struct conn *c, unsigned side, const struct packet *p)
{
    const struct segment s = segment_of(p);
    const uint8_t odd = TCP_SYN | TCP_FIN | TCP_RST | TCP_URG;

    if (p->checksum == CHECKSUM_BAD || (p->flags & (odd | TCP_ACK)) != TCP_ACK ||
        p->payload.len != p->payload_len || !is_next(c, side, &s))
        return false;
    c->tcp_flags[side] |= s.flags;
    segment_take_ack(&s, c, side);
    segment_take_habit(&s, c, side);
    c->stream[side].next += s.len;
    if (p->payload_len > 0)
        tcp_feed(e, c, side, p->payload);
    return true;
}

APART static const struct flow_node *find_ipv6(struct engine *e, const struct glance *g)
{
    const struct sight s = sight_of(g);
    const struct ends ends = sight_ends(&s);

    return flow_find_between(e->flows, &ends, &e->side);
}

/* The connection of a frame; NULL: it is not simply there. Sets e->side, too. */
static inline struct conn *conn_of(struct engine *e, const struct glance *g)
{
    const struct flow_node *n =
        glance_is_ipv4(g) ? flow_find_ipv4(e->flows, g->ip + GLANCE_ADDRESSES, g->tcp.at, &e->side)
                          : find_ipv6(e, &(struct glance){.ip = g->ip, .tcp = g->tcp});

    return n != NULL && !n->asleep ? n->owner : NULL;
}

/* Its sender is the same as ever, and its bytes are the next ones. */
static inline bool goes_on(const struct conn *c, unsigned side, const struct glance *g)
{
    const struct stream *s = &c->stream[side];
    const struct habit *h = &c->habit[side];
    const uint32_t seq = load_be32(g->tcp.at + GLANCE_SEQ);

    return seq == s->origin + (uint32_t)s->next && g->ttl == h->ttl &&
           (int32_t)(seq + (uint32_t)g->data.len - h->edge) <= 0 &&
           (g->stamp == NULL || (int32_t)(load_be32(g->stamp) - h->recent) >= 0);
}

static inline void take_timestamp(struct conn *c, unsigned side, const struct glance *g)
{
    const struct segment s = {.seq = load_be32(g->tcp.at + GLANCE_SEQ),
                              .timestamp = load_be32(g->stamp),
                              .has_timestamp = true};

    segment_take_habit(&s, c, side);
}

APART void calm_look_again(struct engine *e, uint32_t wire_len)
{
    struct conn *c = e->conn;
    const size_t before = e->budget.live;

    e->packet_len = wire_len;
    c->watched = false;
    peer_look(e, c);
    e->packet_len = 0;
    if (e->budget.live != before)
        c->held += (int64_t)e->budget.live - (int64_t)before;
    calm_look(e, c);
}

APART void calm_feed(struct engine *e, struct bytes data, uint32_t wire_len)
{
    struct conn *c = e->conn;

    e->packet_len = wire_len;
    stack_feed(e, c, 0, conn_direction(c, e->side), data);
    e->packet_len = 0;
    if (!c->proven && shed_is_proven(c))
        shed_prove(e, c);
    if (c->quick) /* else it is over: bytes in order change nothing else that is asked for */
        look_for_skims(c);
}

static inline void read_data(struct engine *e, const struct frame *f, const struct glance *g)
{
    struct conn *c = e->conn;
    const size_t before = e->budget.live;
    const size_t skimmed = skim(e, c, conn_direction(c, e->side), g->data);

    if (skimmed < g->data.len)
        calm_feed(e, bytes_after(g->data, skimmed), frame_wire_len(f));
    if (e->budget.live != before)
        c->held += (int64_t)e->budget.live - (int64_t)before;
}

/* What packet_of_flow() and tcp_packet() come to. */
static inline void take(struct engine *e, struct conn *c, const struct frame *f,
                        const struct glance *g)
{
    const unsigned side = e->side;
    const struct segment s = {.number = f->number,
                              .time_ns = f->time_ns,
                              .wire_len = frame_wire_len(f),
                              .len = (uint32_t)g->data.len};

    e->conn = c;
    e->host.packet = f->number;
    e->host.time_ns = f->time_ns;
    c->source = e->source;
    segment_count(&s, c, side);
    if (g->data.len > 0 && calm_is_due(e, c))
        calm_look_again(e, s.wire_len);
    c->tcp_flags[side] |= glance_flags(g);
    calm_take_ack(c, side, load_be32(g->tcp.at + GLANCE_ACK), load_be16(g->tcp.at + GLANCE_WINDOW));
    if (g->stamp != NULL)
        take_timestamp(c, side, g);
    c->stream[side].next += g->data.len;
    if (g->data.len > 0)
        read_data(e, f, g);
    if (shed_is_needed(e))
        shed(e, c);
}

/* A copy of the glance, which need not be in memory else. */
APART static bool is_offloaded(const struct frame *f, struct glance g)
{
    return glance_is_offloaded(&g, f);
}

static inline struct segment segment_at(const struct glance *g, const struct frame *f)
{
    return (struct segment){.number = f->number,
                            .time_ns = f->time_ns,
                            .wire_len = frame_wire_len(f),
                            .seq = load_be32(g->tcp.at + GLANCE_SEQ),
                            .ack = load_be32(g->tcp.at + GLANCE_ACK),
                            .timestamp = g->stamp != NULL ? load_be32(g->stamp) : 0,
                            .len = (uint32_t)g->data.len,
                            .window = load_be16(g->tcp.at + GLANCE_WINDOW),
                            .flags = glance_flags(g),
                            .ttl = g->ttl,
                            .has_timestamp = g->stamp != NULL};
}

/* Of a connection that is not calm, or not as calm connections go on. */
APART static void read_other(struct engine *e, struct conn *c, const struct frame *f,
                             struct glance g)
{
    const struct segment s = segment_at(&g, f);
    struct packet p;

    if (tcp_is_bare(c, e->side, &s)) {
        packet_take_bare(e, c, &s);
        return;
    }
    glance_packet(&g, f, &p);
    packet_take(e, c, &p);
}

/* A FIN behind all bytes. */
APART static bool last_frame(struct engine *e, const struct frame *f)
{
    struct glance g;

    if (!glance_fin_at(f, &g) || g.data.len > 0)
        return false;
    struct conn *c = conn_of(e, &g);
    const struct segment s = segment_at(&g, f);
    if (c == NULL || !tcp_is_bare(c, e->side, &s) || !glance_sums_are_right(g.ip, g.tcp))
        return false;
    glance_count(&g, f, e->decoder);
    next_moment(e);
    packet_take_bare(e, c, &s);
    return true;
}

bool calm_frame(struct engine *e, const struct frame *f)
{
    struct glance g;

    if (!e->quick)
        return false;
    if (!glance_at(f, &g))
        return last_frame(e, f);
    struct conn *c = conn_of(e, &g);
    if (c == NULL)
        return false;
    const bool right = glance_sums_are_right(g.ip, g.tcp);
    if (!right && !is_offloaded(f, g))
        return false;
    if (!right)
        glance_count_offloaded(e->decoder);
    glance_count(&g, f, e->decoder);
    next_moment(e);
    if (c->quick && goes_on(c, e->side, &g))
        take(e, c, f, &g);
    else
        read_other(e, c, f, g);
    return true;
}

/* SPDX-License-Identifier: MIT */
/* Begin reading at calm_frames(). */
#include "engine/calm.h"

#include "base/apart.h"
#include "decode/glance_ipv4.h"
#include "engine/ahead.h"
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
        c->skims = SKIMS_NOT; /* calm_feed() has to see what may prove it */
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

/* Its sender is the same as ever, and its bytes are the next ones. */
static inline bool goes_on(const struct conn *c, unsigned side, const struct glance *g, uint8_t ttl)
{
    const struct stream *s = &c->stream[side];
    const struct habit *h = &c->habit[side];
    const uint32_t seq = load_be32(g->tcp.at + GLANCE_SEQ);

    return seq == s->origin + (uint32_t)s->next && ttl == h->ttl &&
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

/* What is left to be counted, before anything else happens. */
static void settle(struct engine *e)
{
    if (e->calm_frames == 0)
        return;
    decoder_count(e->decoder, e->calm_frames, e->calm_bytes);
    e->now.position += e->calm_frames;
    e->now.key = 0;
    e->now.now_ns = e->time.now_ns;
    e->calm_frames = e->calm_bytes = 0;
}

/* Its segment needs more than to be skimmed. */
APART static void feed_rest(struct engine *e, struct bytes data, uint32_t wire_len)
{
    settle(e);
    calm_feed(e, data, wire_len);
}

static inline void read_data(struct engine *e, const struct frame *f, struct bytes data)
{
    struct conn *c = e->conn;
    const size_t before = e->budget.live;
    const size_t skimmed = skim(e, c, conn_direction(c, e->side), data);

    if (skimmed < data.len)
        feed_rest(e, bytes_after(data, skimmed), frame_wire_len(f));
    if (e->budget.live != before)
        c->held += (int64_t)e->budget.live - (int64_t)before;
}

APART static void look_again(struct engine *e, const struct frame *f)
{
    settle(e);
    calm_look_again(e, frame_wire_len(f));
}

/* What packet_take() and tcp_packet() come to. */
static MERGED void take(struct engine *e, struct conn *c, const struct frame *f,
                        const struct glance *g)
{
    const unsigned side = e->side;
    const struct segment s = {.number = f->number,
                              .time_ns = f->time_ns,
                              .wire_len = frame_wire_len(f),
                              .len = (uint32_t)g->data.len};

    e->conn = c;
    e->host.packet = s.number;
    e->host.time_ns = s.time_ns;
    c->source = e->source;
    segment_count(&s, c, side);
    if (g->data.len > 0 && calm_is_due(e, c))
        look_again(e, f);
    c->tcp_flags[side] |= glance_flags(g);
    calm_take_ack(c, side, load_be32(g->tcp.at + GLANCE_ACK), load_be16(g->tcp.at + GLANCE_WINDOW));
    if (g->stamp != NULL)
        take_timestamp(c, side, g);
    c->stream[side].next += g->data.len;
    if (g->data.len > 0)
        read_data(e, f, g->data);
    if (shed_is_needed(e)) {
        settle(e);
        shed(e, c);
    }
}

/* Glanced at again: what was seen need not be in memory else. */
APART static bool is_offloaded(const struct frame *f)
{
    struct glance g;

    return glance_at(f, &g) && glance_is_offloaded(&g, f);
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
                             const struct glance *g)
{
    const struct segment s = segment_at(g, f);
    struct packet p;

    if (tcp_is_bare(c, e->side, &s)) {
        packet_take_bare(e, c, &s);
        return;
    }
    glance_packet(g, f, &p);
    packet_take(e, c, &p);
}

/* The same of a frame that the run counts. */
APART static void read_other_usual(struct engine *e, struct conn *c, const struct frame *f)
{
    struct glance g;

    settle(e);
    if (glance_at(f, &g)) /* as before */
        read_other(e, c, f, &g);
}

static const struct flow_node *find(struct engine *e, const struct glance *g)
{
    if (glance_is_ipv4(g))
        return flow_find_ipv4(e->flows, g->ip + GLANCE_ADDRESSES, g->tcp.at, &e->side);
    const struct sight s = sight_of(g);
    const struct ends ends = sight_ends(&s);
    return flow_find_between(e->flows, &ends, &e->side);
}

/* Its connection; NULL: it is not simply there. */
static inline struct conn *conn_of(const struct flow_node *n)
{
    return n != NULL && !n->asleep ? n->owner : NULL;
}

/* A FIN behind all bytes. */
APART static bool last_frame(struct engine *e, const struct frame *f)
{
    struct glance g;

    if (!glance_fin_at(f, &g) || g.data.len > 0)
        return false;
    struct conn *c = conn_of(find(e, &g));
    const struct segment s = segment_at(&g, f);
    if (c == NULL || !tcp_is_bare(c, e->side, &s) || !glance_sums_are_right(g.ip, g.tcp))
        return false;
    settle(e);
    glance_count(&g, f, e->decoder);
    next_moment(e);
    packet_take_bare(e, c, &s);
    return true;
}

static inline bool usual_frame(struct engine *e, const struct frame *f, const struct recent *at)
{
    const uint8_t *ends = f->data.at + GLANCE_ENDS_AT;
    struct glance g;

    if (!glance_usual(f, GLANCE_TCP_GOES_ON, &g))
        return last_frame(e, f);
    struct conn *c = conn_of(flow_find_expected(e->flows, at, ends, &e->side));
    if (c == NULL)
        return false;
    fetch_to_write(c->skimmed);
    fetch_to_write((const char *)c->skimmed + CONN_LINE);
    const bool right = glance_usual_is_right(g.ip, g.tcp.len);
    if (!right && !is_offloaded(f))
        return false;
    if (!right)
        glance_count_offloaded(e->decoder);
    e->calm_frames++;
    e->calm_bytes += frame_wire_len(f);
    if (c->quick && goes_on(c, e->side, &g, g.ip[GLANCE_TTL]))
        take(e, c, f, &g);
    else
        read_other_usual(e, c, f);
    return true;
}

/* IPv6, a VLAN, or another link: counted at once. */
APART static bool other_frame(struct engine *e, const struct frame *f)
{
    struct glance g;

    if (!glance_at(f, &g))
        return last_frame(e, f);
    struct conn *c = conn_of(find(e, &g));
    if (c == NULL)
        return false;
    const bool right = glance_sums_are_right(g.ip, g.tcp);
    if (!right && !is_offloaded(f))
        return false;
    settle(e);
    if (!right)
        glance_count_offloaded(e->decoder);
    glance_count(&g, f, e->decoder);
    next_moment(e);
    if (c->quick && goes_on(c, e->side, &g, g.ttl))
        take(e, c, f, &g);
    else
        read_other(e, c, f, &g);
    return true;
}

APART size_t calm_frames(struct engine *e, const struct frame *f, const struct recent *const *at,
                         size_t count)
{
    const struct frame *const first = f, *const end = f + count;

    if (!e->quick)
        return 0;
    for (; f < end; f++, at++) {
        ahead_step(at);
        if (!ticks_flow(&e->time, f->time_ns) ||
            !(*at != &flow_nobody ? usual_frame(e, f, *at) : other_frame(e, f)))
            break;
    }
    settle(e);
    return (size_t)(f - first);
}

/* SPDX-License-Identifier: MIT */
/* One TCP segment of a connection: its state (RFC 9293 s3.3.2, as a bystander sees it) and its
 * bytes. */
#include "engine/tcp.h"

#include "base/apart.h"
#include "engine/alternate.h"
#include "engine/calm.h"
#include "engine/conns.h"
#include "engine/peer.h"
#include "engine/rates.h"
#include "engine/segment.h"
#include "engine/skim.h"

#define TIMEOUT_NEW_S         60
#define TIMEOUT_ESTABLISHED_S 3600
#define TIMEOUT_CLOSED_S      10
#define TIMEOUT_RECEIVED_S    1

#define NEAR (1 << 20) /* sequence numbers of this connection, not of an older one */

struct side_of {
    struct engine *engine;
    struct conn *conn;
    unsigned side;
};

void tcp_feed(struct engine *e, struct conn *c, unsigned side, struct bytes in)
{
    const enum direction d = conn_direction(c, side);

    if (!c->quick)
        stack_skims(c);
    const size_t skimmed = skim(e, c, d, in);
    if (skimmed == in.len)
        return;
    c->quick = false;
    stack_feed(e, c, 0, d, bytes_after(in, skimmed));
}

static void on_bytes(void *ctx, struct bytes in)
{
    const struct side_of *s = ctx;

    if (!s->conn->closed)
        tcp_feed(s->engine, s->conn, s->side, in);
}

static void on_gap(void *ctx, uint64_t n)
{
    const struct side_of *s = ctx;
    const enum direction d = conn_direction(s->conn, s->side);

    s->conn->missing[s->side] += n;
    s->engine->counters.tcp_gaps++;
    tell_anomaly(s->engine, s->conn, STREAM_GAP, d, s->conn->stream[s->side].next - n);
    stack_gap(s->engine, s->conn, 0, d, n);
}

static void on_overlap(void *ctx, uint64_t offset, bool replaced)
{
    const struct side_of *s = ctx;

    s->engine->counters.tcp_overlaps++;
    tell_anomaly(s->engine, s->conn, STREAM_OVERLAP_DIFFERS, conn_direction(s->conn, s->side),
                 offset);
    alternate_begin(s->engine, s->conn, s->side, offset, replaced);
}

static struct stream_events events_of(struct side_of *s)
{
    return (struct stream_events){
        .bytes = on_bytes,
        .gap = on_gap,
        .overlap_differs = on_overlap,
        .ctx = s,
        .budget = &s->engine->budget,
    };
}

/* Had this side received all of the other's bytes when it sent its FIN? */
static bool has_heard_all(const struct conn *c, unsigned side)
{
    const struct stream *other = &c->stream[1 - side];
    return (int32_t)(c->fin_ack[side] - other->origin - (uint32_t)other->next) >= 0;
}

void conn_finish(struct engine *e, struct conn *c, enum close_reason why)
{
    if (c->closed)
        return;
    conn_fetch_parts(c);
    if (c->watched)
        peer_look(e, c);
    if (c->doubted != NULL)
        doubt_end(e, c);
    if (reset_is_confirmed(c, why)) {
        c->tcp_state = TCP_STATE_CLOSED;
        why = CLOSE_RESET;
    }
    for (unsigned side = 0; side < 2; side++) {
        struct side_of at = {.engine = e, .conn = c, .side = side};
        const struct stream_events ev = events_of(&at);
        stream_finish(&c->stream[side], &ev);
    }
    for (unsigned side = 0; side < 2; side++)
        e->host.heard_all[conn_direction(c, side)] =
            why == CLOSE_FINISHED && has_heard_all(c, side);
    c->closed = true;
    c->calm = c->quick = false;
    flow_set_timeout(e->flows, c->node, TIMEOUT_CLOSED_S);
    stack_close(e, c, why);
    tell_rules(e, c, true);
    if (c->reset_exact && c->result.final && c->verdict_packet == 0)
        c->verdict_packet = c->reset_packet; /* since then nothing was read */
    alternate_end(e, c, why);
    e->host.heard_all[0] = e->host.heard_all[1] = false;
}

/* RFC 7323 s2.2: windows are scaled where both SYNs say so. */
static void note_syn(struct conn *c, unsigned side, const struct packet *p)
{
    struct habit *h = &c->habit[side], *other = &c->habit[1 - side];

    h->has_syn = true;
    h->shift = p->window_shift;
    if (!other->has_syn)
        return;
    const bool scaled = h->shift > 0 && other->shift > 0;
    h->narrower = scaled ? (uint8_t)(WINDOW_SHIFT_MOST + 1 - h->shift) : WINDOW_SHIFT_MOST;
    other->narrower = scaled ? (uint8_t)(WINDOW_SHIFT_MOST + 1 - other->shift) : WINDOW_SHIFT_MOST;
}

static void track_syn(struct conn *c, unsigned side, const struct packet *p)
{
    const bool answer = (p->flags & TCP_ACK) != 0;
    const bool crossed = c->habit[1 - side].has_syn && (!answer || c->habit[side].has_syn);

    if (c->tcp_state >= TCP_STATE_ESTABLISHED)
        return; /* of another connection, or of nobody: it says nothing of this one's windows */
    note_syn(c, side, p);
    c->tcp_state = answer || crossed ? TCP_STATE_SYN_RECV : TCP_STATE_SYN_SENT;
    if (!crossed) /* of SYNs that cross, the first is the client's (RFC 9293 s3.5) */
        c->client_side = (uint8_t)(answer ? 1 - side : side);
    c->direction_known = true;
    c->midstream = false;
    if (answer && !c->stream[1 - side].started)
        stream_start_at(&c->stream[1 - side], p->ack);
}

static void track_fin(struct conn *c, unsigned side, const struct segment *p)
{
    const struct stream *s = &c->stream[side];

    if (s->started && tcp_ahead(s, p->seq + p->len) < 0)
        return; /* before what was read: nobody's end */
    if (!s->fin_seen)
        c->fin_ack[side] = p->ack;
    if ((c->tcp_flags[1 - side] & TCP_FIN) != 0)
        c->tcp_state = TCP_STATE_TIME_WAIT;
    else
        c->tcp_state = TCP_STATE_FIN_WAIT1;
}

/* It is no SYN. */
static void track_established(struct conn *c, unsigned side, uint8_t flags)
{
    if (c->tcp_state >= TCP_STATE_ESTABLISHED || (flags & TCP_RST) != 0 ||
        (!c->midstream && (c->tcp_state != TCP_STATE_SYN_RECV || side != c->client_side)))
        return;
    c->tcp_state = TCP_STATE_ESTABLISHED;
    c->node->timeout_s = TIMEOUT_ESTABLISHED_S;
}

static void count_segment(struct engine *e, struct conn *c, unsigned side, enum stream_said said)
{
    if (said == STREAM_REPEATED) {
        c->retransmissions[side]++;
        e->counters.tcp_retransmissions++;
    } else if (said == STREAM_EARLY) {
        c->out_of_order[side]++;
        e->counters.tcp_out_of_order++;
    }
}

APART static void wait_longer(struct engine *e, struct conn *c)
{
    for (unsigned side = 0; side < 2; side++) {
        if (!stream_has_hole(&c->stream[side]))
            continue;
        struct side_of at = {.engine = e, .conn = c, .side = side};
        const struct stream_events ev = events_of(&at);
        stream_patience(&c->stream[side], e->time.now_ns, &ev);
    }
}

static inline void wait_for_holes(struct engine *e, struct conn *c)
{
    if (stream_has_hole(&c->stream[0]) || stream_has_hole(&c->stream[1]))
        wait_longer(e, c);
}

/* Nothing about the segment is new in its sender. */
static bool is_usual(const struct conn *c, unsigned side, const struct packet *p)
{
    const struct segment s = segment_of(p);

    return (p->flags & (TCP_SYN | TCP_RST | TCP_ACK | TCP_URG)) == TCP_ACK &&
           segment_fits(&s, &c->habit[side]) && !c->stream[side].fin_seen;
}

/* Bytes from before the first, though the SYN was seen: a decoy with a wrong number, or one that
 * is to push what follows to another place. Not so a keep-alive, nor a straggler of the
 * connection that had these ports before. */
static void tell_outside(struct engine *e, struct conn *c, unsigned side, const struct packet *p)
{
    const struct stream *s = &c->stream[side], *other = &c->stream[1 - side];
    const int64_t offset = (int64_t)s->next + tcp_ahead(s, p->seq);
    const int64_t ack = tcp_ahead(other, p->ack);

    if (offset < 0 && offset > -NEAR && p->payload_len > 1 && s->syn_seen &&
        (p->flags & TCP_SYN) == 0 && other->started && ack < NEAR && ack > -NEAR)
        tell_anomaly(e, c, STREAM_OUT_OF_WINDOW, conn_direction(c, side), 0);
}

/* Most stacks take the urgent byte out of the stream, others leave it in (RFC 6093 s2). */
static void tell_urgent(struct engine *e, struct conn *c, unsigned side, const struct packet *p)
{
    const struct stream *s = &c->stream[side];
    const int64_t at = (s->started ? tcp_ahead(s, p->seq) : 0) + p->urgent - 1; /* from next on */
    const uint64_t offset = s->next + (uint64_t)at;

    if (p->urgent == 0 || at < 0)
        return;
    if (p->urgent <= p->payload_len) /* else a later segment has it */
        tell_anomaly(e, c, STREAM_URGENT_BYTE, conn_direction(c, side), offset);
    alternate_urgent(e, c, side, offset);
}

static void read_segment(struct engine *e, struct conn *c, unsigned side, const struct packet *p)
{
    if ((p->flags & TCP_RST) != 0)
        return; /* its data, if any, says why (RFC 9293 s3.5.3) */
    struct side_of at = {.engine = e, .conn = c, .side = side};
    struct stream *s = &c->stream[side];

    const struct stream_events ev = events_of(&at);
    if (c->doubted != NULL)
        doubt_compare(c, side, p);
    if ((int32_t)(p->seq - s->origin) < 0 && s->started)
        tell_outside(e, c, side, p);
    if ((p->flags & TCP_URG) != 0)
        tell_urgent(e, c, side, p);
    const enum stream_said said = stream_segment(s, p, &ev);
    count_segment(e, c, side, said);
    if (said >= STREAM_REPEATED || (c->alternates > 0 && c->alternate != NULL))
        alternate_segment(e, c, side, p);
}

void tcp_read_late(struct engine *e, struct conn *c, unsigned side, const struct packet *p)
{
    const struct segment s = segment_of(p);

    c->tcp_flags[side] |= p->flags;
    if ((p->flags & TCP_FIN) != 0)
        track_fin(c, side, &s);
    read_segment(e, c, side, p);
}

/* What a segment says of its sender, and of what it received. */
static void take_headers(struct conn *c, unsigned side, const struct packet *p)
{
    const struct segment s = segment_of(p);

    c->tcp_flags[side] |= p->flags;
    if ((p->flags & TCP_SYN) != 0)
        track_syn(c, side, p);
    else
        track_established(c, side, p->flags);
    if ((p->flags & TCP_FIN) != 0)
        track_fin(c, side, &s);
    if ((p->flags & TCP_ACK) != 0)
        segment_take_ack(&s, c, side);
    if ((p->flags & TCP_RST) == 0) /* anybody may have sent that */
        segment_take_habit(&s, c, side);
}

static void settle(struct engine *e, struct conn *c, const struct packet *p)
{
    if (c->doubted != NULL)
        doubt_settle(e, c);
    if (c->reset_doubted)
        reset_settle(e, c, p);
}

/* What is left of a packet when its segment was set aside: its ACK, which says nothing of its
 * bytes, or the SYN without its data. */
static const struct packet *without_doubt(struct engine *e, struct conn *c, unsigned side,
                                          const struct packet *p, struct packet *left)
{
    const enum doubt why = c->closed ? DOUBT_NONE : doubt_of(c, side, p);

    if (why == DOUBT_NONE || !doubt_set_aside(e, c, side, p, why))
        return p;
    *left = *p;
    left->payload_len = 0;
    left->payload.len = 0;
    left->flags &= TCP_SYN | TCP_ACK;
    left->ttl = 0;
    left->has_timestamp = left->has_signature = false;
    return left;
}

/* Nobody will send again what is missing; only the capture may have it late. */
static void expect_end(struct engine *e, struct conn *c)
{
    if (stream_is_received(&c->stream[0]) && stream_is_received(&c->stream[1]) &&
        c->node->timeout_s != TIMEOUT_RECEIVED_S)
        flow_set_timeout(e->flows, c->node, TIMEOUT_RECEIVED_S);
}

/* Its other FIN is near, mostly, and then its end. */
static inline void fetch_for_end(const struct conn *c, unsigned side)
{
    if ((c->tcp_flags[1 - side] & TCP_FIN) == 0)
        conn_fetch_rest(c);
}

static void any_segment(struct engine *e, struct conn *c, unsigned side, const struct packet *p)
{
    const struct packet *const whole = p;
    struct packet left;

    c->quick = false;
    if (p->checksum == CHECKSUM_BAD) {
        e->counters.tcp_bad_checksum++;
        tell_anomaly(e, c, STREAM_BAD_CHECKSUM, conn_direction(c, side), 0);
        return;
    }
    if (c->reset_exact || !is_usual(c, side, p))
        p = without_doubt(e, c, side, p, &left);
    take_headers(c, side, p);
    if (e->rates != 0 && !c->genuine)
        rates_prove(e, c, side, p);
    if (c->closed) {
        doubt_after_end(e, c, side, p);
        return;
    }
    settle(e, c, whole);
    if (c->reset_exact && (p->flags & TCP_SYN) == 0)
        return;
    if ((p->flags & TCP_FIN) != 0)
        fetch_for_end(c, side);
    if (p->payload_len > 0 || (p->flags & (TCP_SYN | TCP_FIN)) != 0)
        read_segment(e, c, side, p);
    wait_for_holes(e, c);
    if ((p->flags & TCP_RST) != 0)
        reset_take(e, c, side, p);
    else if (c->stream[0].ended && c->stream[1].ended)
        conn_finish(e, c, CLOSE_FINISHED);
    else
        expect_end(e, c);
}

/* Its bytes are all there, and it ends them. */
static bool is_end(const struct conn *c, unsigned side, const struct segment *s)
{
    const struct stream *from = &c->stream[side];

    return !c->closed && c->alternates == 0 && segment_fits(s, &c->habit[side]) &&
           segment_goes_on(s, from) && !from->fin_seen;
}

bool tcp_is_bare(const struct conn *c, unsigned side, const struct segment *s)
{
    return s->len == 0 && c->doubted == NULL && !c->reset_doubted &&
           ((s->flags & TCP_FIN) == 0 || is_end(c, side, s));
}

void tcp_bare(struct engine *e, struct conn *c, unsigned side, const struct segment *s)
{
    c->tcp_flags[side] |= s->flags;
    track_established(c, side, s->flags);
    if ((s->flags & TCP_FIN) != 0)
        track_fin(c, side, s);
    segment_take_ack(s, c, side);
    segment_take_habit(s, c, side);
    if (c->closed)
        return;
    if ((s->flags & TCP_FIN) != 0) {
        fetch_for_end(c, side);
        stream_fin(&c->stream[side]);
    }
    wait_for_holes(e, c);
    if (c->stream[0].ended && c->stream[1].ended)
        conn_finish(e, c, CLOSE_FINISHED);
    else
        expect_end(e, c);
    calm_look(e, c);
}

void tcp_packet(struct engine *e, struct conn *c, unsigned side, const struct packet *p)
{
    if (!calm_packet(e, c, side, p))
        any_segment(e, c, side, p);
    if (!c->quick)
        calm_look(e, c);
}

void tcp_give_up_holes(struct engine *e, struct conn *c)
{
    for (unsigned side = 0; side < 2; side++) {
        struct side_of at = {.engine = e, .conn = c, .side = side};
        const struct stream_events ev = events_of(&at);
        stream_give_up(&c->stream[side], &ev);
    }
    if (c->stream[0].ended && c->stream[1].ended)
        conn_finish(e, c, CLOSE_FINISHED);
}

/* A SYN on a known pair of ports: the same connection, or the next one (RFC 9293 s3.6.1)? */
bool tcp_is_new_connection(struct conn *c, unsigned side, const struct packet *p)
{
    if ((p->flags & TCP_SYN) == 0 || p->checksum == CHECKSUM_BAD)
        return false;
    if ((p->flags & TCP_ACK) != 0)
        return c->new_syn && p->ack == c->new_isn + 1;
    if (c->closed || c->reset_exact)
        return true;
    if (c->stream[side].started && p->seq + 1 == c->stream[side].origin)
        return false; /* sent again */
    if (!c->stream[side].started && c->habit[1 - side].has_syn)
        return false; /* they crossed */
    if (c->tcp_state < TCP_STATE_ESTABLISHED)
        return c->tcp_state == TCP_STATE_SYN_SENT;
    c->new_syn = true; /* a stray, or the old end was not captured: its answer will tell */
    c->new_isn = p->seq;
    return false;
}

void tcp_take_syn(struct conn *c, const struct syn *s)
{
    c->client_side = s->side;
    c->direction_known = true;
    c->midstream = false;
    c->tcp_state = TCP_STATE_SYN_SENT;
    c->tcp_flags[s->side] |= TCP_SYN;
    c->packets[s->side] += s->packets;
    c->bytes[s->side] += s->bytes;
    c->retransmissions[s->side] += s->packets - 1;
    c->start_ns = s->first_ns;
    c->first_packet = s->first_packet;
    c->last_packet = s->last_packet;
    c->source = s->source;
    c->habit[s->side].has_syn = true;
    c->habit[s->side].shift = s->window_shift;
    c->habit[s->side].ttl = s->ttl;
    stream_start_at(&c->stream[s->side], s->seq + 1);
}

bool tcp_is_over(const struct conn *c)
{
    return c->closed && stream_is_over(&c->stream[0]) && stream_is_over(&c->stream[1]);
}

uint32_t tcp_first_timeout(void)
{
    return TIMEOUT_NEW_S;
}

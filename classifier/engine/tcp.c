/* SPDX-License-Identifier: MIT */
/* One TCP segment of a connection: its state (RFC 9293 s3.3.2, as a bystander sees it) and its
 * bytes. */
#include "engine/worker.h"

#define TIMEOUT_NEW_S         60
#define TIMEOUT_ESTABLISHED_S 3600
#define TIMEOUT_CLOSED_S      10

struct side_of {
    struct engine *engine;
    struct conn *conn;
    unsigned side;
};

static void on_bytes(void *ctx, struct bytes in)
{
    const struct side_of *s = ctx;

    if (!s->conn->closed)
        stack_feed(s->engine, s->conn, 0, conn_direction(s->conn, s->side), in);
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

static void on_overlap(void *ctx, uint64_t offset)
{
    const struct side_of *s = ctx;

    s->engine->counters.tcp_overlaps++;
    tell_anomaly(s->engine, s->conn, STREAM_OVERLAP_DIFFERS, conn_direction(s->conn, s->side),
                 offset);
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
    for (unsigned side = 0; side < 2; side++) {
        struct side_of at = {.engine = e, .conn = c, .side = side};
        const struct stream_events ev = events_of(&at);
        stream_finish(&c->stream[side], &ev);
    }
    for (unsigned side = 0; side < 2; side++)
        e->host.heard_all[conn_direction(c, side)] =
            why == CLOSE_FINISHED && has_heard_all(c, side);
    c->closed = true;
    flow_set_timeout(e->flows, &c->node, TIMEOUT_CLOSED_S);
    stack_close(e, c, why);
    e->host.heard_all[0] = e->host.heard_all[1] = false;
    tell_rules(e, c, true);
}

static void track_syn(struct conn *c, unsigned side, const struct packet *p)
{
    const bool answer = (p->flags & TCP_ACK) != 0;

    if (c->tcp_state >= TCP_STATE_ESTABLISHED)
        return;
    c->tcp_state = answer ? TCP_STATE_SYN_RECV : TCP_STATE_SYN_SENT;
    c->client_side = (uint8_t)(answer ? 1 - side : side);
    c->direction_known = true;
    c->midstream = false;
    if (answer && !c->stream[1 - side].started)
        stream_start_at(&c->stream[1 - side], p->ack);
}

static void track_state(struct conn *c, unsigned side, const struct packet *p)
{
    c->tcp_flags[side] |= p->flags;
    if ((p->flags & TCP_SYN) != 0) {
        track_syn(c, side, p);
    } else if (c->tcp_state < TCP_STATE_ESTABLISHED && (p->flags & TCP_RST) == 0 &&
               (c->midstream || (c->tcp_state == TCP_STATE_SYN_RECV && side == c->client_side))) {
        c->tcp_state = TCP_STATE_ESTABLISHED;
        c->node.timeout_s = TIMEOUT_ESTABLISHED_S;
    }
    if ((p->flags & TCP_FIN) == 0)
        return;
    if (!c->stream[side].fin_seen)
        c->fin_ack[side] = p->ack;
    if ((c->tcp_flags[1 - side] & TCP_FIN) != 0)
        c->tcp_state = TCP_STATE_TIME_WAIT;
    else
        c->tcp_state = TCP_STATE_FIN_WAIT1;
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

static void wait_for_holes(struct engine *e, struct conn *c)
{
    for (unsigned side = 0; side < 2; side++) {
        if (!stream_has_hole(&c->stream[side]))
            continue;
        struct side_of at = {.engine = e, .conn = c, .side = side};
        const struct stream_events ev = events_of(&at);
        stream_patience(&c->stream[side], e->now_ns, &ev);
    }
}

void tcp_packet(struct engine *e, struct conn *c, unsigned side, const struct packet *p)
{
    struct side_of at = {.engine = e, .conn = c, .side = side};
    const struct stream_events ev = events_of(&at);

    if (p->checksum == CHECKSUM_BAD) {
        e->counters.tcp_bad_checksum++;
        tell_anomaly(e, c, STREAM_BAD_CHECKSUM, conn_direction(c, side), 0);
        return;
    }
    const bool reset_plausible =
        (p->flags & TCP_RST) != 0 && stream_reset_plausible(&c->stream[side], p->seq);
    track_state(c, side, p);
    if ((p->flags & TCP_ACK) != 0)
        stream_acknowledge(&c->stream[1 - side], p->ack, p->time_ns);
    if (c->closed)
        return;
    if ((p->flags & TCP_RST) == 0)
        count_segment(e, c, side, stream_segment(&c->stream[side], p, &ev));
    wait_for_holes(e, c);
    if (reset_plausible) {
        c->tcp_state = TCP_STATE_CLOSED;
        conn_finish(e, c, CLOSE_RESET);
    } else if (c->stream[0].ended && c->stream[1].ended) {
        conn_finish(e, c, CLOSE_FINISHED);
    }
}

/* A SYN on a known pair of ports: the same connection, or the next one (RFC 9293 s3.6.1)? */
bool tcp_is_new_connection(struct conn *c, unsigned side, const struct packet *p)
{
    if ((p->flags & TCP_SYN) == 0)
        return false;
    if ((p->flags & TCP_ACK) != 0)
        return c->new_syn && p->ack == c->new_isn + 1;
    if (c->closed)
        return true;
    if (c->stream[side].started && p->seq + 1 == c->stream[side].origin)
        return false; /* sent again */
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

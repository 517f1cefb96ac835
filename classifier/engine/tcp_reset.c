/* SPDX-License-Identifier: MIT */
/* tcp_reset.c - RSTs, of which many are not the endpoint's.
 *
 * One that has exactly the sequence number its receiver expects ends the connection, mostly. One
 * inside the window does not with a receiver that follows RFC 5961 s3.2, and does with older ones;
 * nor can a capture that lost packets always tell what is exact. No RST is believed for good: both
 * are refuted by acknowledgements of bytes that were sent after it, and the connection goes on.
 * Until then
 *   - after an exact one nothing is read. What comes is set aside, and 10 s of silence end the
 * flow;
 *   - after any other the bytes that follow are read. Silence confirms it, unless its sender was
 *     seen to go on: somebody else sent it, and nobody knows whether it arrived. One that may have
 *     died on its way needs the whole silence: that the capture ends is none.
 */
#include "engine/tcp.h"

#define TIMEOUT_EXACT_S       10
#define TIMEOUT_DOUBTED_S     300
#define TIMEOUT_ESTABLISHED_S 3600

static bool is_next(const struct stream *s, uint32_t seq)
{
    return tcp_ahead(s, seq) == 0 || (s->fin_seen && seq == s->origin + (uint32_t)s->fin + 1);
}

/* Of who has said nothing yet the acknowledgement counts (RFC 9293 s3.10.7.3). */
static bool is_exact(const struct conn *c, unsigned side, const struct packet *p)
{
    const struct stream *s = &c->stream[side], *other = &c->stream[1 - side];

    if (s->started)
        return is_next(s, p->seq);
    return other->started && (p->flags & TCP_ACK) != 0 && is_next(other, p->ack);
}

/* Its receiver may never have had it, or drops it. */
static bool is_odd(const struct habit *h, const struct packet *p)
{
    return tcp_ttl_fell(h, p) || (p->has_signature && !h->signs);
}

enum reset { RESET_IGNORED, RESET_DOUBTFUL, RESET_EXACT };

/* What a RST does to its receiver (RFC 5961 s3.2); told where no honest stack sends it. */
static enum reset reset_of(struct engine *e, struct conn *c, unsigned side, const struct packet *p)
{
    const struct stream *s = &c->stream[side];
    const int64_t offset = (int64_t)s->next + tcp_ahead(s, p->seq);

    if (is_exact(c, side, p) && !is_odd(&c->habit[side], p))
        return RESET_EXACT;
    if (stream_reset_plausible(s, p->seq))
        return RESET_DOUBTFUL;
    /* Behind what was acknowledged: the answer to a segment from before. Honest, and ignored. */
    if (c->tcp_state >= TCP_STATE_ESTABLISHED && s->syn_seen && !c->closed &&
        (offset < -1 || offset > (int64_t)s->next))
        tell_anomaly(e, c, STREAM_RESET_OUT_OF_WINDOW, conn_direction(c, side), 0);
    return RESET_IGNORED;
}

/* What of a stream may honestly be acknowledged after the RST. */
static uint64_t end_of(const struct stream *s)
{
    uint64_t end = s->next > s->acknowledged ? s->next : s->acknowledged;

    if (s->fin_seen && s->fin + 1 > end)
        end = s->fin + 1;
    return end;
}

static uint32_t timeout_of(const struct conn *c, bool exact)
{
    if (exact)
        return TIMEOUT_EXACT_S;
    return c->tcp_state < TCP_STATE_ESTABLISHED ? c->node->timeout_s : TIMEOUT_DOUBTED_S;
}

void reset_take(struct engine *e, struct conn *c, unsigned side, const struct packet *p)
{
    const struct stream *s = &c->stream[side];
    const enum reset reset = reset_of(e, c, side, p);
    const bool exact = reset == RESET_EXACT;

    if (reset == RESET_IGNORED || (c->reset_doubted && !exact))
        return;
    c->reset_doubted = true;
    c->reset_exact = exact;
    c->reset_survived = false;
    c->reset_odd = is_odd(&c->habit[side], p);
    c->reset_side = (uint8_t)side;
    c->reset_seq = p->seq;
    c->reset_packet = p->number;
    for (unsigned n = 0; n < 2; n++)
        c->reset_end[n] = end_of(&c->stream[n]);
    const int64_t offset = (int64_t)s->next + tcp_ahead(s, p->seq);
    if (s->started && offset > (int64_t)c->reset_end[side])
        c->reset_end[side] = (uint64_t)offset;
    flow_set_timeout(e->flows, c->node, timeout_of(c, exact));
}

/* Behind the place of its RST nobody sends anything but RSTs. */
static bool goes_on(const struct conn *c, unsigned side, const struct packet *p)
{
    return side == c->reset_side && (p->flags & TCP_RST) == 0 &&
           (int32_t)(p->seq + p->payload_len - c->reset_seq) > 0 && !doubt_is_odd(c, side, p);
}

bool reset_is_confirmed(const struct conn *c, enum close_reason why)
{
    if (!c->reset_doubted || why == CLOSE_FINISHED)
        return false;
    return c->reset_exact || (!c->reset_survived && !(c->reset_odd && why == CLOSE_INPUT_ENDED));
}

void reset_settle(struct engine *e, struct conn *c, const struct packet *p)
{
    c->reset_survived |= goes_on(c, e->side, p);
    for (unsigned side = 0; side < 2; side++) {
        if (c->stream[side].acknowledged <= c->reset_end[side])
            continue;
        c->reset_doubted = c->reset_exact = false;
        flow_set_timeout(e->flows, c->node, TIMEOUT_ESTABLISHED_S);
        tell_anomaly(e, c, STREAM_RESET_IGNORED, conn_direction(c, side), c->reset_end[side]);
        return;
    }
}

/* SPDX-License-Identifier: MIT */
/* tcp_reset.c - RSTs, of which many are not the endpoint's.
 *
 * One that has exactly the sequence number its receiver expects ends the connection. One inside the
 * window does not with a receiver that follows RFC 5961 s3.2, and does with older ones; nor can a
 * capture that lost packets always tell what is exact. Such a RST is doubted: the bytes that follow
 * are read, silence confirms it, and acknowledgements of bytes from after it refute it.
 */
#include "engine/tcp.h"

#define TIMEOUT_DOUBTED_S     300
#define TIMEOUT_ESTABLISHED_S 3600

static bool is_exact(const struct stream *s, uint32_t seq)
{
    if (!s->started)
        return true; /* nothing to compare with */
    return tcp_ahead(s, seq) == 0 || (s->fin_seen && seq == s->origin + (uint32_t)s->fin + 1);
}

enum reset reset_of(struct engine *e, struct conn *c, unsigned side, const struct packet *p)
{
    const struct stream *s = &c->stream[side];
    const int64_t offset = (int64_t)s->next + tcp_ahead(s, p->seq);

    if (is_exact(s, p->seq) && !tcp_ttl_fell(&c->habit[side], p))
        return RESET_GENUINE;
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

void reset_doubt(struct engine *e, struct conn *c, unsigned side, const struct packet *p)
{
    const struct stream *s = &c->stream[side];
    const uint64_t offset = s->next + (uint64_t)tcp_ahead(s, p->seq);

    if (c->reset_doubted || c->closed)
        return;
    c->reset_doubted = true;
    c->reset_end[side] = end_of(s);
    if ((int64_t)(offset - c->reset_end[side]) > 0)
        c->reset_end[side] = offset;
    c->reset_end[1 - side] = end_of(&c->stream[1 - side]);
    flow_set_timeout(e->flows, &c->node, TIMEOUT_DOUBTED_S);
}

void reset_settle(struct engine *e, struct conn *c)
{
    for (unsigned side = 0; side < 2; side++) {
        if (c->stream[side].acknowledged <= c->reset_end[side])
            continue;
        c->reset_doubted = false;
        flow_set_timeout(e->flows, &c->node, TIMEOUT_ESTABLISHED_S);
        tell_anomaly(e, c, STREAM_RESET_IGNORED, conn_direction(c, side), c->reset_end[side]);
        return;
    }
}

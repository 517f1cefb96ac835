/* SPDX-License-Identifier: MIT */
#include "engine/packet.h"

#include "engine/calm.h"
#include "engine/peer.h"
#include "engine/rates.h"
#include "engine/shed.h"
#include "policy/rate.h"

/* What was taught before it began is known by now. Of TCP: if its stream goes on, and nothing came
 * again. */
static void look_again(struct engine *e, struct conn *c, uint8_t transport, const struct segment *s)
{
    if (!calm_is_due(e, c) ||
        (transport == TRANSPORT_TCP && (s->len == 0 || !segment_goes_on(s, &c->stream[e->side]))))
        return;
    c->watched = c->quick = false;
    peer_look(e, c);
}

/* Returns how much memory is taken. */
static inline size_t begin(struct engine *e, struct conn *c, const struct segment *s)
{
    c->source = e->source;
    e->conn = c;
    e->packet_len = s->wire_len;
    e->host.packet = s->number;
    e->host.time_ns = s->time_ns;
    segment_count(s, c, e->side);
    return e->budget.live;
}

/* `before`: as begin() said. The connection may be gone afterwards. */
static inline void end(struct engine *e, struct conn *c, size_t before)
{
    e->packet_len = 0;
    if (e->budget.live != before)
        c->held += (int64_t)e->budget.live - (int64_t)before;
    if (!c->proven && shed_is_proven(c)) {
        shed_prove(e, c);
        calm_look(e, c);
    }
    const bool over = tcp_is_over(c);
    if (over) /* the flow is told now, and its memory serves the next */
        end_conn(e, c, FLOW_FINISHED);
    if (shed_is_needed(e))
        shed(e, over ? NULL : c);
}

void packet_take_bare(struct engine *e, struct conn *c, const struct segment *s)
{
    const size_t before = begin(e, c, s);

    tcp_bare(e, c, e->side, s);
    end(e, c, before);
}

uint64_t packet_take(struct engine *e, struct conn *c, const struct packet *p)
{
    const struct segment s = segment_of(p);
    const uint64_t id = e->config.trace != NULL ? c->id : 0;
    const size_t before = begin(e, c, &s);

    look_again(e, c, p->transport, &s);
    if (e->rates != 0 && c->rate_epoch != policy_rate_epoch(e->policy))
        rates_look(e, c);
    if (p->transport == TRANSPORT_TCP)
        tcp_packet(e, c, e->side, p);
    else
        udp_packet(e, c, e->side, p);
    if ((e->asks & ASK_COUNTS) != 0 && !c->closed)
        tell_rules(e, c, false);
    end(e, c, before);
    return id;
}

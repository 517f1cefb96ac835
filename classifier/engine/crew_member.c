/* SPDX-License-Identifier: MIT */
/* One worker: reads its part of each round, in order. */
#include "engine/crew_parts.h"
#include "engine/ending.h"

static void do_work(struct member *m, const struct work *w)
{
    struct engine *e = m->engine;

    e->now = (struct moment){.position = w->position, .now_ns = w->now_ns};
    e->time.now_ns = w->now_ns;
    engine_source(e, w->source);
    switch ((enum work_kind)w->kind) {
    case WORK_FRAME: engine_packet(e, &w->packet, w->whole, (enum anomaly)w->odd); break;
    case WORK_TICK: end_expired(e); break;
    case WORK_LEARN: end_prepare(e); break;
    case WORK_END: end_until(e, w->until); break;
    case WORK_REST: end_rest(e); break;
    }
}

bool member_read(struct member *m, int64_t until_ns)
{
    struct order *order = m->crew->order;
    struct round *round = &m->round[m->done % CREW_ROUNDS];

    m->journal = &round->journal;
    while (m->at < round->count) {
        const struct work *w = &round->work[m->at];
        order_reach(order, m->place, w->now_ns);
        if (w->now_ns >= until_ns)
            return false;
        m->at++;
        do_work(m, w);
    }
    order_reach(order, m->place, m->crew->end_ns[m->done % CREW_ROUNDS]);
    order_rest(order, m->place);
    m->at = 0;
    return true;
}

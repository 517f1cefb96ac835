/* SPDX-License-Identifier: MIT */
/* One worker: reads its part of each round, in order. */
#include "engine/crew_parts.h"
#include "engine/ending.h"

static void do_work(struct engine *e, const struct work *w)
{
    switch ((enum work_kind)w->kind) {
    case WORK_FRAME: engine_packet(e, &w->packet, w->whole, (enum anomaly)w->odd); break;
    case WORK_TICK: end_expired(e); break;
    case WORK_LEARN: end_prepare(e); break;
    case WORK_END: end_until(e, w->until); break;
    case WORK_REST: end_rest(e); break;
    }
}

/* At its moment. */
static void come_to(struct engine *e, const struct round *r, const struct work *w)
{
    const uint64_t position = r->position + (uint64_t)(w - r->work);

    e->now = (struct moment){.position = position, .now_ns = w->now_ns};
    e->time.now_ns = w->now_ns;
}

bool member_read(struct member *m, int64_t until_ns)
{
    struct order *order = m->crew->order;
    const struct round *round = &m->crew->round[m->done % CREW_ROUNDS];
    struct part *part = &m->part[m->done % CREW_ROUNDS];

    m->journal = &part->journal;
    engine_source(m->engine, round->source);
    while (m->at < part->count) {
        const struct work *w = &round->work[part->mine[m->at]];
        order_reach(order, m->place, w->now_ns);
        if (w->now_ns >= until_ns)
            return false;
        m->at++;
        come_to(m->engine, round, w);
        do_work(m->engine, w);
    }
    order_reach(order, m->place, round->end_ns);
    order_rest(order, m->place);
    m->at = 0;
    return true;
}

void member_free(struct member *m)
{
    engine_free(m->engine);
    for (size_t i = 0; i < CREW_ROUNDS; i++)
        journal_free(&m->part[i].journal);
}

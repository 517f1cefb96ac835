/* SPDX-License-Identifier: MIT */
/* One worker: reads its part of each round, in order. */
#include "engine/crew_member.h"

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

static void read_round(struct member *m, struct round *round)
{
    m->journal = &round->journal;
    for (size_t i = 0; i < round->count; i++) {
        order_reach(m->order, m->place, round->work[i].now_ns);
        do_work(m, &round->work[i]);
    }
    order_reach(m->order, m->place, round->end_ns);
    order_rest(m->order, m->place);
}

/* NULL: there will be none. */
static struct round *next_round(struct member *m)
{
    struct crew_sign *s = m->sign;

    pthread_mutex_lock(&s->lock);
    while (m->done == s->dealt && !s->over)
        pthread_cond_wait(&s->dealt_more, &s->lock);
    struct round *round = m->done < s->dealt ? &m->round[m->done % CREW_ROUNDS] : NULL;
    pthread_mutex_unlock(&s->lock);
    return round;
}

static void tell_done(struct member *m)
{
    struct crew_sign *s = m->sign;

    pthread_mutex_lock(&s->lock);
    m->done++;
    if (m->done == s->wanted)
        pthread_cond_signal(&s->done_more);
    pthread_mutex_unlock(&s->lock);
}

void *member_run(void *member)
{
    struct member *m = member;
    struct round *round;

    while ((round = next_round(m)) != NULL) {
        read_round(m, round);
        tell_done(m);
    }
    return NULL;
}

/* SPDX-License-Identifier: MIT */
/* One worker: reads its part of each round, in order. */
#include <stdlib.h>

#include "base/apart.h"
#include "engine/ahead.h"
#include "engine/calm.h"
#include "engine/crew_parts.h"
#include "engine/ending.h"

static void on_event(void *ctx, const struct event *e)
{
    const struct pen *p = ctx;

    if (p->to == NULL)
        journal_note(p->member->journal, p->member->engine->now, e);
    else
        journal_write(p->member->journal, p->member->engine->now, e, p->to, p->own);
}

static struct pen *add_pen(struct member *m, const struct sink *to, uint32_t interest)
{
    struct pen *p = &m->pen[m->pens];

    *p = (struct pen){.member = m, .to = to};
    p->sink = (struct sink){.event = on_event, .ctx = p, .interest = interest};
    if (m->pens > 0)
        m->pen[m->pens - 1].sink.next = &p->sink;
    m->pens++;
    return p;
}

/* One for each output that has a scribe. */
static bool add_scribes(struct member *m, const struct sink *outputs, struct err *err)
{
    for (const struct sink *s = outputs; s != NULL; s = s->next) {
        if (s->scribe == NULL)
            continue;
        struct pen *p = add_pen(m, s, s->interest);
        p->own = s->scribe->create(s->ctx, err);
        if (p->own == NULL)
            return false;
    }
    return true;
}

bool member_pens(struct member *m, const struct sink *outputs, struct err *err)
{
    size_t scribes = 0, others = 0;
    uint32_t interest = 0;

    for (const struct sink *s = outputs; s != NULL; s = s->next) {
        scribes += s->scribe != NULL;
        others += s->scribe == NULL;
        interest |= s->scribe == NULL ? s->interest : 0;
    }
    m->pen = calloc(scribes + 1, sizeof(*m->pen));
    if (m->pen == NULL) {
        err_set(err, "out of memory");
        return false;
    }
    if (!add_scribes(m, outputs, err))
        return false;
    if (others > 0)
        add_pen(m, NULL, interest);
    return true;
}

static void free_pens(struct member *m)
{
    for (size_t i = 0; i < m->pens; i++)
        if (m->pen[i].to != NULL)
            m->pen[i].to->scribe->free(m->pen[i].own);
    free(m->pen);
}

/* It was no more than that. */
APART static void read_seen(struct engine *e, const struct seen *seen)
{
    struct packet p;

    seen_packet(seen, &p);
    engine_packet(e, &p, true, ANOMALY_NONE);
}

static inline void look(struct engine *e, const struct work *w)
{
    const struct seen seen = {
        .sight = &w->sight, .number = w->number, .time_ns = w->now_ns, .wire_len = w->wire_len};

    if (calm_seen(e, &seen))
        return;
    const struct seen copy = seen; /* in memory only here */
    read_seen(e, &copy);
}

APART static void do_other(struct engine *e, const struct work *w)
{
    switch ((enum work_kind)w->kind) {
    case WORK_SEEN: break;
    case WORK_FRAME: engine_packet(e, w->packet, w->whole, (enum anomaly)w->odd); break;
    case WORK_TICK: end_expired(e); break;
    case WORK_LEARN: end_prepare(e); break;
    case WORK_END: end_until(e, w->until); break;
    case WORK_REST: end_rest(e); break;
    }
}

static inline void do_work(struct engine *e, const struct work *w)
{
    if (w->kind == WORK_SEEN)
        look(e, w);
    else
        do_other(e, w);
}

/* At its moment. */
static inline void come_to(struct engine *e, const struct round *r, const struct work *w)
{
    const uint64_t position = r->position + (uint64_t)(w - r->work);

    e->now = (struct moment){.position = position, .now_ns = w->now_ns};
    e->time.now_ns = w->now_ns;
}

/* Some of a part, read together. */
struct stretch {
    const struct round *round;
    const uint16_t *mine;
    size_t count;
    struct ahead ahead;
};

static const struct recent *expect(const struct engine *e, const struct work *w)
{
    if (w->kind != WORK_SEEN || (w->sight.flags & SIGHT_IPV6) != 0)
        return &flow_nobody;
    const struct recent *at = flow_expect_ipv4(e->flows, (const uint8_t *)&w->sight.addresses,
                                               (const uint8_t *)&w->sight.ports);
    fetch_to_read(at);
    return at;
}

static void stretch_begin(struct stretch *s, const struct engine *e, const struct part *part,
                          size_t from)
{
    s->mine = part->mine + from;
    s->count = part->count - from < AHEAD_FRAMES ? part->count - from : AHEAD_FRAMES;
    for (size_t i = 0; i < s->count; i++)
        s->ahead.at[i] = expect(e, &s->round->work[s->mine[i]]);
    ahead_begin_with(&s->ahead, s->count);
}

/* False: what comes next was not before `until_ns`. */
static bool read_stretch(struct member *m, const struct stretch *s, int64_t until_ns)
{
    struct order *order = m->crew->order;

    for (size_t i = 0; i < s->count; i++) {
        const struct work *w = &s->round->work[s->mine[i]];
        ahead_step(&s->ahead.at[i]);
        order_reach(order, m->place, w->now_ns);
        if (w->now_ns >= until_ns)
            return false;
        m->at++;
        come_to(m->engine, s->round, w);
        do_work(m->engine, w);
    }
    return true;
}

bool member_read(struct member *m, int64_t until_ns)
{
    const size_t slot = crew_slot(m->crew, m->done);
    struct part *part = &m->part[slot];
    struct stretch s;

    s.round = &m->crew->round[slot];
    m->journal = &part->journal;
    engine_source(m->engine, s.round->source);
    while (m->at < part->count) {
        stretch_begin(&s, m->engine, part, m->at);
        if (!read_stretch(m, &s, until_ns))
            return false;
    }
    order_reach(m->crew->order, m->place, s.round->end_ns);
    order_rest(m->crew->order, m->place);
    m->at = 0;
    return true;
}

void member_free(struct member *m)
{
    engine_free(m->engine);
    for (size_t i = 0; i < CREW_ROUNDS; i++)
        journal_free(&m->part[i].journal);
    free_pens(m);
}

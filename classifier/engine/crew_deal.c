/* SPDX-License-Identifier: MIT */
/* The head's part: decodes, and deals by lane. */
#include <stdlib.h>

#include "base/apart.h"
#include "engine/crew_parts.h"

#define BUFFER_ALIGN 4096U /* bytes: a page, of which whole ones are read faster */

/* Rounds that are never dealt need none. */
static bool make_room(struct round *r)
{
    if (r->work == NULL)
        r->work = aligned_alloc(CREW_LINE, CREW_ROUND_FRAMES * sizeof(*r->work));
    if (r->work != NULL)
        r->packet = malloc(CREW_ROUND_FRAMES * sizeof(*r->packet));
    return r->packet != NULL;
}

/* False: no memory. */
APART static bool begin_round(struct crew *c)
{
    const size_t at = crew_slot(c, c->dealt);
    struct round *r = &c->round[at];

    if (r->packet == NULL && !make_room(r)) {
        c->lacked++;
        return false;
    }
    c->work = r->work;
    for (unsigned lane = 0; lane < FLOW_LANES; lane++)
        c->part[lane] = &c->member[lane % c->count].part[at];
    return true;
}

/* The next thing to do; NULL: no memory. */
static inline struct work *next_work(struct crew *c)
{
    return c->work != NULL || begin_round(c) ? &c->work[c->works] : NULL;
}

static inline void deal_to(const struct crew *c, struct part *p)
{
    p->mine[p->count++] = (uint16_t)c->works;
}

/* It was dealt. */
static inline void pass_work(struct crew *c)
{
    c->position++;
    c->works++;
}

void deal_to_all(struct crew *c, enum work_kind kind, uint64_t until)
{
    struct work *w = next_work(c);

    if (w == NULL)
        return;
    w->until = until;
    w->now_ns = c->time.now_ns;
    w->kind = (uint8_t)kind;
    for (unsigned i = 0; i < c->count; i++)
        deal_to(c, &c->member[i].part[crew_slot(c, c->dealt)]);
    pass_work(c);
}

void deal_round(struct crew *c, int64_t end_ns)
{
    struct round *r = &c->round[crew_slot(c, c->dealt)];

    if (c->works == 0)
        return;
    r->position = c->position - c->works + 1;
    r->source = c->source;
    r->end_ns = end_ns;
    c->works = c->packets = c->bytes = 0;
    c->work = NULL;
    crew_give(c);
}

static bool round_is_full(const struct crew *c)
{
    return c->works + 2 > CREW_ROUND_FRAMES || c->bytes >= CREW_ROUND_BYTES; /* a tick, a frame */
}

static inline bool lies_in_buffer(const struct crew *c, const uint8_t *at)
{
    const uint8_t *buffer = c->buffer[c->buffer_now].at;

    return buffer != NULL && (uintptr_t)at - (uintptr_t)buffer < CREW_BUFFER_ROOM;
}

/* What lies in a buffer of the crew stays there. */
static struct bytes payload_that_stays(struct crew *c, struct bytes payload)
{
    if (lies_in_buffer(c, payload.at))
        return payload;
    return scratch_copy(&c->round[crew_slot(c, c->dealt)].kept, payload);
}

/* To the worker whose flow it is. */
static inline void deal_flow(struct crew *c, uint32_t spread)
{
    deal_to(c, c->part[spread % FLOW_LANES]);
    pass_work(c);
}

/* What belongs to no flow goes to the first. */
static void deal_packet(struct crew *c, struct work *w, struct packet *p)
{
    struct flow_key key;
    uint32_t spread = 0;

    if (w->whole) {
        flow_key_of(p, &key);
        spread = flow_spread(&key);
        const struct bytes payload = payload_that_stays(c, p->payload);
        w->whole = payload.len == p->payload.len;
        c->lacked += !w->whole;
        p->payload = payload;
        c->bytes += payload.len;
    }
    w->now_ns = c->time.now_ns;
    w->kind = WORK_FRAME;
    w->packet = p;
    c->packets++;
    deal_flow(c, spread);
}

APART static uint32_t spread_ipv6(const struct glance *g)
{
    const struct sight s = sight_of(g);
    const struct ends ends = sight_ends(&s);

    return flow_spread_ends(&ends);
}

static inline uint32_t spread_of(const struct glance *g)
{
    const struct glance copy = {.ip = g->ip, .tcp = g->tcp}; /* in memory only here */

    if (glance_is_ipv4(g))
        return flow_spread_ipv4(load_u64(g->ip + GLANCE_ADDRESSES), load_u32(g->tcp.at));
    return spread_ipv6(&copy);
}

/* The bytes of the frame to which it points; false: there is no memory. */
APART static bool keep(struct crew *c, struct sight *s)
{
    if ((s->flags & SIGHT_IPV6) != 0) {
        const struct bytes ends =
            payload_that_stays(c, bytes_of(sight_ipv6(s), SIGHT_IPV6_ADDRESSES));
        s->addresses = (uintptr_t)ends.at;
        if (ends.len == 0)
            return false;
    }
    const struct bytes data = payload_that_stays(c, sight_data(s));
    s->data = data.at;
    return data.len == s->len;
}

/* False: it needs more than a glance. */
static inline bool deal_glance(struct crew *c, struct work *w, const struct frame *f)
{
    struct glance g;

    if (!c->glances || f->time_ns != c->time.now_ns || !glance_at(f, &g) ||
        !glance_sums_are_right(g.ip, g.tcp))
        return false;
    w->sight = sight_of(&g);
    if (!lies_in_buffer(c, f->data.at) && !keep(c, &w->sight))
        return false;
    w->now_ns = f->time_ns;
    w->number = f->number;
    w->wire_len = frame_wire_len(f);
    w->kind = WORK_SEEN;
    c->bytes += g.data.len;
    glance_count(&g, f, c->decoder);
    deal_flow(c, spread_of(&g));
    return true;
}

/* What is not whole and not odd is nothing to anybody. */
APART static void deal_any(struct crew *c, struct work *w, const struct frame *f)
{
    struct packet *p = &c->round[crew_slot(c, c->dealt)].packet[c->packets];
    enum anomaly odd = ANOMALY_NONE;

    w->whole = decode_frame(c->decoder, f, p, &odd) == DECODED_PACKET;
    w->odd = (uint8_t)odd;
    if (w->whole || odd != ANOMALY_NONE)
        deal_packet(c, w, p);
}

void deal_tick(struct crew *c, int64_t now_ns)
{
    if (ticks_pass(&c->time, now_ns))
        deal_to_all(c, WORK_TICK, 0);
}

static inline void deal_frame(struct crew *c, const struct frame *f)
{
    deal_tick(c, f->time_ns);
    struct work *w = next_work(c);
    if (w == NULL)
        return;
    if (!deal_glance(c, w, f))
        deal_any(c, w, f);
    if (round_is_full(c))
        deal_round(c, c->time.now_ns);
}

void deal_frames(struct crew *c, const struct frame *f, size_t count)
{
    for (size_t i = 0; i < count; i++)
        deal_frame(c, &f[i]);
}

/* The next, once nobody reads there any more. */
static struct crew_buffer *turn_buffer(struct crew *c)
{
    c->buffer[c->buffer_now].rounds = c->dealt + (c->works > 0);
    c->buffer_now = (c->buffer_now + 1) % c->rounds;
    struct crew_buffer *next = &c->buffer[c->buffer_now];
    if (next->rounds > c->dealt)
        deal_round(c, c->time.now_ns);
    crew_work_till(c, next->rounds);
    return next;
}

uint8_t *crew_buffer(struct crew *c, size_t *room)
{
    if (c->alone != NULL || *room > CREW_BUFFER_ROOM)
        return NULL;
    struct crew_buffer *next = turn_buffer(c);
    if (next->at == NULL)
        next->at = aligned_alloc(BUFFER_ALIGN, CREW_BUFFER_ROOM);
    *room = CREW_BUFFER_ROOM;
    return next->at;
}

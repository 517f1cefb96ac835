/* SPDX-License-Identifier: MIT */
/* The head's part: decodes, and deals by lane. */
#include <stdlib.h>

#include "base/apart.h"
#include "engine/crew_parts.h"

#define BUFFER_ALIGN 4096U /* bytes: a page, of which whole ones are read faster */

/* The next thing to do; NULL: no memory. */
static struct work *next_work(struct crew *c)
{
    struct round *r = &c->round[c->dealt % CREW_ROUNDS];

    if (r->work == NULL) {
        r->work = malloc(CREW_ROUND_FRAMES * sizeof(*r->work));
        if (r->work == NULL) {
            c->lacked++;
            return NULL;
        }
    }
    return &r->work[c->works];
}

static void deal_to(struct crew *c, struct member *m)
{
    struct part *p = &m->part[c->dealt % CREW_ROUNDS];

    p->mine[p->count++] = (uint16_t)c->works;
}

/* It was dealt. */
static void pass_work(struct crew *c)
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
        deal_to(c, &c->member[i]);
    pass_work(c);
}

void deal_round(struct crew *c, int64_t end_ns)
{
    struct round *r = &c->round[c->dealt % CREW_ROUNDS];

    if (c->works == 0)
        return;
    r->position = c->position - c->works + 1;
    r->source = c->source;
    r->end_ns = end_ns;
    c->works = c->bytes = 0;
    crew_give(c);
}

static bool round_is_full(const struct crew *c)
{
    return c->works + 2 > CREW_ROUND_FRAMES || c->bytes >= CREW_ROUND_BYTES; /* a tick, a frame */
}

/* What lies in a buffer of the crew stays there. */
static struct bytes payload_that_stays(struct crew *c, struct bytes payload)
{
    const uint8_t *buffer = c->buffer[c->buffer_now].at;

    if (buffer != NULL && (uintptr_t)payload.at - (uintptr_t)buffer < CREW_BUFFER_ROOM)
        return payload;
    return scratch_copy(&c->round[c->dealt % CREW_ROUNDS].kept, payload);
}

/* To the worker whose flow it is; what belongs to no flow, to the first. */
static void deal_packet(struct crew *c, struct work *w)
{
    struct packet *p = &w->packet;
    struct flow_key key;
    unsigned lane = 0;

    if (w->whole) {
        flow_key_of(p, &key);
        lane = flow_lane(&key);
        const struct bytes payload = payload_that_stays(c, p->payload);
        w->whole = payload.len == p->payload.len;
        c->lacked += !w->whole;
        p->payload = payload;
        c->bytes += payload.len;
    }
    w->now_ns = c->time.now_ns;
    w->kind = WORK_FRAME;
    deal_to(c, &c->member[lane % c->count]);
    pass_work(c);
}

void deal_tick(struct crew *c, int64_t now_ns)
{
    if (ticks_pass(&c->time, now_ns))
        deal_to_all(c, WORK_TICK, 0);
}

void deal_frame(struct crew *c, const struct frame *f)
{
    enum anomaly odd = ANOMALY_NONE;

    deal_tick(c, f->time_ns);
    struct work *w = next_work(c);
    if (w == NULL)
        return;
    w->whole = decode_frame(c->decoder, f, &w->packet, &odd) == DECODED_PACKET;
    w->odd = (uint8_t)odd;
    if (w->whole || odd != ANOMALY_NONE)
        deal_packet(c, w);
    if (round_is_full(c))
        deal_round(c, c->time.now_ns);
}

/* The next, once nobody reads there any more. */
static struct crew_buffer *turn_buffer(struct crew *c)
{
    c->buffer[c->buffer_now].rounds = c->dealt + (c->works > 0);
    c->buffer_now = (c->buffer_now + 1) % CREW_BUFFERS;
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

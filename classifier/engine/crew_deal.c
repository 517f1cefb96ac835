/* SPDX-License-Identifier: MIT */
/* The head's part: decodes, and deals by lane. */
#include <stdlib.h>

#include "base/apart.h"
#include "engine/crew_parts.h"

#define BUFFER_ALIGN 4096U /* bytes: a page, of which whole ones are read faster */

/* One more thing to do; NULL: no memory. */
static struct work *work_for(struct crew *c, struct member *m)
{
    struct round *r = &m->round[c->dealt % CREW_ROUNDS];

    if (r->work == NULL) {
        r->work = malloc(CREW_ROUND_FRAMES * sizeof(*r->work));
        if (r->work == NULL) {
            c->lacked++;
            return NULL;
        }
    }
    struct work *w = &r->work[r->count++];
    w->source = c->source;
    w->position = c->position;
    w->now_ns = c->time.now_ns;
    w->odd = ANOMALY_NONE;
    w->whole = false;
    return w;
}

void deal_to_all(struct crew *c, enum work_kind kind, uint64_t until)
{
    c->position++;
    c->frames++;
    for (unsigned i = 0; i < c->count; i++) {
        struct work *w = work_for(c, &c->member[i]);
        if (w == NULL)
            continue;
        w->kind = (uint8_t)kind;
        w->until = until;
    }
}

void deal_round(struct crew *c, int64_t end_ns)
{
    if (c->frames == 0)
        return;
    c->end_ns[c->dealt % CREW_ROUNDS] = end_ns;
    c->frames = c->bytes = 0;
    crew_give(c);
}

static bool round_is_full(const struct crew *c)
{
    return c->frames + 2 > CREW_ROUND_FRAMES || c->bytes >= CREW_ROUND_BYTES; /* a tick, a frame */
}

/* What lies in a buffer of the crew stays there. */
static struct bytes payload_that_stays(struct crew *c, struct round *r, struct bytes payload)
{
    const uint8_t *buffer = c->buffer[c->buffer_now].at;

    if (buffer != NULL && (uintptr_t)payload.at - (uintptr_t)buffer < CREW_BUFFER_ROOM)
        return payload;
    return scratch_copy(&r->payload, payload);
}

static void deal_packet(struct crew *c, const struct packet *p, bool whole, enum anomaly odd)
{
    struct flow_key key;
    unsigned lane = 0;

    if (whole) {
        flow_key_of(p, &key);
        lane = flow_lane(&key);
    }
    c->position++;
    c->frames++;
    struct member *m = &c->member[lane % c->count];
    struct work *w = work_for(c, m);
    if (w == NULL)
        return;
    w->kind = WORK_FRAME;
    w->packet = *p;
    w->packet.payload = whole ? payload_that_stays(c, &m->round[c->dealt % CREW_ROUNDS], p->payload)
                              : bytes_of(NULL, 0);
    w->odd = (uint8_t)odd;
    w->whole = whole && w->packet.payload.len == p->payload.len;
    c->lacked += whole && !w->whole;
    c->bytes += p->payload.len;
}

void deal_tick(struct crew *c, int64_t now_ns)
{
    if (ticks_pass(&c->time, now_ns))
        deal_to_all(c, WORK_TICK, 0);
}

void deal_frame(struct crew *c, const struct frame *f)
{
    enum anomaly odd = ANOMALY_NONE;
    struct packet p;

    deal_tick(c, f->time_ns);
    const enum decoded decoded = decode_frame(c->decoder, f, &p, &odd);
    if (decoded == DECODED_PACKET || odd != ANOMALY_NONE)
        deal_packet(c, &p, decoded == DECODED_PACKET, odd);
    if (round_is_full(c))
        deal_round(c, c->time.now_ns);
}

/* The next, once nobody reads there any more. */
static struct crew_buffer *turn_buffer(struct crew *c)
{
    c->buffer[c->buffer_now].rounds = c->dealt + (c->frames > 0);
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

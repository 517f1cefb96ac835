/* SPDX-License-Identifier: MIT */
/* calm.h - the next segment of a connection on which nothing waits to be settled: nine packets of
 * ten. Private to engine/.
 *
 * All that tcp.c and engine.c do comes to little then: it is counted, what it acknowledges and its
 * sender's habit are noted, and its bytes are read where they lie.
 */
#ifndef ENGINE_CALM_H
#define ENGINE_CALM_H

#include "decode/sight.h"
#include "engine/segment.h"
#include "engine/worker.h"

/* Of a worker alone: each frame, tick and end of input has one, as the head deals them (crew.c). */
static inline void next_moment(struct engine *e)
{
    e->now.position++;
    e->now.key = 0;
    e->now.now_ns = e->time.now_ns;
}

/* What was taught before the connection began is known by now. */
static inline bool calm_is_due(const struct engine *e, const struct conn *c)
{
    return c->watched && e->time.now_ns - c->start_ns >= LEARN_NS;
}

/* stream_acknowledge() where there is no hole, and the window that comes with it. `side`: the
 * sender's. */
static inline void calm_take_ack(struct conn *c, unsigned side, uint32_t ack, uint16_t window)
{
    struct stream *s = &c->stream[1 - side];
    struct habit *h = &c->habit[1 - side];
    const int32_t ahead = (int32_t)(ack - s->origin - (uint32_t)s->next);
    const int64_t offset = (int64_t)s->next + ahead;

    if (offset > (int64_t)s->acknowledged && ahead <= STREAM_WINDOW)
        s->acknowledged = (uint64_t)offset;
    if (offset != (int64_t)s->acknowledged)
        return;
    const uint32_t edge = ack + ((uint32_t)window << (WINDOW_SHIFT_MOST - c->habit[side].narrower));
    if ((int32_t)(edge - h->edge) > 0)
        h->edge = edge;
}

/* Before the first frame: may there be calm ones? */
void calm_setup(struct engine *e);
/* The whole way of frames as long as they are of that kind, and before the next tick. `at`: what
 * ahead_begin() says of each. Returns how many; what comes then is as it was, but for the time. */
size_t calm_frames(struct engine *e, const struct frame *f, const struct recent *const *at,
                   size_t count);
/* The way of one, of a worker of several, at e->now: the head has seen it, and found its checksums
 * right. */
bool calm_seen(struct engine *e, const struct seen *seen);
/* tcp.c: a packet that was counted, of a connection. */
bool calm_packet(struct engine *e, struct conn *c, unsigned side, const struct packet *p);
/* Of e->conn, which is due, and goes on in a packet of that length on the wire: who its ends are is
 * looked for again. */
void calm_look_again(struct engine *e, uint32_t wire_len);
/* Of e->conn: what of a segment is more than to be skimmed. */
void calm_feed(struct engine *e, struct bytes data, uint32_t wire_len);
/* After any other, and where conn.quick went: is it calm now? */
void calm_look(const struct engine *e, struct conn *c);

#endif

/* SPDX-License-Identifier: MIT */
/* calm.h - the next segment of a connection on which nothing waits to be settled: nine packets of
 * ten. Private to engine/.
 *
 * All that tcp.c and engine.c do comes to little then: it is counted, what it acknowledges and its
 * sender's habit are noted, and its bytes are read where they lie.
 */
#ifndef ENGINE_CALM_H
#define ENGINE_CALM_H

#include "engine/worker.h"

/* Of a worker alone: each frame, tick and end of input has one, as the head deals them (crew.c). */
static inline void next_moment(struct engine *e)
{
    e->now.position++;
    e->now.key = 0;
    e->now.now_ns = e->time.now_ns;
}

/* Before the first frame: may calm_frame() be asked? */
void calm_setup(struct engine *e);
/* The whole way of a frame, once time has passed. False: it is not of that kind, and nothing
 * happened. */
bool calm_frame(struct engine *e, const struct frame *f);
/* tcp.c: a packet that was counted, of a connection. */
bool calm_packet(struct engine *e, struct conn *c, unsigned side, const struct packet *p);
/* After any other, and where conn.quick went: is it calm now? */
void calm_look(const struct engine *e, struct conn *c);

#endif

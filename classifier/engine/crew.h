/* SPDX-License-Identifier: MIT */
/* crew.h - one engine, or several at work side by side: the same frames in, the same events out.
 *
 * In:    frames in capture order; who gives them is the crew's head.
 * Out:   events, to the sinks of the configuration, from the head's thread alone and in one order,
 *        whatever the number of workers: byte for byte the same output, as long as memory is not
 *        short (flows that end for want of it are told as such, and which they are depends on the
 *        number).
 * State: engines with a share of the memory each, one thread for each, some rounds of frames
 *        on their way. One worker: an engine in the head's thread, and no other.
 *
 * How: the head decodes, and deals the packets by lane (flow.h) into rounds of some hundred; each
 * worker reads its part of a round, and what it has to tell is kept (journal.h) till all have read
 * theirs. What flows learn of each other is in order.h. See docs/workers.md.
 */
#ifndef ENGINE_CREW_H
#define ENGINE_CREW_H

#include "engine/engine.h"

#define CREW_WORKERS_MOST 64U
#define CREW_MEMORY_MIN   (8U << 20) /* bytes of each worker */
#define CREW_BUFFER_ROOM  (128U << 10)

struct crew;

/* The configuration as for engine_create(). Rules that count over flows (rate), an explainer and a
 * trace need one to see everything: then there is one worker, whatever `workers` says. */
struct crew *crew_create(const struct engine_config *config, unsigned workers, struct err *err);
/* Its threads, after which privileges may be given up. Once, before the first frame. */
bool crew_start(struct crew *c, struct err *err);
void crew_free(struct crew *c); /* NULL is fine; flows still open end untold: crew_flush() first */

/* Room of CREW_BUFFER_ROOM bytes for what is read from a file: frames that lie in what was given
 * last are read there, not copied. NULL: none, or `*room` is more. */
uint8_t *crew_buffer(struct crew *c, size_t *room);

/* As the engine's (engine.h). */
void crew_source(struct crew *c, const char *name);
void crew_frames(struct crew *c, const struct frame *f, size_t count);
void crew_tick(struct crew *c, int64_t now_ns);
/* The latest packet time since the last flush; INT64_MIN: there was no packet. */
int64_t crew_now(const struct crew *c);
void crew_flush(struct crew *c);
void crew_stats(struct crew *c, const struct engine_capture *capture, bool final);
struct engine_totals crew_totals(struct crew *c);
/* All that was given is read and told when it returns. */
void crew_settle(struct crew *c);

#endif

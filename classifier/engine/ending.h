/* SPDX-License-Identifier: MIT */
/* ending.h - what ends by time, and what ends with the input: in the order in which it began, so
 * that it is the same however flows are dealt to workers. Private to engine/. */
#ifndef ENGINE_ENDING_H
#define ENGINE_ENDING_H

#include "engine/worker.h"

/* At a tick; all that timed out by e->time.now_ns. */
void end_expired(struct engine *e);
/* With the input all ends: prepared once every worker is there; then those that began before that
 * position, step by step; and the rest. */
void end_prepare(struct engine *e);
void end_until(struct engine *e, uint64_t begun);
void end_rest(struct engine *e);
/* Between end_prepare() and the first end_until(), for a crew's head: of the flows in the order in
 * which they began, number `at`; UINT64_MAX: there are not so many. */
uint64_t end_begun(const struct engine *e, size_t at);

#endif

/* SPDX-License-Identifier: MIT */
/* event_copy.h - an event that outlives the call: for whoever hears of it later, or in another
 * thread. */
#ifndef MODEL_EVENT_COPY_H
#define MODEL_EVENT_COPY_H

#include "base/scratch.h"
#include "model/event.h"

/* All that is borrowed is copied, but for names of static lifetime and what belongs to the policy,
 * to nDPI and to the names of inputs. EVENT_STATS is not for copying. NULL: no memory. */
struct event *event_copy(struct scratch *s, const struct event *e);

#endif

/* SPDX-License-Identifier: MIT */
/* shed.h - what goes when memory is full, and what becomes of a flow that cannot be read as it
 * should. Private to engine/. */
#ifndef ENGINE_SHED_H
#define ENGINE_SHED_H

#include "engine/worker.h"

/* Once all that stays has been taken from the budget. */
void shed_setup(struct engine *e);
/* One flow makes room for another. False: there is none. */
bool shed_flow(struct engine *e);
/* Its layers are known, and both sides have spoken. */
static inline bool shed_is_proven(const struct conn *c)
{
    return c->payload[0] > 0 && c->payload[1] > 0 && c->depth > 0 &&
           c->stack[0].kind != SLOT_UNKNOWN;
}
/* It is worth more than a flow that only wants to be one. */
void shed_prove(struct engine *e, struct conn *c);
/* Between packets; c had the last one, or NULL. c may be gone afterwards. */
void shed(struct engine *e, struct conn *c);

static inline bool shed_is_needed(const struct engine *e)
{
    return e->budget.used > e->shed_above || e->budget.refused != e->shed_refused ||
           e->conns > e->conns_most;
}

/* tell.c: counted once a flow; the rules file may say what becomes of it. */
RARE void tell_exception(struct engine *e, struct conn *c, enum policy_exception which);

#endif

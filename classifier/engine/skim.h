/* SPDX-License-Identifier: MIT */
/* skim.h - what most bytes come to: they are counted, and need no word to anybody. Private to
 * engine/. */
#ifndef ENGINE_SKIM_H
#define ENGINE_SKIM_H

#include "engine/worker.h"

/* Who is interested in what, and may the rules be asked about whole messages (host.heeds)? */
void skim_setup(struct engine *e);

/* What becomes of the next bytes: conn.skims. */
enum skims {
    SKIMS_NOT,
    SKIMS_LAYER, /* conn.skimmer reads them, as long as there is nothing to say */
    SKIMS_ALL,   /* no layer listens: they pass */
};

/* host.asked_for; in learn.c. */
void learn_asked_for(struct engine *e, struct conn *c, struct bytes host, struct bytes url,
                     struct bytes origin);

/* Who skims now, and what is above: conn.skims to conn.skimmed. In stack.c. */
void stack_skims(struct conn *c);

/* Reads what of these bytes, the stream's next, needs no word. Returns how much: stack_feed() has
 * to get the rest. Not while a layer is being called; after stack_skims(). */
static inline size_t skim(struct engine *e, const struct conn *c, enum direction d, struct bytes in)
{
    if (c->skims == SKIMS_NOT)
        return 0;
    if (c->skims == SKIMS_ALL)
        return in.len;
    e->host.carry_wanted = c->carry_wanted;
    e->host.carried_known = c->carried_known;
    const size_t used = c->skimmer->skim(c->skimmed, &e->host, d, in);
    e->host.carry_wanted = e->host.carried_known = false;
    return used;
}

#endif

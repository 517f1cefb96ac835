/* SPDX-License-Identifier: MIT */
/* asked.h - what a connection keeps only because a rule asks for it (enum asks): of requests,
 * responses and hellos, of its anomalies, and its counts.
 *
 * Bounds: one struct kept_facts a connection, and KEPT_MAX bytes of each text or header.
 */
#ifndef ENGINE_ASKED_H
#define ENGINE_ASKED_H

#include "engine/worker.h"

#define KEPT_MAX 1024 /* bytes of a text, or of all values of a header */

/* True: the rules are to be asked. */
bool asked_learn(struct engine *e, struct conn *c, const struct event *ev);
/* The part of the facts that rules have to ask for. */
void asked_view(const struct engine *e, const struct conn *c, struct facts *out);
void asked_free(struct engine *e, struct conn *c);

/* Who counts, who explains and who watches are told whenever something may have changed; the rules
 * where something did that they ask for (enum asks). */
static inline bool tells_all(const struct engine *e, const struct conn *c)
{
    return e->rates != 0 || e->config.live || c->explanation != NULL;
}

#endif

/* SPDX-License-Identifier: MIT */
/* skim.h - what most bytes come to: they are counted, and need no word to anybody. Private to
 * engine/. */
#ifndef ENGINE_SKIM_H
#define ENGINE_SKIM_H

#include "engine/worker.h"

/* Who is interested in what, and may the rules be asked about whole messages (host.heeds)? */
void skim_setup(struct engine *e);
/* Reads what of these bytes, the stream's next, needs no word. Returns how much: stack_feed() has
 * to get the rest. Not while a layer is being called. In stack.c. */
size_t stack_skim(struct engine *e, const struct conn *c, enum direction d, struct bytes in);

#endif

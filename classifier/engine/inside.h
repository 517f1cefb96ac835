/* SPDX-License-Identifier: MIT */
/* inside.h - what the messages of a WebSocket carry, found behind a proxy's header, too. */
#ifndef ENGINE_INSIDE_H
#define ENGINE_INSIDE_H

#include "engine/worker.h"

/* Another message of that direction begins. */
void inside_message(struct conn *c, unsigned level, enum direction d);
/* Nobody knows the slot: does a protocol begin behind a proxy's header? Then `known` is that. */
bool inside_behind_header(struct engine *e, struct conn *c, const struct identify_context *context,
                          const struct unknown *u, struct identity *known);
/* The slot is about to get this name. */
void inside_known(struct engine *e, struct conn *c, unsigned level, const char *name);

#endif

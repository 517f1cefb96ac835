/* SPDX-License-Identifier: MIT */
/* asleep.h - connections that are silent take little room. Private to engine/.
 *
 * When memory is wanted, a connection that has been silent for longest is put to sleep: it and the
 * states of its layers are squeezed (base/squeeze.h) into one piece, about a quarter of what they
 * were, which stands in its node. Its next packet, or its end, wakes it, as if nothing had been.
 * What it keeps besides (names, evidence, a window of inflation) stays where it is.
 * State: the node's; nothing here.
 */
#ifndef ENGINE_ASLEEP_H
#define ENGINE_ASLEEP_H

#include "engine/worker.h"

/* False: it cannot sleep now. It waits for bytes that are missing, say. */
bool asleep_put(struct engine *e, struct conn *c);
/* NULL: the machine has no memory; it sleeps on. */
struct conn *asleep_wake(struct engine *e, struct flow_node *n);
/* Of a node that sleeps, and will never wake. */
void asleep_forget(struct engine *e, struct flow_node *n);

/* The connection alone, without a node. NULL: no memory. */
struct conn *conn_alloc(struct engine *e);
void conn_free(struct engine *e, struct conn *c);

#endif

/* SPDX-License-Identifier: MIT */
/* eve_head.h - the members that begin each line of EVE: time, flow, packet, ends. For eve.c.
 *
 * All but the time, the type and the packet are the same in most lines of a flow: they are kept as
 * text, for the flow and the sender (EVE_HEADS of them, some 2 MiB), and copied.
 */
#ifndef OUTPUT_EVE_HEAD_H
#define OUTPUT_EVE_HEAD_H

#include "base/digest.h"
#include "output/json_put.h"
#include "output/output.h"

#define EVE_HEADS     4096
#define EVE_HEAD_TEXT 416 /* bytes kept of one; a longer one is written afresh for each line */

struct eve_heads;

/* Live, packets have no number. */
struct eve_heads *eve_heads_create(bool live, struct err *err);
void eve_heads_free(struct eve_heads *h); /* NULL is fine */

/* Into the object that is open in `j`, in Suricata's order. `by_sender`: src is who sent it, else
 * the client. */
void eve_head(struct eve_heads *h, struct json *j, const struct event *e, bool by_sender);

#endif

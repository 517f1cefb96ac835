/* SPDX-License-Identifier: MIT */
/* packet.h - one packet of a connection that is there, awake: e->side sent it, at e->now. Private
 * to engine/.
 *
 * The connection may be gone afterwards: told, where it is over, or shed.
 */
#ifndef ENGINE_PACKET_H
#define ENGINE_PACKET_H

#include "engine/segment.h"

/* For who traces: the id of its flow. */
uint64_t packet_take(struct engine *e, struct conn *c, const struct packet *p);
/* The same of one that tcp_is_bare(); not where a frame's every packet counts (calm_setup()). */
void packet_take_bare(struct engine *e, struct conn *c, const struct segment *s);

#endif

/* SPDX-License-Identifier: MIT */
/* flood.h - a frame of a flood of SYNs: noted, and that is all. Private to engine/. */
#ifndef ENGINE_FLOOD_H
#define ENGINE_FLOOD_H

#include "engine/worker.h"

/* A bare SYN of a connection of which nothing is known, where no rule counts them and nobody looks
 * on: what decode_frame() and engine_packet() would do comes to a note. False: any other frame, and
 * nothing was done. */
bool flood_frame(struct engine *e, const struct frame *f);

#endif

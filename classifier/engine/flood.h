/* SPDX-License-Identifier: MIT */
/* flood.h - a run of frames of a flood of SYNs: noted, and that is all. Private to engine/. */
#ifndef ENGINE_FLOOD_H
#define ENGINE_FLOOD_H

#include "engine/worker.h"

/* Before the first frame: may there be runs? Not where rules count SYNs, or somebody looks on. */
void flood_setup(struct engine *e);
/* How many of these frames, from the first one on, are bare SYNs of connections of which nothing is
 * known, and come before the next tick: what decode_frame() and engine_packet() would do comes to a
 * note of each. The rest is as it was. */
size_t flood_frames(struct engine *e, const struct frame *f, size_t count);

#endif

/* SPDX-License-Identifier: MIT */
/* ws_unmask.h - takes the mask off WebSocket payload (RFC 6455 s5.3). */
#ifndef LAYERS_WS_UNMASK_H
#define LAYERS_WS_UNMASK_H

#include "base/bytes.h"

/* Writes in.len clear bytes to `out`, which may be where `in` is. `mask`: the key, big-endian as on
 * the wire; `at`: where in the frame's payload `in` begins. True: all of it is ASCII. */
bool ws_unmask(uint8_t *out, struct bytes in, uint32_t mask, uint64_t at);

#endif

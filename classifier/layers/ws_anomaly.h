/* SPDX-License-Identifier: MIT */
/* ws_anomaly.h - tells what is wrong in one direction of a WebSocket, and cannot be flooded.
 *
 * In:    anomalies, as often as they are met.
 * Out:   EVENT_ANOMALY. The first of each kind, always. What may be wrong anew in each message is
 *        told again, until WS_REPEATS of all kinds together were; anything else is not: a sender
 *        that does it once mostly does it always.
 * State: in ws_state.h: one bit a kind, and a count.
 */
#ifndef LAYERS_WS_ANOMALY_H
#define LAYERS_WS_ANOMALY_H

#include "layers/ws_state.h"

#define WS_REPEATS 32 /* a direction */

void ws_anomaly(struct ws_side *s, struct host *h, enum anomaly what, enum direction d,
                uint64_t at);
/* The faults of a header that begins at `at`. */
void ws_anomaly_faults(struct ws_side *s, struct host *h, uint32_t faults, enum direction d,
                       uint64_t at);

#endif

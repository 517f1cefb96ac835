/* SPDX-License-Identifier: MIT */
/* anomaly.h - what no honest stack does, and what could not be seen. docs/anomalies.md says each in
 * full.
 *
 * One row: identifier, name in EVE, type ("decode", "stream", "applayer"), layer, one sentence.
 * Keep each section's rows together; names never change once released.
 */
#ifndef MODEL_ANOMALY_H
#define MODEL_ANOMALY_H

#include "model/anomaly_list.h"

#include <stdint.h>

#define ANOMALY_ID(id, name, type, layer, what) id,
enum anomaly { ANOMALY_NONE, ANOMALY_LIST(ANOMALY_ID) ANOMALY_COUNT };
#undef ANOMALY_ID

struct anomaly_info {
    const char *name, *type, *layer, *what;
};

/* Never NULL for a valid identifier. */
const struct anomaly_info *anomaly_info(enum anomaly a);
/* The close code with which a WebSocket endpoint that receives this must fail the connection (RFC
 * 6455 s7.4.1); 0: none is prescribed. */
uint16_t anomaly_close_code(enum anomaly a);

#endif

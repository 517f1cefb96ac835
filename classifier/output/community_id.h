/* SPDX-License-Identifier: MIT */
/* community_id.h - Community ID flow hashing, version 1, seed 0: the same text for a flow in
 * Suricata, Zeek, Arkime and here (github.com/corelight/community-id-spec).
 */
#ifndef OUTPUT_COMMUNITY_ID_H
#define OUTPUT_COMMUNITY_ID_H

#include "base/digest.h"
#include "model/endpoint.h"

#define COMMUNITY_ID_ROOM 31 /* "1:", 28 of base64, NUL */

/* Into `out`, of COMMUNITY_ID_ROOM bytes; returns where its NUL is. The order of the two endpoints
 * does not matter. */
uint8_t *community_id(struct digest *d, const struct endpoint ends[2], uint8_t transport,
                      uint8_t *out);

#endif

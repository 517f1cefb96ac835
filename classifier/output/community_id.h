/* SPDX-License-Identifier: MIT */
/* community_id.h - Community ID flow hashing, version 1, seed 0: the same text for a flow in
 * Suricata, Zeek, Arkime and here (github.com/corelight/community-id-spec).
 *
 * State: a cache of the flows last asked for, COMMUNITY_CACHE entries; zero-filled = empty.
 */
#ifndef OUTPUT_COMMUNITY_ID_H
#define OUTPUT_COMMUNITY_ID_H

#include "base/digest.h"
#include "model/flow_info.h"

#define COMMUNITY_ID_ROOM 31 /* "1:", 28 of base64, NUL */
#define COMMUNITY_CACHE   256

/* The order of the two endpoints does not matter. */
void community_id(struct digest *d, const struct endpoint ends[2], uint8_t transport,
                  char out[COMMUNITY_ID_ROOM]);

struct community_cache {
    struct community_entry {
        struct endpoint ends[2];
        uint8_t transport;
        char text[COMMUNITY_ID_ROOM]; /* "" = empty entry */
    } entry[COMMUNITY_CACHE];         /* by the low bits of the flow's id */
};

/* Valid until the next call. */
const char *community_id_of(struct community_cache *c, struct digest *d, const struct flow_info *f);

#endif

/* SPDX-License-Identifier: MIT */
/* lsd.h - an announcement to the local network (BEP 14).
 *
 * In:    one datagram, sent to 239.192.152.143 or ff15::efc0:988f, port 6771.
 * Out:   true, where it is a BT-SEARCH request whose every line is a header, with a port and at
 *        least one info-hash.
 * State: none; what is found borrows from the datagram.
 */
#ifndef LAYERS_LSD_H
#define LAYERS_LSD_H

#include "base/bytes.h"

#define LSD_HASH_LEN 20

struct lsd_announcement {
    uint16_t port;       /* where it listens */
    struct bytes cookie; /* by which a sender knows its own; may be empty */
    struct bytes lines;  /* for lsd_next_hash() */
};

bool lsd_read(struct bytes datagram, struct lsd_announcement *out);

/* The next info-hash it announces; takes it from `lines`. */
bool lsd_next_hash(struct lsd_announcement *a, uint8_t hash[LSD_HASH_LEN]);

#endif

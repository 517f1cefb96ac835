/* SPDX-License-Identifier: MIT */
/* compact_peers.h - endpoints as BitTorrent writes them in short: an address and a port.
 *
 * In:    strings of 6 bytes for each IPv4 endpoint (BEP 5, BEP 23) or 18 for IPv6 (BEP 7, BEP 32).
 * Out:   endpoints, without those that nobody can be reached at (no address, no port).
 * State: a list over an array of the caller's; what does not fit is left out.
 */
#ifndef LAYERS_COMPACT_PEERS_H
#define LAYERS_COMPACT_PEERS_H

#include "base/bytes.h"
#include "model/endpoint.h"

#define COMPACT_IPV4 6
#define COMPACT_IPV6 18

struct endpoint_list {
    struct endpoint *at;
    uint16_t room, count;
};

/* The first COMPACT_IPV4 or COMPACT_IPV6 bytes of `in` are one endpoint. Else nothing is added. */
void compact_add(struct endpoint_list *list, struct bytes in, size_t size);

/* One at the end of every `step` bytes: a DHT node's stands behind its id (BEP 5). A rest that is
 * shorter is left. */
void compact_add_each(struct endpoint_list *list, struct bytes in, size_t step, size_t size);

#endif

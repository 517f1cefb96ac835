/* SPDX-License-Identifier: MIT */
/* tunnel_header.h - the clear headers that proxies put before the bytes they carry through a
 * WebSocket: VLESS (V2Ray, Xray) and Trojan.
 *
 * In:    the first bytes of one direction.
 * Out:   how long the header is, so that what follows can be identified.
 * State: none. What is tested is weak: believe it only when a protocol begins right behind it.
 */
#ifndef LAYERS_TUNNEL_HEADER_H
#define LAYERS_TUNNEL_HEADER_H

#include "base/bytes.h"

struct tunnel_header {
    size_t len[2];    /* by direction; 0: none */
    const char *what; /* "VLESS"; NULL: no such header */
};

/* Of both directions, as far as they are there. */
struct tunnel_header tunnel_header_vless(const struct bytes seen[2]);
struct tunnel_header tunnel_header_trojan(const struct bytes seen[2]);

#endif

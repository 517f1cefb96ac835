/* SPDX-License-Identifier: MIT */
/* bittorrent_extension.h - what peers say in extended messages (BEP 10): who they are, and of whom
 * they know (BEP 11).
 *
 * In:    the bencoded dictionary of one message, perhaps cut short.
 * Out:   what could be read of it; borrows from the message.
 * State: none.
 */
#ifndef LAYERS_BITTORRENT_EXTENSION_H
#define LAYERS_BITTORRENT_EXTENSION_H

#include "base/bytes.h"
#include "layers/compact_peers.h"

struct extension_handshake {
    struct bytes client;  /* "v": what it calls itself; empty: nothing */
    uint16_t listen_port; /* "p"; 0: not said */
    uint8_t pex_id;       /* the type by which it wants peer exchange; 0: does not */
};

struct extension_handshake extension_handshake_read(struct bytes dictionary);
/* The peers that were added since the last time. */
void extension_pex_read(struct bytes dictionary, struct endpoint_list *out);

#endif

/* SPDX-License-Identifier: MIT */
/* bittorrent.h - how other layers open the layer bittorrent where a connection does not begin with
 * its handshake. */
#ifndef LAYERS_BITTORRENT_H
#define LAYERS_BITTORRENT_H

#include <stdint.h>

#include "model/label.h"

enum bittorrent_begin {
    BEGINS_WITH_HANDSHAKE,
    BEGINS_WITH_MESSAGE, /* after `skip` more bytes of one that began before */
    BEGINS_ANYWHERE,     /* messages are sought */
};

/* The argument of become() or replace(); NULL: both directions begin with their handshakes. By
 * direction. */
struct bittorrent_resumed {
    enum bittorrent_begin begin[2];
    uint32_t skip[2];
    enum confidence confidence; /* in that it is BitTorrent; NONE: its messages will show */
};

#endif

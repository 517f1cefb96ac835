/* SPDX-License-Identifier: MIT */
/* bittorrent_peer_id.h - which program chose this peer id (BEP 20)? */
#ifndef LAYERS_BITTORRENT_PEER_ID_H
#define LAYERS_BITTORRENT_PEER_ID_H

#include "base/bytes.h"

#define PEER_ID_LEN      20
#define PEER_CLIENT_ROOM 48 /* a name and a version, with the NUL */

/* "qBittorrent"; NULL: nobody's known style. Static lifetime. */
const char *peer_id_product(const uint8_t id[PEER_ID_LEN]);
/* "qBittorrent 4.5.2". False, and "": not known. */
bool peer_id_client(const uint8_t id[PEER_ID_LEN], char out[PEER_CLIENT_ROOM]);

#endif

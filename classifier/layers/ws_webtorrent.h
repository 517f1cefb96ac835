/* SPDX-License-Identifier: MIT */
/* ws_webtorrent.h - announces to a WebTorrent tracker: JSON over a WebSocket, where binary strings
 * are written as characters of ISO 8859-1.
 */
#ifndef LAYERS_WS_WEBTORRENT_H
#define LAYERS_WS_WEBTORRENT_H

#include "layers/json_keys.h"
#include "model/layer.h"

/* "action", "info_hash" and, unless it is a tracker's answer, "peer_id". */
bool ws_webtorrent_read(const struct json_top *top, struct bittorrent_event *out);
/* Emits EVENT_BITTORRENT when the message is an announce. */
void ws_webtorrent_tell(struct host *h, struct bytes message);

#endif

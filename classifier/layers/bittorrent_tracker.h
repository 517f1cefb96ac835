/* SPDX-License-Identifier: MIT */
/* bittorrent_tracker.h - is this HTTP request one to a BitTorrent tracker (BEP 3, BEP 23, BEP 48)?
 *
 * In:    the request's target: origin form ("/announce?info_hash=...") or absolute form.
 * Out:   true, and the event "http-tracker": info hash, peer id, the client's name without version.
 * State: none; nothing in the event borrows from the target.
 */
#ifndef LAYERS_BITTORRENT_TRACKER_H
#define LAYERS_BITTORRENT_TRACKER_H

#include "model/application.h"

bool bittorrent_tracker_request(struct bytes url, struct bittorrent_event *out);

#endif

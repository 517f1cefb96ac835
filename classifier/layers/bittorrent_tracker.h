/* SPDX-License-Identifier: MIT */
/* bittorrent_tracker.h - is this HTTP request one to a BitTorrent tracker (BEP 3, 8, 23, 48), or to
 * a web seed that serves pieces (BEP 17)? What does the tracker answer (BEP 7, 23)?
 *
 * In:    the request's target: origin form ("/announce?info_hash=...") or absolute form; the body
 * of the answer, as it was sent, gzip or not. Out:   true, and the event "http-tracker" or
 * "web-seed": info hash, peer id, the client's name without version, its port; the peers that the
 * answer names. State: none; nothing in the event borrows from the target.
 */
#ifndef LAYERS_BITTORRENT_TRACKER_H
#define LAYERS_BITTORRENT_TRACKER_H

#include "layers/compact_peers.h"
#include "model/layer.h"

#define TRACKER_ANSWER_MAX 32768 /* bytes that are looked at, as sent and once inflated */

bool bittorrent_tracker_request(struct bytes url, struct bittorrent_event *out);
/* Does the User-Agent name a program whose business is BitTorrent, and not downloads of all kinds?
 */
bool bittorrent_user_agent(struct bytes name);
/* Peers of an announce's answer. False: it is none, as far as it can be read. */
bool bittorrent_tracker_answer(struct host *h, struct bytes body, struct endpoint_list *peers);

#endif

/* SPDX-License-Identifier: MIT */
/* udp_tracker.h - one datagram to or from a BitTorrent tracker (BEP 15, BEP 41).
 *
 * In:    one datagram.
 * Out:   true, where it has the form of a request, or of an answer. Only a request to connect says
 *        what it is, by its magic; of the others a caller should want more: an answer with the
 *        request's transaction, or a peer id in a known program's style.
 * State: none; what is found borrows from the datagram.
 */
#ifndef LAYERS_UDP_TRACKER_H
#define LAYERS_UDP_TRACKER_H

#include "base/bytes.h"
#include "layers/compact_peers.h"

enum udp_tracker_action { TRACKER_CONNECT, TRACKER_ANNOUNCE, TRACKER_SCRAPE, TRACKER_ERROR };

struct udp_tracker_request {
    enum udp_tracker_action action; /* never ERROR */
    struct bytes transaction;       /* 4 bytes */
    const char *event;      /* of an announce: "started" ..., "announce" for a regular one */
    struct bytes info_hash; /* of a scrape the first; empty to connect */
    struct bytes peer_id;   /* of an announce */
    uint16_t port;          /* where it listens */
    struct bytes url;       /* path and query the tracker is asked by (BEP 41), its first part */
};

struct udp_tracker_answer {
    enum udp_tracker_action action;
    struct bytes transaction;
    struct bytes peers; /* 6 or 18 bytes each: of an announce */
    struct bytes text;  /* of an error */
};

bool udp_tracker_request(struct bytes datagram, struct udp_tracker_request *out);
bool udp_tracker_answer(struct bytes datagram, struct udp_tracker_answer *out);

/* Does the answer go with a request of this action and transaction? */
bool udp_tracker_matches(const struct udp_tracker_answer *a, enum udp_tracker_action asked,
                         struct bytes transaction);

/* Over IPv6 a tracker's endpoints have 18 bytes (BEP 7), and nothing in the answer says so: told by
 * the addresses, which are those of hosts in one of the two readings only. */
void udp_tracker_peers(const struct udp_tracker_answer *a, struct endpoint_list *out);

#endif

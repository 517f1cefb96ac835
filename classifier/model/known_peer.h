/* SPDX-License-Identifier: MIT */
/* known_peer.h - how an endpoint came to be known as one that takes part in BitTorrent. */
#ifndef MODEL_KNOWN_PEER_H
#define MODEL_KNOWN_PEER_H

#include <stdbool.h>
#include <stdint.h>

#include "model/endpoint.h"

/* Weakest first. */
enum peer_source {
    PEER_DHT_NODE,  /* in a list of DHT nodes (BEP 5, `nodes`): speaks the DHT, may share nothing */
    PEER_EXCHANGED, /* named by another peer (BEP 11) */
    PEER_DHT,       /* in the DHT's answer for an info-hash (BEP 5, `values`) */
    PEER_TRACKER,   /* in a tracker's answer (BEP 3, 7, 15, 23) */
    PEER_OFFERED,   /* in an offer or answer of WebTorrent's, as an end or a name of WebRTC */
    PEER_LOCAL,     /* announced itself in the local network (BEP 14) */
    PEER_ANNOUNCED, /* told a tracker, the DHT or a peer on which port it listens (BEP 3, 5, 10) */
    PEER_SEEN,      /* a peer connection was made to it */
    PEER_SOURCES
};

struct known_peer {
    enum peer_source source; /* the strongest so far */
    bool has_info_hash;
    uint8_t info_hash[20];
    int64_t time_ns; /* when it was last named so */
};

/* "a tracker's answer": for evidence and reports. Static lifetime. */
const char *peer_source_name(enum peer_source s);

#define ICE_NAME_MIN 4 /* characters: RFC 8839 s5.4 */
#define ICE_NAME_MAX 256

/* WebRTC's name for one side of a connection (ice-ufrag) as what is remembered of endpoints: its
 * length for a port, and its first 15 characters as an address that none is (::/8). False: it is
 * no such name. */
bool ice_name(struct bytes ufrag, struct endpoint *out);

#endif

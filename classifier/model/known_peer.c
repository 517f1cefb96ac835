/* SPDX-License-Identifier: MIT */
#include "model/known_peer.h"

const char *peer_source_name(enum peer_source s)
{
    static const char *const name[PEER_SOURCES] = {
        [PEER_DHT_NODE] = "a list of DHT nodes",
        [PEER_EXCHANGED] = "another peer",
        [PEER_DHT] = "the DHT",
        [PEER_TRACKER] = "a tracker's answer",
        [PEER_LOCAL] = "its own local announcement",
        [PEER_ANNOUNCED] = "its own announcement",
        [PEER_SEEN] = "an earlier peer connection",
    };
    return name[s];
}

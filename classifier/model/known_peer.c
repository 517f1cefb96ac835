/* SPDX-License-Identifier: MIT */
#include "model/known_peer.h"

const char *peer_source_name(enum peer_source s)
{
    static const char *const name[PEER_SOURCES] = {
        [PEER_DHT_NODE] = "a list of DHT nodes",
        [PEER_EXCHANGED] = "another peer",
        [PEER_DHT] = "the DHT",
        [PEER_TRACKER] = "a tracker's answer",
        [PEER_OFFERED] = "a WebTorrent offer",
        [PEER_LOCAL] = "its own local announcement",
        [PEER_ANNOUNCED] = "its own announcement",
        [PEER_SEEN] = "an earlier peer connection",
    };
    return name[s];
}

/* RFC 8839 s5.1: ALPHA / DIGIT / "+" / "/" */
static bool is_ice_character(uint8_t c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '+' ||
           c == '/';
}

bool ice_name(struct bytes ufrag, struct endpoint *out)
{
    if (ufrag.len < ICE_NAME_MIN || ufrag.len > ICE_NAME_MAX)
        return false;
    for (size_t i = 0; i < ufrag.len; i++)
        if (!is_ice_character(ufrag.at[i]))
            return false;
    const struct bytes first = bytes_first(ufrag, sizeof(out->addr.byte) - 1);
    *out = (struct endpoint){.port = (uint16_t)ufrag.len};
    memcpy(out->addr.byte + 1, first.at, first.len);
    return true;
}

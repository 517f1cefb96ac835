/* SPDX-License-Identifier: MIT */
#include "layers/bittorrent_recognise.h"

#include "layers/bittorrent_message.h"
#include "layers/bittorrent_seek.h"
#include "layers/probe.h"

/* The connection began before the capture: where do messages follow one another? */
static struct recognition recognise_midstream(const struct opening *o)
{
    for (int d = TO_SERVER; d <= TO_CLIENT; d++) {
        struct bittorrent_seek s = {.len = 0};
        const size_t at = bittorrent_seek(&s, o->seen[d]);
        if (s.found)
            return probe_yes("BitTorrent messages (BEP 3); their connection began before",
                             bytes_of(o->seen[d].at + at - s.last_len, s.last_len),
                             (enum direction)d);
    }
    return o->ended[TO_SERVER] && o->ended[TO_CLIENT]
               ? probe_no()
               : probe_more(o, o->ended[TO_SERVER] ? TO_CLIENT : TO_SERVER);
}

struct recognition bittorrent_recognise(const struct opening *o)
{
    enum probe sign[2];

    for (int d = TO_SERVER; d <= TO_CLIENT; d++) {
        sign[d] = probe_sign(o->seen[d], TEXT(PEER_PROTOCOL));
        if (sign[d] == PROBE_YES)
            return probe_yes("BitTorrent handshake (BEP 3)",
                             bytes_first(o->seen[d], PEER_PROTOCOL_LEN), (enum direction)d);
    }
    if (o->midstream && !o->inner)
        return recognise_midstream(o);
    if (sign[TO_SERVER] == PROBE_NO || sign[TO_CLIENT] == PROBE_NO)
        return probe_no();
    return probe_more(o, o->ended[TO_SERVER] ? TO_CLIENT : TO_SERVER);
}

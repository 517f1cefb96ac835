/* SPDX-License-Identifier: MIT */
/* opening.h - the first bytes of a stream that nobody reads yet, and what a layer says of them. */
#ifndef MODEL_OPENING_H
#define MODEL_OPENING_H

#include "base/bytes.h"
#include "model/endpoint.h"
#include "model/label.h"

#define OPENING_MAX 4096 /* bytes kept of each direction until a stream is known */

/* All that one side said until the other spoke; over UDP, one datagram. */
struct opening_turn {
    enum direction direction;
    struct bytes bytes;
};

#define OPENING_TURNS 8

/* What has been seen of a stream that nobody reads yet. */
struct opening {
    struct bytes seen[2]; /* by direction: from the stream's first byte (or, midstream, from the
                             first captured) */
    bool ended[2];  /* nothing will be added: the direction ended, met a gap, or OPENING_MAX is full
                     */
    bool midstream; /* the connection's start was not captured: directions may be reversed too */
    bool direction_known; /* midstream: and they are not */
    bool inner; /* the payload of messages, as a WebSocket's: not a stream that was wrapped */
    uint8_t transport; /* enum transport; for UDP `seen` is one datagram */
    /* Who said what, in order, up to what is asked about; the last may go on. Streams: at most the
     * first OPENING_TURNS, which together may be less than `seen`. */
    const struct opening_turn *turn;
    uint8_t turns;
    uint8_t heard; /* streams: so many turns were whole when the layer was last asked, and it did
                      not say NO to them; 0: look at all */
    enum direction last;  /* streams: whose byte is the last of `seen` */
    uint16_t server_port; /* never a reason on its own */
};

enum probe { PROBE_NO, PROBE_MORE, PROBE_YES };

struct recognition {
    enum probe answer; /* MORE: could be mine, cannot tell yet. NO is for ever */
    enum confidence confidence;
    const char *why;          /* one sentence of static lifetime, for the evidence */
    struct bytes detail;      /* what was seen: borrowed from the opening; may be empty */
    enum direction direction; /* where it was seen */
    bool reversed; /* the signature is a client's, but came from the "server", or the other way:
                      meaningful where opening.midstream */
};

#endif

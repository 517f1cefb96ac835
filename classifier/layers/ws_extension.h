/* SPDX-License-Identifier: MIT */
/* ws_extension.h - what Sec-WebSocket-Extensions agreed on (RFC 6455 s9.1, RFC 7692 s5-s7).
 *
 * In:    the client's offers and the server's answer, as sent.
 * Out:   the parameters of permessage-deflate, by direction of the data they govern.
 * State: none; pure.
 */
#ifndef LAYERS_WS_EXTENSION_H
#define LAYERS_WS_EXTENSION_H

#include "base/bytes.h"

#define WS_WINDOW_BITS_MAX 15 /* RFC 7692 s7.1.2: 32 KiB, the default */
#define WS_WINDOW_BITS_MIN 8

struct ws_deflate {
    bool agreed;                 /* the server named permessage-deflate */
    bool no_context_takeover[2]; /* by enum direction of the data: client_* is TO_SERVER */
    uint8_t window_bits[2];      /* the same */
};

struct ws_extensions {
    struct ws_deflate deflate;
    bool unoffered;       /* the answer names an extension that was not offered */
    bool deflate_invalid; /* parameters that are unknown, repeated, out of range, or that answer no
                             offer */
};

/* `offers_known`: the request was captured, so the answer can be held against it. */
struct ws_extensions ws_extensions_read(struct bytes answer, struct bytes offers,
                                        bool offers_known);

#endif

/* SPDX-License-Identifier: MIT */
/* ws_extension.h - what Sec-WebSocket-Extensions agreed on (RFC 6455 s9.1, RFC 7692 s5-s7).
 *
 * In:    the client's offers and the server's answer, as sent.
 * Out:   the parameters of permessage-deflate, by direction of the data they govern, and what is
 *        wrong, as anomalies.
 * State: none.
 */
#ifndef LAYERS_WS_EXTENSION_H
#define LAYERS_WS_EXTENSION_H

#include "base/bytes.h"
#include "layers/http_faults.h"

#define WS_WINDOW_BITS_MAX 15 /* RFC 7692 s7.1.2: 32 KiB, the default */
#define WS_WINDOW_BITS_MIN 8

struct ws_deflate {
    bool agreed;                 /* the server named permessage-deflate */
    bool no_context_takeover[2]; /* by enum direction of the data: client_* is TO_SERVER */
    uint8_t window_bits[2];      /* the same */
};

/* Adds to `faults` what is wrong with the offers themselves. */
void ws_extensions_check_offers(struct bytes offers, struct http_faults *faults);

/* `offers` NULL: the request was not captured, so nobody can be blamed by it. What is wrong with
 * the answer is added to `faults`. */
struct ws_deflate ws_extensions_read(struct bytes answer, const struct bytes *offers,
                                     struct http_faults *faults);

#endif

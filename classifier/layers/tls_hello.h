/* SPDX-License-Identifier: MIT */
/* tls_hello.h - what a ClientHello and a ServerHello say (RFC 8446 s4.1, RFC 5246 s7.4.1).
 *
 * In:    the body of one whole handshake message, without its four-byte header.
 * Out:   the fields below; they borrow from the message. False: it does not follow the grammar.
 * State: none.
 */
#ifndef LAYERS_TLS_HELLO_H
#define LAYERS_TLS_HELLO_H

#include "base/bytes.h"

#define TLS_ALPN_MAX 16 /* protocols of an offer that are told; more are read and left out */

enum tls_version { SSL_2_0 = 0x0002, SSL_3_0 = 0x0300, TLS_1_0, TLS_1_1, TLS_1_2, TLS_1_3 };

struct tls_hello {
    uint16_t version; /* client: the highest offered; server: the chosen one. GREASE left out */
    struct bytes sni; /* RFC 6066 s3; empty = absent */
    struct bytes alpn[TLS_ALPN_MAX]; /* RFC 7301 s3.1; GREASE left out */
    uint8_t alpn_count;
    uint16_t legacy_version; /* what stands before the random */
    struct bytes suites;     /* client: all, of two bytes each; server: the one it chose */
    struct bytes extensions; /* as sent, each with its type and length; empty = absent */
};

/* RFC 8701 s2: 0x0a0a, 0x1a1a ... 0xfafa are there to be ignored. */
static inline bool tls_is_grease(uint16_t v)
{
    return (v & 0x0f0f) == 0x0a0a && v >> 8 == (v & 0xff);
}

bool tls_client_hello(struct bytes body, struct tls_hello *out);
/* A HelloRetryRequest (RFC 8446 s4.1.4) too: it has a ServerHello's form, and names the version. */
bool tls_server_hello(struct bytes body, struct tls_hello *out);

/* "TLS 1.2"; "TLS" for a version nobody has named. */
const char *tls_version_name(uint16_t version);

#endif

/* SPDX-License-Identifier: MIT */
/* proxy_header.h - the header that a proxy puts before a connection it passes on ("The PROXY
 * protocol", versions 1 and 2, haproxy.org/download/3.0/doc/proxy-protocol.txt).
 *
 * In:    the first bytes of the connection's client.
 * Out:   whose connection it is, and where the header ends.
 * State: none.
 * Not here: what the TLVs of version 2 say; they are counted and skipped.
 */
#ifndef LAYERS_PROXY_HEADER_H
#define LAYERS_PROXY_HEADER_H

#include "model/layer.h"

#define PROXY_HEADER_MAX OPENING_MAX /* bytes; servers allow no more than this */

enum proxy_client {
    PROXY_ITSELF,  /* LOCAL: the proxy's own connection, to see whether the server lives */
    PROXY_UNKNOWN, /* it does not say */
    PROXY_ADDRESS,
    PROXY_SOCKET, /* a Unix socket */
};

struct proxy_header {
    size_t len; /* bytes */
    enum proxy_client client;
    struct endpoint address;
    struct bytes path; /* of the socket; borrowed; may be empty */
};

/* MORE: so far it is one. NO is for ever. */
enum probe proxy_header_parse(struct bytes in, struct proxy_header *out);

#endif

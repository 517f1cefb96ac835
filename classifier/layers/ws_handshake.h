/* SPDX-License-Identifier: MIT */
/* ws_handshake.h - is this upgrade to WebSocket a right one? RFC 6455 s4, RFC 7692 s7.
 *
 * In:    the request's head and, when it comes, the response's.
 * Out:   struct handshake for whoever asks, and what is wrong, as anomalies.
 * State: none. `struct ws_ask` is what must be known of the request when the answer comes.
 * Not here: the drafts hixie-75 and hixie-76 (ws_draft.h).
 */
#ifndef LAYERS_WS_HANDSHAKE_H
#define LAYERS_WS_HANDSHAKE_H

#include "base/digest.h"
#include "layers/http_head.h"
#include "layers/ws_draft.h"
#include "model/websocket.h"

/* What a request for WebSocket is, besides its strings. */
struct ws_request {
    uint8_t
        challenge[WS_CHALLENGE_LEN]; /* hixie-76: the two keys, and the 8 bytes after the head */
    int16_t version;                 /* Sec-WebSocket-Version; -1: absent or no number */
    uint8_t draft;                   /* enum ws_draft */
    bool unfit;                      /* a server must refuse it: RFC 6455 s4.2.1 */
    bool strange; /* its version is one that nobody ever spoke: made to be refused */
    bool keys_valid;
};

struct ws_ask {
    struct bytes host, path, origin, key; /* borrowed */
    struct bytes protocols, extensions;   /* the offers, each as one list */
    struct ws_request request;
    bool has_origin;
};

/* Does this request ask for WebSocket, or this response grant it? Connection is not asked. */
bool ws_handshake_named(const struct http_head *head);

/* Evaluates a request for WebSocket; what is wrong with it is added to its faults. RFC 6455 s4.1,
 * s4.2.1. */
struct ws_request ws_handshake_read_request(struct http_head *request);

/* Which handshake a 101 belongs to. `asked` NULL: the request was not captured. */
enum ws_draft ws_handshake_draft(const struct ws_request *asked, const struct http_head *response);

/* Evaluates the answer; what is wrong with it is added to its faults. `ask` NULL: the request was
 * not captured. `extensions_room` holds the answer's extension list when it came in pieces and must
 * live as long as the result. RFC 6455 s4.2.2. */
void ws_handshake_check_answer(const struct ws_ask *ask, struct http_head *response,
                               struct digest *digest, uint8_t extensions_room[HTTP_LIST_ROOM],
                               struct handshake *out);

/* Does this page belong to another site than `host`? The scheme's default port counts as said; a
 * Host without a port has the port of the Origin's scheme, because a proxy may have ended TLS
 * (RFC 6454 s4, s5). */
bool ws_handshake_cross_origin(struct bytes origin, struct bytes host);

/* Does the key decode to 16 bytes? RFC 6455 s4.1. */
bool ws_handshake_key_valid(struct bytes key);

#endif

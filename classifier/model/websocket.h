/* SPDX-License-Identifier: MIT */
/* websocket.h - what a WebSocket layer saw: handshake, frames, messages. Borrowed, as all events.
 */
#ifndef MODEL_WEBSOCKET_H
#define MODEL_WEBSOCKET_H

#include "base/bytes.h"
#include "base/digest.h"
#include "model/label.h"

/* RFC 6455 s4, RFC 7692 s7. Also the argument with which http opens websocket. */
struct handshake {
    enum ladder ladder; /* REFUSED, GRANTED or ACCEPTED */
    uint16_t status;
    uint64_t request_packet;         /* 0: not seen */
    int64_t request_time_ns;         /* of that packet */
    struct bytes host, path, origin; /* empty = absent */
    struct bytes key, accept;        /* as sent */
    bool has_origin, cross_origin; /* cross: the Origin's host and port are not Host's (RFC 6454) */
    int version;                   /* Sec-WebSocket-Version; -1 = absent or no number */
    bool key_valid;                /* decodes to 16 bytes */
    bool accept_valid;
    struct bytes client_protocols, subprotocol; /* comma-separated as sent; one token */
    struct bytes client_extensions, extensions; /* as sent */
    const char *transport;                      /* "h1" */
    const char *draft;           /* older than RFC 6455: "hixie-76", "hybi-08"; NULL: it is not */
    bool deflate;                /* permessage-deflate was agreed */
    bool no_context_takeover[2]; /* by direction of the data: RFC 7692 s7.1.1 */
    uint8_t window_bits[2];      /* by direction of the data: 8..15 */

    /* None was captured: how the frames were found; or NULL. */
    const struct ws_joined *joined;
};

enum ws_opcode { /* RFC 6455 s11.8 */
                 WS_CONTINUATION = 0,
                 WS_TEXT = 1,
                 WS_BINARY = 2,
                 WS_CLOSE = 8,
                 WS_PING = 9,
                 WS_PONG = 10,
};

struct ws_frame_event {
    uint8_t opcode; /* RFC 6455 s11.8; may be a reserved value */
    uint8_t rsv;    /* RSV1 = 4, RSV2 = 2, RSV3 = 1 */
    bool fin, masked;
    uint32_t mask; /* the masking key, big-endian as on the wire */
    uint64_t length;
    bool compressed; /* of a message that is (RFC 7692) */
};

struct ws_message_event {
    uint8_t opcode; /* enum ws_opcode, never CONTINUATION; a message whose start was lost: 0 */
    bool fin;       /* the last frame was seen */
    bool masked, compressed;
    bool complete; /* every byte of it was captured and could be read */
    uint32_t mask; /* of the first frame */
    uint32_t fragments;
    uint64_t length;      /* bytes after inflation; 0 when compressed and nobody asked to inflate */
    uint64_t wire_length; /* payload bytes of its frames */
    uint16_t close_code;  /* 0: none, or not a close frame */
    struct bytes close_reason;
    struct bytes payload; /* INTEREST_KEEP: at most host->payload_limit bytes from the start */
    bool has_sha256;
    uint8_t sha256[SHA256_LEN]; /* of the whole clear payload */
};

#endif

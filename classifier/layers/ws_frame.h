/* SPDX-License-Identifier: MIT */
/* ws_frame.h - WebSocket frames (RFC 6455 s5.2): one direction of one connection.
 *
 * In:    the bytes after the 101 response, cut anywhere.
 * Out:   whole headers, then the pieces of each payload, still masked; what is illegal in a header.
 * State: value type of 24 bytes, zero-filled = at the start of a frame. Allocates nothing.
 * Not here: messages (ws_message.h), payload (ws_payload.h), chains of frames (ws_chain.h).
 */
#ifndef LAYERS_WS_FRAME_H
#define LAYERS_WS_FRAME_H

#include "base/bytes.h"
#include "model/endpoint.h"
#include "model/websocket.h"

#define WS_HEADER_MAX  14  /* 2, then at most 8 of length and 4 of key */
#define WS_CONTROL_MAX 125 /* payload bytes of a control frame: RFC 6455 s5.5 */
#define WS_RSV1        4   /* in ws_frame_event.rsv: "compressed", RFC 7692 s6 */

struct ws_decoder {
    uint64_t left;                 /* payload bytes still to come */
    uint8_t header[WS_HEADER_MAX]; /* of the frame being read */
    uint8_t have;                  /* header bytes so far, while it is not whole */
    bool in_payload;
};

struct ws_header {
    struct ws_frame_event frame;
    uint8_t size; /* bytes of the header itself */
};

/* What RFC 6455 forbids in a header, as bits. The last four depend on the frames before. */
enum ws_fault {
    WS_FAULT_RSV = 1 << 0,                /* a bit that no agreed extension defines: s5.2 */
    WS_FAULT_OPCODE = 1 << 1,             /* reserved: s5.2 */
    WS_FAULT_CONTROL_FRAGMENTED = 1 << 2, /* s5.5 */
    WS_FAULT_CONTROL_LONG = 1 << 3,       /* s5.5 */
    WS_FAULT_NOT_MINIMAL = 1 << 4,        /* the length has a shorter form: s5.2 */
    WS_FAULT_TOP_BIT = 1 << 5,            /* of a 64-bit length: s5.2 */
    WS_FAULT_UNMASKED = 1 << 6,           /* by the client: s5.1 */
    WS_FAULT_MASKED = 1 << 7,             /* by the server: s5.1 */
    WS_FAULT_RSV1_CONTROL = 1 << 8,       /* where RSV1 was agreed: RFC 7692 s6.1 */
    WS_FAULT_RSV1_CONTINUATION = 1 << 9,  /* the same */
    WS_FAULT_CONTINUES_NOTHING = 1 << 10, /* s5.4 */
    WS_FAULT_INTERLEAVED = 1 << 11,       /* a new message inside a fragmented one: s5.4 */
    WS_FAULT_AFTER_CLOSE = 1 << 12,       /* data: s5.5.1 */
    WS_FAULT_AFTER_CLOSING = 1 << 13,     /* anything, when both have closed: s5.5.1 */
};
#define WS_FAULTS 14
/* These tell of a careless sender, not of bytes that are no frames. */
#define WS_FAULTS_OF_MASKING (WS_FAULT_UNMASKED | WS_FAULT_MASKED)
#define WS_FAULTS_OF_STRUCTURE                                                                     \
    (WS_FAULT_RSV | WS_FAULT_OPCODE | WS_FAULT_CONTROL_FRAGMENTED | WS_FAULT_CONTROL_LONG |        \
     WS_FAULT_NOT_MINIMAL | WS_FAULT_RSV1_CONTROL | WS_FAULT_RSV1_CONTINUATION)

static inline bool ws_is_control(uint8_t opcode)
{
    return (opcode & 8) != 0;
}

static inline bool ws_is_reserved(uint8_t opcode)
{
    return (opcode & 7) > 2;
}

/* Takes bytes of a header off `in`. True when it is whole: `out` is filled, and its payload, if it
 * has any, comes next. Only between frames (!in_payload). */
bool ws_take_header(struct ws_decoder *d, struct bytes *in, struct ws_header *out);
/* Takes what `in` holds of the payload. Only while in_payload, which ends with the last byte. */
struct bytes ws_take_payload(struct ws_decoder *d, struct bytes *in);
/* `n` bytes of the payload were never captured; n <= left. */
void ws_skip_payload(struct ws_decoder *d, uint64_t n);
/* The frame whose payload is being read, or was last. */
void ws_current(const struct ws_decoder *d, struct ws_header *out);
static inline uint8_t ws_current_opcode(const struct ws_decoder *d)
{
    return d->header[0] & 0x0f; /* RFC 6455 s5.2 */
}

/* Reads a header off the front of `in`. False: it is not whole. */
bool ws_read_header(struct bytes in, struct ws_header *out);

/* What most frames are: a whole message of text or binary data, not compressed, not empty and below
 * 64 KiB, with nothing to say about its header. */
struct ws_plain {
    const uint8_t *payload; /* as it was sent */
    uint32_t mask;
    uint16_t length;
    uint8_t size; /* bytes of the header */
    uint8_t opcode;
};
bool ws_may_be_plain(struct bytes in);
/* Reads one off the front of `in`, where it is whole. False: it is something else, and nothing is
 * said of it. */
bool ws_read_plain(struct bytes in, enum direction d, struct ws_plain *out);

/* What is illegal in this header by itself. `deflate`: RSV1 has a meaning (RFC 7692). */
uint32_t ws_header_faults(const struct ws_header *f, enum direction d, bool deflate);
/* What is illegal in this place. `in_message`: a fragmented message waits for its continuation. */
uint32_t ws_order_faults(const struct ws_header *f, bool in_message);
/* One fault is a careless sender and leaves the next frame's place certain. Two of structure at
 * once, a length with the top bit, or a faulty header with a huge length are no header. */
bool ws_is_senseless(const struct ws_header *f, uint32_t faults);

/* May a close frame carry this code? RFC 6455 s7.4, and IANA's registry. */
bool ws_close_code_is_legal(uint16_t code);

#endif

/* SPDX-License-Identifier: MIT */
/* ws_clear.h - payload on its way to being clear, piece by piece: for ws_payload.c and
 * ws_control.c. */
#ifndef LAYERS_WS_CLEAR_H
#define LAYERS_WS_CLEAR_H

#include "layers/ws_state.h"
#include "layers/ws_unmask.h"

#define CLEAR_CHUNK 8192 /* bytes unmasked at a time */

#define READS_ALL (INTEREST_PAYLOAD | INTEREST_KEEP)

/* Frame payload on its way to being clear. */
struct masked {
    struct bytes left;
    uint64_t at; /* in its frame's payload */
    uint32_t mask;
    bool masked;
};

/* `wire` has just been taken off the decoder. */
static inline struct masked masked_piece(const struct ws_decoder *d, struct bytes wire)
{
    struct ws_header f;

    ws_current(d, &f);
    return (struct masked){.left = wire,
                           .at = f.frame.length - d->left - wire.len,
                           .mask = f.frame.mask,
                           .masked = f.frame.masked};
}

/* The same, of a message's first frame. */
static inline struct masked first_piece(const struct ws_message *m, struct bytes wire)
{
    return (struct masked){
        .left = wire, .at = m->wire_length, .mask = m->mask, .masked = m->masked};
}

static inline struct bytes next_clear(struct masked *m, uint8_t room[CLEAR_CHUNK])
{
    struct bytes piece = m->left;

    if (m->masked) {
        piece = bytes_first(piece, CLEAR_CHUNK);
        ws_unmask(room, piece, m->mask, m->at);
        m->at += piece.len;
    }
    m->left = bytes_after(m->left, piece.len);
    return m->masked ? bytes_of(room, piece.len) : piece;
}

static inline void emit_slice(struct host *h, enum direction d, uint8_t opcode, struct bytes clear)
{
    if (!(h->interest & INTEREST_PAYLOAD))
        return;
    struct event e;

    event_begin(&e, EVENT_PAYLOAD, d);
    e.as.payload.opcode = opcode;
    e.as.payload.slice = clear;
    h->emit(h, &e);
}

#endif

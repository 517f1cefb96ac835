/* SPDX-License-Identifier: MIT */
/* ws_state.h - what is remembered of one WebSocket: shared by the files ws_*.c, and by nobody else.
 *
 * A million of them must fit in memory, so `struct websocket` is small, and whatever only some need
 * (inflation, kept payload, bytes held back) is in ws_detail.h, allocated when first needed.
 */
#ifndef LAYERS_WS_STATE_H
#define LAYERS_WS_STATE_H

#include "base/utf8.h"
#include "layers/ws_frame.h"
#include "layers/ws_inflate.h"
#include "model/layer.h"

#define WS_SAME_MASKS 8  /* so many are no accident */
#define WS_FAILURES   15 /* then nothing is inflated any more: it is no permessage-deflate */

/* The data message in progress. */
struct ws_message {
    uint64_t wire_length; /* payload bytes that have passed, or were lost with known length */
    uint32_t mask, fragments;
    struct utf8 text;
    uint8_t opcode;      /* 0: its start was not seen */
    bool open : 1;       /* waits for its last frame, or for the end of the frame being read */
    bool masked : 1;     /* its first frame */
    bool compressed : 1; /* RFC 7692 */
    bool fin : 1;        /* the last frame has begun */
    bool orphan : 1;     /* a continuation that continues nothing: not a message for RFC 6455 */
    bool lossy : 1;      /* bytes of it were never captured */
    bool unread : 1;     /* the rest cannot be read: no memory, or it does not inflate */
    bool uncertain : 1;  /* some of it depends on lost history */
    bool text_done : 1;  /* bad, or not to be known: do not validate any more */
    bool heard : 1;      /* read for ws_inside.h */
    bool judged : 1;     /* which has made up its mind about it */
};

/* All of a direction that a frame touches of which there is nothing to say. */
struct ws_pace {
    uint64_t offset;        /* in this direction, from the first byte after the 101 */
    uint32_t last_mask;     /* mask: ws_mask.h */
    uint16_t mask_step;     /* from the key before the last to the last: both halves' XOR */
    uint8_t heard;          /* ws_inside.h: of its share of messages */
    uint8_t same_masks : 4; /* frames in a row with mask_step between their keys, up to
                               WS_SAME_MASKS */
    bool calm : 1;          /* ws_message.h: nothing is odd, and nothing half read */
};

struct ws_side {
    struct ws_decoder decoder;
    struct ws_message message;
    uint32_t told;   /* kinds of anomalies, enum ws_fault first: ws_anomaly.h */
    uint8_t repeats; /* ws_anomaly.h */
    /* What most have comes first: a sleeper holds no zeros (engine/asleep.c). */
    bool legal : 1;               /* the header of the frame being read */
    bool lost : 1;                /* where the next frame begins is not known: ws_search.h */
    bool resumed : 1;             /* nothing but control frames since it was lost */
    bool closed : 1;              /* a close frame was sent */
    uint8_t window_bits : 4;      /* RFC 7692 s7.1.2 */
    bool answered : 1;            /* closed, after the other side's */
    bool close_whole : 1;         /* and captured wholly */
    bool hole : 1;                /* not every byte of it was read as a frame's */
    bool ping_waits : 1;          /* before any close frame, and no pong came since */
    bool control_lossy : 1;       /* bytes of the control frame being read were never captured */
    bool deflate : 1;             /* permessage-deflate: RSV1 has a meaning */
    bool no_context_takeover : 1; /* RFC 7692 s7.1.1 */
    bool history_lost : 1;        /* a compressed message was not inflated, or not wholly */
    uint8_t failures : 4;         /* messages in a row that did not inflate, up to WS_FAILURES */
    bool history_told : 1;
    bool bomb_noted : 1;
};

/* Pieces of its size begin with a cache line. What every frame touches lies in the first two. */
struct websocket {
    struct ws_pace pace[2];   /* by enum direction */
    struct ws_detail *detail; /* or NULL */
    bool shaken : 1;          /* the handshake was seen */
    bool offers : 1;          /* it is WebTorrent's: ws_offers.h */
    bool opening : 1;         /* no whole legal frame yet, in either direction: ws_opening.h */
    bool framed : 1;          /* there was one */
    bool joined : 1;          /* begun before the capture, and still watched: ws_join.h */
    bool left : 1;            /* they are no frames: off the stack */
    bool noise_over : 1;      /* ws_inside.h: binary messages are not listened to any more */
    bool watched : 1;         /* ws_detail.h: has room for figures */
    bool fared : 1;           /* ws_figures.h: they are kept, from the first frame on */
    uint8_t agreed;           /* enum speech of the subprotocol that was agreed upon */
    struct ws_inside *inside; /* or NULL */
    struct ws_totals totals;
    struct ws_side side[2]; /* by enum direction */
};

#endif

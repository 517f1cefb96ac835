/* SPDX-License-Identifier: MIT */
/* event.h - what a layer saw. All in an event is borrowed: copy what must outlive the call. */
#ifndef MODEL_EVENT_H
#define MODEL_EVENT_H

#include "base/bytes.h"
#include "model/alert.h"
#include "model/anomaly.h"
#include "model/application.h"
#include "model/endpoint.h"
#include "model/flow_info.h"
#include "model/label.h"
#include "model/websocket.h"

enum event_kind {
    EVENT_HTTP_REQUEST,  /* a request head was read (for rules; EVENT_HTTP is for people) */
    EVENT_HTTP,          /* a request was answered, or the flow ended before it was */
    EVENT_HTTP_STATUS,   /* the head of a final answer was read (for rules) */
    EVENT_HTTP_SLOW,     /* a request is long unfinished (for rules; host.unfinished_ns) */
    EVENT_TLS,           /* hellos seen */
    EVENT_HANDSHAKE,     /* the answer to a WebSocket upgrade request was seen */
    EVENT_MESSAGE_BEGIN, /* the first frame of a WebSocket message, or a control frame */
    EVENT_PAYLOAD,       /* a slice of that message: unmasked and inflated */
    EVENT_MESSAGE,       /* the message is over: whole, or cut short by loss */
    EVENT_FRAME,         /* one WebSocket frame header */
    EVENT_BITTORRENT,
    EVENT_ANOMALY,
    EVENT_ALERT, /* a rule matched */
    EVENT_FLOW,  /* the flow ended; see flow_info.h */
    EVENT_STATS,
};

/* Who asked for what: an event nobody asked for is not made (the interest mask). */
enum interest {
    INTEREST_HTTP = 1 << 0,     /* EVENT_HTTP */
    INTEREST_MESSAGES = 1 << 1, /* EVENT_MESSAGE; to rules EVENT_MESSAGE_BEGIN, too */
    INTEREST_PAYLOAD = 1 << 2,  /* EVENT_PAYLOAD: every byte of every message, clear */
    INTEREST_FRAMES = 1 << 3,   /* EVENT_FRAME */
    INTEREST_VALIDITY =
        1 << 4, /* is text UTF-8, does it inflate: reads payload that nobody asked for */
    INTEREST_KEEP = 1 << 5, /* EVENT_MESSAGE carries the payload's start and its SHA-256 */
    INTEREST_ANOMALIES = 1 << 6,
    INTEREST_TLS = 1 << 7,
    INTEREST_BITTORRENT = 1 << 8,
    INTEREST_FIGURES = 1 << 9,       /* flow_info.ws_figures */
    INTEREST_STATUS = 1 << 10,       /* EVENT_HTTP_STATUS */
    INTEREST_EXCHANGE = 1 << 11,     /* and what its request said stands in it, too */
    INTEREST_BEGINS = 1 << 12,       /* with INTEREST_MESSAGES: EVENT_MESSAGE_BEGIN, to an output */
    INTEREST_FINGERPRINTS = 1 << 13, /* of both EVENT_TLS: JA3, JA4 */
    INTEREST_HANDSHAKES = 1 << 14,   /* EVENT_HANDSHAKE, to an output */
};

/* What an output must have asked for to get an event of this kind; 0: everybody gets it. */
uint32_t event_interest(enum event_kind kind);

struct stats_event {
    const struct counter {
        const char *group, *name; /* "flow", "active" */
        uint64_t value;
    } * stats;
    size_t count;
    bool final;
};

struct event {
    enum event_kind kind;
    uint64_t packet; /* frame number that completed it */
    int64_t time_ns;
    enum direction direction;     /* who sent it, where that has a meaning */
    const struct flow_info *flow; /* NULL: belongs to no flow (EVENT_STATS, decode anomalies) */
    const struct packet *of;      /* decode anomalies: what could be read; else NULL */
    union {
        struct http_event http; /* EVENT_HTTP_REQUEST, EVENT_HTTP_STATUS too */
        struct tls_event tls;
        struct handshake handshake;
        struct {
            uint8_t opcode;
            bool compressed;
            uint64_t length;
            bool fin;
        } begin; /* of the first frame */
        struct {
            uint8_t opcode; /* of its message */
            struct bytes slice;
        } payload;
        struct ws_message_event message;
        struct ws_frame_event frame;
        struct bittorrent_event bittorrent;
        struct {
            enum anomaly id;
            uint64_t offset;
        } anomaly; /* stream offset, where known */
        struct alert_event alert;
        enum flow_end flow_end; /* EVENT_FLOW; flow->end says the same */
        struct stats_event stats;
    } as;
};

/* Begins one of which nothing is known but this; `as` is left as it is. */
static inline void event_begin(struct event *e, enum event_kind kind, enum direction d)
{
    e->kind = kind;
    e->packet = 0;
    e->time_ns = 0;
    e->direction = d;
    e->flow = NULL;
    e->of = NULL;
}

#endif

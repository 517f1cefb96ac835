/* SPDX-License-Identifier: MIT */
/* http_exchange.h - requests and their answers: who is still waited for.
 *
 * In:    requests in their order, answers in theirs (RFC 9112 s9.3.2: the orders are the same).
 * Out:   EVENT_HTTP, when both of an exchange have ended.
 * State: value type, zero-filled = ready; http_queue_free() gives the memory back. At most
 *        HTTP_QUEUE_MAX exchanges and about HTTP_QUEUE_TEXT bytes of strings; beyond that the
 *        oldest is told as unanswered and forgotten.
 */
#ifndef LAYERS_HTTP_EXCHANGE_H
#define LAYERS_HTTP_EXCHANGE_H

#include "layers/http_text.h"
#include "layers/ws_handshake.h"

#define HTTP_QUEUE_MAX  128
#define HTTP_QUEUE_TEXT 65536

enum http_method { METHOD_OTHER, METHOD_HEAD, METHOD_CONNECT };

struct http_exchange {
    struct http_text *asked, *answered; /* strings, where somebody wants them; else NULL */
    uint64_t request_packet;
    int64_t request_time_ns;
    uint64_t request_length, response_length; /* body bytes */
    uint16_t status;                          /* 0: not answered */
    uint8_t method;                           /* enum http_method */
    bool upgrade : 1;                         /* asked for another protocol */
    bool websocket : 1;                       /* ... which is WebSocket */
    bool first_upgrade : 1;                   /* ... and the flow's first */
    bool has_origin : 1;
    bool request_over : 1, response_over : 1;
    bool response_only : 1; /* the request was not captured */
    bool tracker : 1;       /* it announces to a BitTorrent tracker: the answer names peers */
    uint8_t key3_len;       /* hixie-76: bytes of the challenge that followed the head, so far */
    struct ws_request ws;   /* where it asked for WebSocket */
};

struct http_queue {
    struct http_exchange *at; /* a ring; NULL: one waits at most, and is `one` */
    uint32_t text;            /* bytes of strings held */
    uint32_t forgotten;       /* exchanges dropped whose answers are still to come */
    uint16_t room;            /* of the ring: a power of two */
    uint16_t first, count;
    struct http_exchange one;
};

/* The n-th exchange, oldest first; n < count. */
struct http_exchange *http_queue_at(const struct http_queue *q, unsigned n);
/* Is it nothing but a request, whose answer says by itself where it ends, and is no peer's? */
static inline bool http_exchange_is_plain(const struct http_exchange *x)
{
    return !x->upgrade && x->method == METHOD_OTHER && !x->tracker && !x->response_only;
}

/* The one whose answer comes next; NULL: none is waited for. */
struct http_exchange *http_queue_awaited(const struct http_queue *q);
/* The request that was read last; NULL: none is waiting. */
struct http_exchange *http_queue_last(const struct http_queue *q);

/* Adds an exchange; the queue owns its strings. False: no memory, it counts as forgotten. */
bool http_queue_push(struct http_queue *q, struct host *h, const struct http_exchange *x);
/* The same, of a plain one that was not asked for WebSocket. */
bool http_queue_push_plain(struct http_queue *q, struct host *h);
/* Is there no room for one more? Then http_queue_forget() first. */
bool http_queue_full(const struct http_queue *q);
/* Takes the oldest out; its strings are the caller's now. */
struct http_exchange http_queue_take(struct http_queue *q);
/* Tells of the oldest as it is and drops it. */
void http_queue_forget(struct http_queue *q, struct host *h);
/* Tells of the oldest exchanges that are over in both directions, and drops them. */
void http_queue_retire(struct http_queue *q, struct host *h);
/* Drops all without telling. */
void http_queue_free(struct http_queue *q, struct host *h);

/* EVENT_HTTP, if anybody asked for it. */
void http_exchange_emit(const struct http_exchange *x, struct host *h);
static inline void http_exchange_tell(const struct http_exchange *x, struct host *h)
{
    if (h->interest & INTEREST_HTTP)
        http_exchange_emit(x, h);
}
void http_exchange_free(struct http_exchange *x, struct host *h);

#endif

/* SPDX-License-Identifier: MIT */
/* http_ways.h - the ways out of HTTP, and what only looks like one. Inside the layer http alone.
 *
 * In:    the state of http_state.h: an answer that switches protocols, one that refuses to, one
 * that was lost, bytes that are no HTTP. Out:   become() or leave() of the layer, its upgrade
 * ladder, and what is wrong, as anomalies.
 */
#ifndef LAYERS_HTTP_WAYS_H
#define LAYERS_HTTP_WAYS_H

#include "base/apart.h"
#include "layers/http_state.h"

/* http_message.c */
/* Tells what is wrong with the head being read, and forgets it. */
RARE void http_tell_each_fault(const struct http *s, struct host *h, enum direction d,
                               struct http_faults *f);
static inline void http_tell_faults(const struct http *s, struct host *h, enum direction d,
                                    struct http_faults *f)
{
    if (f->count > 0)
        http_tell_each_fault(s, h, d, f);
}

/* http_switch.c */
/* A final answer to a request for an upgrade or a tunnel. True: HTTP ends here. */
bool http_switch(struct http *s, struct host *h, struct http_exchange *x, struct http_head *head);
/* The bytes where a message should begin are none. */
RARE void http_on_stray(struct http *s, struct host *h, enum direction d);
/* From here on HTTP only wraps `protocol`, NULL: whatever identification finds. */
void http_become(struct http *s, struct host *h, const char *protocol, const void *arg);
/* Tells of the answer to a request for WebSocket. The result borrows from the head, the exchange
 * and `room`. */
struct handshake http_tell_handshake(struct host *h, const struct http_exchange *x,
                                     struct http_head *head, uint8_t room[HTTP_LIST_ROOM]);
/* No answer came, and no more can be kept. */
RARE void http_overdue(struct http *s, struct host *h);
/* What follows is no HTTP: off the stack, or below whatever it is. */
void http_part(struct http *s, struct host *h);
/* After `gone`: gives what was kept to whoever is next, and the memory back. What the direction
 * that was fed last kept comes last: cut elsewhere, it would only have come now. */
void http_hand_over(struct http *s, struct host *h, enum direction last);

/* http_refused.c */
/* Bytes of this direction are no HTTP. */
RARE void http_refused_stray(struct http *s, struct host *h, enum direction d);
/* The server's next word. False: it is none of HTTP's, or cannot be told yet. */
RARE bool http_refused_answer(struct http *s, struct host *h, struct bytes in);
/* HTTP goes on: what was no HTTP is passed over. */
RARE void http_refused_over(struct http *s, struct host *h, enum direction d);
/* Tells it once. */
RARE void http_tell_smuggling(struct http *s, struct host *h, enum direction d, const char *why);

/* http_resume.c */
/* The answer to an upgrade to WebSocket was lost, after the bytes in `seen`. False: none is waited
 * for, or it was a refusal. */
RARE bool http_resume_begin(struct http *s, struct host *h, struct bytes seen);
/* Reads what the server says after the hole. */
RARE size_t http_resume_read(struct http *s, struct host *h, struct bytes in);
/* What the client says after its request may tell it, too. */
RARE void http_resume_await(struct http *s, struct host *h, struct bytes in);

/* http_tracker.c */
/* Does the request announce to a BitTorrent tracker? Told at once; `x` remembers. */
void http_tracker_request(struct http *s, struct host *h, const struct http_head *head,
                          struct http_exchange *x);
/* The body of its answer, before it is read. */
RARE void http_tracker_body(struct http *s, struct host *h, struct bytes in);
/* The answer is over: tells of its peers. */
RARE void http_tracker_end(struct http *s, struct host *h);

#endif

/* SPDX-License-Identifier: MIT */
/* http_state.h - the inside of the layer http, shared by its files:
 *
 *     http.c          the two directions: what is read now, what is kept for later, what was lost
 *     http_message.c  what a head and the end of a body mean
 *     http_switch.c   the ways out: 101, CONNECT, and what was no HTTP after all
 *     http_refused.c  after an upgrade that was refused
 *     http_resume.c   after an answer to an upgrade that was lost
 *     http_slow.c     requests that take too long
 *     http_skim.c     what most messages are: nothing that anybody is told of
 *
 * Bytes that cannot be read yet are kept in side[].kept, at most HTTP_KEPT_MAX a direction, so
 * that the answers do not depend on which direction came first.
 */
#ifndef LAYERS_HTTP_STATE_H
#define LAYERS_HTTP_STATE_H

#include "base/apart.h"
#include "layers/http_body.h"
#include "layers/http_exchange.h"
#include "layers/http_kept.h"

enum http_phase {
    PHASE_HEAD,      /* at the start of a message, or in its head */
    PHASE_LONG_HEAD, /* after HTTP_KEPT_MAX bytes of a head: looking for its blank line */
    PHASE_BODY,
    PHASE_AWAIT,  /* client: asked for another protocol; the answer says what follows */
    PHASE_STRAY,  /* what came is no message; the other side's next word says what it is */
    PHASE_SEEK,   /* after a loss: looking for the next first line */
    PHASE_RESUME, /* server: the answer to an upgrade was lost; what comes next tells what it was */
};

struct http_side {
    struct http_kept kept;
    uint64_t offset; /* of the first byte not read, in the stream */
    uint64_t lost;   /* bytes lost, or thrown away, after what is kept; PHASE_AWAIT only */
    uint64_t hole;   /* bytes lost, or passed over, since a message was last understood */
    struct http_body body;
    uint32_t scanned; /* bytes of this head or line that were looked at before */
    uint8_t phase;    /* enum http_phase */
    bool line_good;   /* the head's first line was found good */
    bool line_empty;  /* PHASE_LONG_HEAD: nothing of this line was seen, or its CR only */
    bool missed;      /* PHASE_SEEK after a gap: whole messages may be missing */
};

/* A request that goes on. */
struct http_wait {
    uint64_t which; /* head or body */
    int64_t since_ns;
    bool runs, told;
};

enum http_answering { ANSWERING_NOBODY, ANSWERING_FIRST, ANSWERING_ORPHAN };

/* First what every message touches. */
struct http {
    struct http_side side[2]; /* by enum direction */
    struct http_queue queue;
    uint8_t answering;      /* enum http_answering: whose answer is being read */
    bool asked, answered;   /* a request, a response was read */
    bool sure;              /* a response was read after a request */
    bool plain;             /* whole messages may be skimmed: http_skim.c */
    bool reading_request;   /* the queue's last is the request being read */
    bool alone;             /* answers are not to wait for their requests: those were lost */
    bool gone;              /* became another protocol, or left */
    bool tracker_answers;   /* the answer of a BitTorrent tracker is being read */
    bool tracker_told;      /* somebody announced to one */
    bool refused;           /* the upgrade was: what comes next may be data sent in hope */
    bool refused_websocket; /* it was one to WebSocket */
    bool strange;           /* ... of a version that nobody ever spoke */
    bool smuggling_told;
    bool switched;         /* a head too long to keep switches protocols at its end */
    bool too_deep;         /* HTTP_PIPELINE_TOO_DEEP was told */
    bool revisiting;       /* the direction that is not being fed is read */
    bool closing;          /* in close(): there is no way out any more */
    uint64_t early_packet; /* what brought data of the client before an upgrade's answer; 0: none */
    struct http_exchange orphan; /* an answer whose request was not captured */
    struct http_kept answer;     /* tracker_answers: its body so far */
    uint8_t info_hash[20];       /* that a tracker was last asked about */
    struct http_wait wait;       /* for the rest of a request: http_slow.c */
};

/* http.c */
void http_set_phase(struct http_side *side, enum http_phase phase);
/* After a loss: a first line was found. It may not be the next one's. */
void http_found_again(struct http *s, struct host *h, enum direction d);
/* How many bytes of empty lines `in` begins with: RFC 9112 s2.2. */
size_t http_empty_lines(struct bytes in);

/* http_message.c */
enum http_method http_method_of(struct bytes name);
void http_on_request(struct http *s, struct host *h, struct http_head *head);
/* `whole`: the head's end is known, so that it can switch protocols here. */
void http_on_response(struct http *s, struct host *h, struct http_head *head, bool whole);
/* The head was read to its end: its body begins, or there is none. */
void http_begin_body(struct http *s, struct host *h, enum direction d);
void http_end_message(struct http *s, struct host *h, enum direction d);

/* http_slow.c: after the client spoke, and at the end. */
RARE void http_look_slow(struct http *s, struct host *h);

/* Nothing is kept, nothing was lost: there is nothing to settle. */
static inline bool http_is_settled(const struct http *s)
{
    const struct http_side *client = &s->side[TO_SERVER], *server = &s->side[TO_CLIENT];

    return (client->kept.len | server->kept.len | client->lost | server->lost) == 0 && !s->gone;
}

static inline bool http_is_certain(const struct http *s)
{
    return s->asked && s->answered;
}

#endif

/* SPDX-License-Identifier: MIT */
/* http_slow.c - requests that hold a server's place for nothing: a head that is not whole after
 * host.unfinished_ns (Slowloris), or a body that comes by less than SLOW_BODY a second for as long
 * (R-U-Dead-Yet). As Apache's mod_reqtimeout has it: header=20 body=20,MinRate=500. */
#include "layers/http_state.h"

#define SLOW_BODY 500 /* bytes a second */
#define SECOND_NS 1000000000LL

/* Is a head begun and not whole? */
static bool is_in_head(const struct http_side *side)
{
    return side->phase == PHASE_LONG_HEAD || (side->phase == PHASE_HEAD && side->kept.len > 0);
}

static bool is_slow_body(const struct http_side *side, int64_t waited_ns)
{
    return (int64_t)side->body.seen < waited_ns / SECOND_NS * SLOW_BODY;
}

/* One number a head or body. */
static uint64_t which_of(const struct http *s, const struct http_exchange *body)
{
    const struct http_side *side = &s->side[TO_SERVER];

    if (body != NULL)
        return ~body->request_packet;
    return side->phase == PHASE_HEAD ? side->offset : 0;
}

void http_look_slow(struct http *s, struct host *h)
{
    const struct http_side *side = &s->side[TO_SERVER];
    const bool in_body = side->phase == PHASE_BODY && s->reading_request;
    const struct http_exchange *body = in_body ? http_queue_last(&s->queue) : NULL;
    struct http_wait *w = &s->wait;
    struct event e = {.kind = EVENT_HTTP_SLOW, .direction = TO_SERVER};

    if ((!is_in_head(side) && body == NULL) || s->gone) {
        w->runs = false;
        return;
    }
    const uint64_t which = which_of(s, body);
    if (!w->runs || w->which != which) {
        *w = (struct http_wait){.which = which, .since_ns = h->time_ns, .runs = true};
        return;
    }
    const int64_t waited_ns = h->time_ns - w->since_ns;
    if (w->told || waited_ns < h->unfinished_ns || (body != NULL && !is_slow_body(side, waited_ns)))
        return;
    w->told = true;
    h->emit(h, &e);
}

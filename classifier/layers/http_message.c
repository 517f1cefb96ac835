/* SPDX-License-Identifier: MIT */
#include "layers/http_ways.h"

#include "base/apart.h"
#include "layers/ws_handshake.h"

#define SWITCHING_PROTOCOLS 101
#define OK                  200
#define UPGRADE_REQUIRED    426

void http_tell_each_fault(const struct http *s, struct host *h, enum direction d,
                          struct http_faults *f)
{
    for (unsigned i = 0; i < f->count; i++)
        host_anomaly(h, (enum anomaly)f->at[i], d, s->side[d].offset);
    f->count = 0;
}

enum http_method http_method_of(struct bytes name)
{
    if (bytes_equal(name, bytes_of_text("HEAD")))
        return METHOD_HEAD;
    return bytes_equal(name, bytes_of_text("CONNECT")) ? METHOD_CONNECT : METHOD_OTHER;
}

static void check_host(struct http_head *head)
{
    if (head->count[HTTP_HOST] > 1)
        http_fault(&head->faults, HTTP_HOST_REPEATED);
    else if (head->count[HTTP_HOST] == 0 && head->line.minor > 0)
        http_fault(&head->faults, HTTP_HOST_MISSING);
}

APART static void emit_request(struct host *h, const struct http_head *head,
                               const struct http_exchange *x, struct bytes origin)
{
    struct event e;

    event_begin(&e, EVENT_HTTP_REQUEST, TO_SERVER);
    e.as.http = (struct http_event){
        .method = head->line.method,
        .host = http_head_host(head),
        .url = head->line.target,
        .user_agent = head->value[HTTP_USER_AGENT],
        .referer = head->value[HTTP_REFERER],
        .origin = origin,
        .protocol = head->line.protocol,
        .upgrade = x->websocket,
        .request_packet = h->packet,
        .request_time_ns = h->time_ns,
        .fields = head->fields,
    };
    h->emit(h, &e);
}

/* For rules, at once, straight from the head. */
static void tell_request(struct host *h, const struct http_head *head,
                         const struct http_exchange *x)
{
    const struct bytes *told = http_head_origin(head);
    const struct bytes origin = told != NULL ? *told : bytes_of(NULL, 0);

    if (h->asked_for != NULL)
        h->asked_for(h, http_head_host(head), head->line.target, origin);
    else
        emit_request(h, head, x, origin);
}

/* For rules, too, with what its request said. */
static void tell_response(const struct http *s, struct host *h, const struct http_head *head,
                          const struct http_exchange *x)
{
    if ((h->interest & INTEREST_STATUS) == 0)
        return;
    struct event e;
    event_begin(&e, EVENT_HTTP_STATUS, TO_CLIENT);
    e.as.http = (struct http_event){
        .method = http_text_part(x->asked, TEXT_METHOD),
        .host = http_text_part(x->asked, TEXT_HOST),
        .url = http_text_part(x->asked, TEXT_URL),
        .user_agent = http_text_part(x->asked, TEXT_USER_AGENT),
        .origin = http_text_part(x->asked, TEXT_ORIGIN),
        .status = head->line.status,
        .response_only = x->asked == NULL,
        .stale = x->response_only || x != http_queue_last(&s->queue),
        .fields = head->fields,
    };
    h->emit(h, &e);
}

RARE static void make_room(struct http *s, struct host *h)
{
    if (!s->too_deep)
        host_anomaly(h, HTTP_PIPELINE_TOO_DEEP, TO_SERVER, s->side[TO_SERVER].offset);
    s->too_deep = true;
    if (s->answering == ANSWERING_FIRST) {
        s->orphan = http_queue_take(&s->queue);
        s->answering = ANSWERING_ORPHAN;
    } else {
        http_queue_forget(&s->queue, h);
        s->queue.forgotten++;
    }
}

static void read_upgrade(struct http_head *head, struct http_exchange *x)
{
    x->websocket = ws_handshake_named(head);
    x->upgrade = x->websocket || (head->count[HTTP_UPGRADE] > 0 && head->line.minor > 0 &&
                                  http_head_has(head, HTTP_CONNECTION, "Upgrade"));
    x->has_origin = http_head_origin(head) != NULL;
    x->ws.version = -1;
    if (x->websocket)
        x->ws = ws_handshake_read_request(head);
    else if (head->count[HTTP_WS_KEY] > 0)
        http_fault(&head->faults, WS_UPGRADE_UNASKED);
}

/* A request after an upgrade that was refused: mostly nothing but the next one. */
static void go_on_after_refusal(struct http *s, struct host *h, const struct http_exchange *x)
{
    if (s->refused && s->side[TO_CLIENT].phase == PHASE_STRAY)
        http_refused_over(s, h, TO_CLIENT);
    if (s->strange && !x->upgrade)
        http_tell_smuggling(s, h, TO_SERVER,
                            "requests go on after an upgrade of a version that nobody speaks");
    s->refused = false;
    s->strange = false;
}

/* What follows a 101 as another protocol, and is HTTP again in both directions. */
static void look_behind_101(struct http *s, struct host *h, enum direction d)
{
    if (h->ladder == LADDER_UNFRAMED && http_is_certain(s))
        http_tell_smuggling(s, h, d, "HTTP goes on after the 101");
}

void http_on_request(struct http *s, struct host *h, struct http_head *head)
{
    struct http_exchange x = {.request_packet = h->packet,
                              .request_time_ns = h->time_ns,
                              .method = (uint8_t)http_method_of(head->line.method)};

    check_host(head);
    read_upgrade(head, &x);
    s->side[TO_SERVER].body = http_body_of(head, BODY_OF_REQUEST);
    if (x.ws.draft == WS_HIXIE_76)
        s->side[TO_SERVER].body = (struct http_body){.state = BODY_LENGTH, .left = WS_KEY3_LEN};
    http_tell_faults(s, h, TO_SERVER, &head->faults);
    if (!s->asked)
        h->note(h, "HTTP request line", head->line.text);
    s->asked = true;
    s->alone = false;
    go_on_after_refusal(s, h, &x);
    http_tracker_request(s, h, head, &x);
    if (head->count[HTTP_HOST] > 0)
        h->claim(h, CONFIDENCE_STRONG); /* also with a method that nobody knows */
    tell_request(h, head, &x);
    if (x.websocket) {
        x.first_upgrade = h->ladder == LADDER_NONE;
        h->climb(h, LADDER_ASKED);
        h->note(h, "asked to upgrade to WebSocket", head->line.target);
    }
    if (x.upgrade || (h->interest & (INTEREST_HTTP | INTEREST_EXCHANGE)))
        x.asked = http_text_of_request(h, head);
    if (http_queue_full(&s->queue))
        make_room(s, h);
    s->reading_request = http_queue_push(&s->queue, h, &x);
    look_behind_101(s, h, TO_SERVER);
}

/* A request that was not captured, or is forgotten. */
RARE static struct http_exchange *nobodys_answer(struct http *s, bool final)
{
    if (s->queue.forgotten > 0 && final)
        s->queue.forgotten--;
    s->answering = ANSWERING_ORPHAN;
    s->orphan =
        (struct http_exchange){.response_only = true, .request_over = true, .ws.version = -1};
    return &s->orphan;
}

/* Whose answer is this? Those that were forgotten are answered first. */
static struct http_exchange *whose_answer(struct http *s, bool final)
{
    struct http_exchange *x = http_queue_awaited(&s->queue);

    if (s->queue.forgotten == 0 && x != NULL) {
        s->answering = ANSWERING_FIRST;
        return x;
    }
    return nobodys_answer(s, final);
}

/* The first answer to bytes that are no request: the server took them for a bad one. */
static void judge_stray(struct http *s, struct host *h)
{
    struct http_side *client = &s->side[TO_SERVER];

    if (client->phase != PHASE_STRAY || s->answering != ANSWERING_ORPHAN)
        return;
    host_anomaly(h, HTTP_NOT_A_REQUEST, TO_SERVER, client->offset);
    http_set_phase(client, PHASE_SEEK);
}

static void check_status(struct http_head *head)
{
    if (head->line.status / 100 == 1 && head->count[HTTP_CONTENT_LENGTH] > 0)
        http_fault(&head->faults, HTTP_INTERIM_LENGTH);
    if (head->line.status / 100 == 1 && head->count[HTTP_TRANSFER_ENCODING] > 0)
        http_fault(&head->faults, HTTP_INTERIM_CODING);
    if (head->line.status == UPGRADE_REQUIRED && head->count[HTTP_UPGRADE] == 0)
        http_fault(&head->faults, HTTP_426_UNNAMED);
}

void http_on_response(struct http *s, struct host *h, struct http_head *head, bool whole)
{
    struct http_side *side = &s->side[TO_CLIENT];
    const uint16_t status = head->line.status;
    const bool final = status >= 200 || status == SWITCHING_PROTOCOLS;
    struct http_exchange *x = whose_answer(s, final);

    if (!s->answered)
        h->note(h, "HTTP status line", head->line.text);
    s->answered = true;
    s->sure = http_is_certain(s);
    h->claim(h, http_is_certain(s) ? CONFIDENCE_CERTAIN : CONFIDENCE_STRONG);
    judge_stray(s, h);
    look_behind_101(s, h, TO_CLIENT);
    check_status(head);
    side->body = (struct http_body){.state = BODY_DONE};
    s->switched = false;
    if (!final) { /* RFC 9110 s15.2: another one follows */
        s->answering = ANSWERING_NOBODY;
        http_tell_faults(s, h, TO_CLIENT, &head->faults);
        return;
    }
    x->status = status;
    tell_response(s, h, head, x);
    s->tracker_answers = x->tracker && status == OK;
    if (h->interest & INTEREST_HTTP)
        x->answered = http_text_of_response(h, head);
    s->switched = !whole && (status == SWITCHING_PROTOCOLS ||
                             (x->method == METHOD_CONNECT && status / 100 == 2));
    if (s->switched || http_switch(s, h, x, head)) {
        http_tell_faults(s, h, TO_CLIENT, &head->faults);
        return;
    }
    side->body = http_body_of(head, x->method == METHOD_HEAD ? BODY_NEVER : BODY_OF_RESPONSE);
    http_tell_faults(s, h, TO_CLIENT, &head->faults);
}

void http_begin_body(struct http *s, struct host *h, enum direction d)
{
    struct http_side *side = &s->side[d];

    if (d == TO_CLIENT && s->switched) {
        http_part(s, h);
        return;
    }
    http_set_phase(side, PHASE_BODY);
    if (side->body.state == BODY_DONE || side->body.state == BODY_LOST)
        http_end_message(s, h, d);
    else if (d == TO_CLIENT && side->body.state == BODY_UNTIL_CLOSE &&
             s->side[TO_SERVER].phase == PHASE_STRAY)
        http_part(s, h); /* the server will never answer what the client says now */
}

static void end_request(struct http *s)
{
    struct http_side *side = &s->side[TO_SERVER];
    struct http_exchange *x = s->reading_request ? http_queue_last(&s->queue) : NULL;

    s->reading_request = false;
    if (x == NULL)
        return;
    x->request_over = true;
    x->request_length = side->body.seen;
    if (x->upgrade || x->method == METHOD_CONNECT)
        http_set_phase(side, PHASE_AWAIT);
}

RARE static void end_orphan(struct http *s, struct host *h)
{
    http_exchange_tell(&s->orphan, h);
    http_exchange_free(&s->orphan, h);
}

static void end_response(struct http *s, struct host *h)
{
    struct http_exchange *x =
        s->answering == ANSWERING_FIRST ? http_queue_at(&s->queue, 0) : &s->orphan;

    if (s->tracker_answers)
        http_tracker_end(s, h);
    if (s->answering != ANSWERING_NOBODY) {
        x->response_over = true;
        x->response_length = s->side[TO_CLIENT].body.seen;
    }
    if (s->answering == ANSWERING_ORPHAN)
        end_orphan(s, h);
    s->answering = ANSWERING_NOBODY;
}

void http_end_message(struct http *s, struct host *h, enum direction d)
{
    struct http_side *side = &s->side[d];

    http_set_phase(side, side->body.state == BODY_LOST ? PHASE_SEEK : PHASE_HEAD);
    if (d == TO_SERVER)
        end_request(s);
    else
        end_response(s, h);
    http_queue_retire(&s->queue, h);
}

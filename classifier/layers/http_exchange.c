/* SPDX-License-Identifier: MIT */
#include "layers/http_exchange.h"

#include "base/apart.h"

#define FIRST_ROOM 4 /* of a ring */

struct http_exchange *http_queue_at(const struct http_queue *q, unsigned n)
{
    if (q->at == NULL)
        return (struct http_exchange *)(uintptr_t)&q->one; /* who holds a queue may write in it */
    return &q->at[(q->first + n) & (q->room - 1U)];
}

struct http_exchange *http_queue_awaited(const struct http_queue *q)
{
    if (q->count == 0)
        return NULL;
    /* One that is answered stays only while its request goes on: then it is the last, too. */
    struct http_exchange *x = http_queue_at(q, 0);
    return x->response_over ? NULL : x;
}

struct http_exchange *http_queue_last(const struct http_queue *q)
{
    return q->count > 0 ? http_queue_at(q, q->count - 1U) : NULL;
}

bool http_queue_full(const struct http_queue *q)
{
    return q->count == HTTP_QUEUE_MAX || (q->count > 1 && q->text > HTTP_QUEUE_TEXT);
}

static bool is_crowded(const struct http_queue *q)
{
    return q->count == (q->at != NULL ? q->room : 1U);
}

static void free_ring(struct http_queue *q, struct host *h)
{
    if (q->at != NULL)
        h->free(h, q->at, q->room * sizeof(*q->at));
}

RARE static bool grow(struct http_queue *q, struct host *h)
{
    const uint16_t room = q->at != NULL ? (uint16_t)(q->room * 2) : FIRST_ROOM;
    struct http_exchange *at = h->alloc_bare(h, room * sizeof(*at));

    if (at == NULL)
        return false;
    for (unsigned i = 0; i < q->count; i++)
        at[i] = *http_queue_at(q, i);
    free_ring(q, h);
    q->at = at;
    q->first = 0;
    q->room = room;
    return true;
}

bool http_queue_push(struct http_queue *q, struct host *h, const struct http_exchange *x)
{
    if (is_crowded(q) && !grow(q, h)) {
        struct http_exchange lost = *x;
        http_exchange_free(&lost, h);
        q->forgotten++;
        return false;
    }
    q->count++;
    *http_queue_last(q) = *x;
    q->text += (uint32_t)http_text_size(x->asked);
    return true;
}

bool http_queue_push_plain(struct http_queue *q, struct host *h)
{
    if (is_crowded(q) && !grow(q, h)) {
        q->forgotten++;
        return false;
    }
    q->count++;
    *http_queue_last(q) = (struct http_exchange){
        .request_packet = h->packet, .request_time_ns = h->time_ns, .ws.version = -1};
    return true;
}

/* The oldest, which is told of and has no strings any more, or they are another's now. */
static void drop_first(struct http_queue *q)
{
    q->count--;
    q->first = (uint16_t)(q->count > 0 ? (q->first + 1U) & (q->room - 1U) : 0);
}

struct http_exchange http_queue_take(struct http_queue *q)
{
    const struct http_exchange x = *http_queue_at(q, 0);

    q->text -= (uint32_t)http_text_size(x.asked);
    drop_first(q);
    return x;
}

void http_queue_forget(struct http_queue *q, struct host *h)
{
    const struct http_exchange *x = http_queue_at(q, 0);

    http_exchange_tell(x, h);
    q->text -= (uint32_t)http_text_size(x->asked);
    http_text_free(x->asked, h);
    http_text_free(x->answered, h);
    drop_first(q);
}

void http_queue_retire(struct http_queue *q, struct host *h)
{
    while (q->count > 0 && http_queue_at(q, 0)->request_over && http_queue_at(q, 0)->response_over)
        http_queue_forget(q, h);
}

void http_queue_free(struct http_queue *q, struct host *h)
{
    for (unsigned n = 0; n < q->count; n++)
        http_exchange_free(http_queue_at(q, n), h);
    free_ring(q, h);
    *q = (struct http_queue){0};
}

void http_exchange_free(struct http_exchange *x, struct host *h)
{
    http_text_free(x->asked, h);
    http_text_free(x->answered, h);
    *x = (struct http_exchange){0};
}

void http_exchange_emit(const struct http_exchange *x, struct host *h)
{
    const struct http_text *asked = x->asked, *answered = x->answered;

    struct event e = {.kind = EVENT_HTTP, .direction = TO_SERVER};
    e.as.http = (struct http_event){
        .method = http_text_part(asked, TEXT_METHOD),
        .host = http_text_part(asked, TEXT_HOST),
        .url = http_text_part(asked, TEXT_URL),
        .user_agent = http_text_part(asked, TEXT_USER_AGENT),
        .referer = http_text_part(asked, TEXT_REFERER),
        .origin = http_text_part(asked, TEXT_ORIGIN),
        .protocol = asked != NULL ? http_text_part(asked, TEXT_PROTOCOL)
                                  : http_text_part(answered, TEXT_RESPONSE_PROTOCOL),
        .content_type = http_text_part(answered, TEXT_CONTENT_TYPE),
        .redirect = http_text_part(answered, TEXT_REDIRECT),
        .status = x->status,
        .request_length = x->request_length,
        .response_length = x->response_length,
        .upgrade = x->websocket,
        .response_only = x->response_only,
        .request_packet = x->request_packet,
        .request_time_ns = x->request_time_ns,
    };
    h->emit(h, &e);
}

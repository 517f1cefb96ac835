/* SPDX-License-Identifier: MIT */
#include "layers/http_ways.h"
#include "layers/http_value.h"
#include "layers/ws_handshake.h"

#define SWITCHING_PROTOCOLS 101

/* What was asked and answered so far; the strings stay until http_hand_over(). */
static void tell_exchanges(struct http *s, struct host *h)
{
    if (s->answering == ANSWERING_ORPHAN)
        http_exchange_tell(&s->orphan, h);
    for (unsigned n = 0; n < s->queue.count; n++)
        http_exchange_tell(http_queue_at(&s->queue, n), h);
}

void http_become(struct http *s, struct host *h, const char *protocol, const void *arg)
{
    s->gone = true;
    if (s->closing)
        return; /* close tells what there is to tell */
    tell_exchanges(s, h);
    h->become(h, protocol, arg);
}

void http_part(struct http *s, struct host *h)
{
    const struct bytes nothing = {0};

    if (http_is_certain(s)) {
        h->note(h, "what follows the HTTP exchange is not HTTP", nothing);
        http_become(s, h, NULL, NULL);
        return;
    }
    s->gone = true;
    if (s->closing)
        return;
    if (s->asked)
        h->note(h, "a request line, but what follows is not HTTP", nothing);
    h->leave(h);
}

void http_hand_over(struct http *s, struct host *h, enum direction last)
{
    for (int i = 0; i < 2; i++) {
        const enum direction d = i == 0 ? direction_other(last) : last;
        struct http_side *side = &s->side[d];
        if (side->hole > 0)
            h->carry_gap(h, d, side->hole);
        if (side->kept.len > 0)
            h->carry(h, d, http_kept_bytes(&side->kept));
        if (side->lost > 0)
            h->carry_gap(h, d, side->lost);
        http_kept_free(&side->kept, h);
        side->lost = 0;
        side->hole = 0;
    }
    http_queue_free(&s->queue, h);
    http_exchange_free(&s->orphan, h);
}

/* What the request said, where it was captured. */
static struct ws_ask ask_of(const struct http_exchange *x)
{
    struct ws_ask ask = {
        .host = http_text_part(x->asked, TEXT_HOST),
        .path = http_text_part(x->asked, TEXT_URL),
        .origin = http_text_part(x->asked, TEXT_ORIGIN),
        .key = http_text_part(x->asked, TEXT_WS_KEY),
        .protocols = http_text_part(x->asked, TEXT_WS_PROTOCOLS),
        .extensions = http_text_part(x->asked, TEXT_WS_EXTENSIONS),
        .request = x->ws,
        .has_origin = x->has_origin,
    };

    if (x->ws.draft == WS_HIXIE_76)
        ask.request.keys_valid &= x->key3_len == WS_KEY3_LEN;
    return ask;
}

static const char *what_was_answered(const struct handshake *w, bool known)
{
    if (w->ladder == LADDER_REFUSED)
        return "the upgrade to WebSocket was refused";
    if (w->ladder == LADDER_ACCEPTED)
        return "101 with the right Sec-WebSocket-Accept";
    return known ? "101 with a wrong Sec-WebSocket-Accept, or none" : "101 to an unseen request";
}

/* Does it name anything that its request did not, or does anybody ask for all of it? */
static bool is_news(const struct host *h, const struct http_exchange *x, const struct handshake *w)
{
    return h->asked_for == NULL || (h->interest & INTEREST_HANDSHAKES) != 0 || !x->first_upgrade ||
           x->asked == NULL || w->subprotocol.len > 0 ||
           http_text_may_be_cut(x->asked, TEXT_HOST) || http_text_may_be_cut(x->asked, TEXT_ORIGIN);
}

struct handshake http_tell_handshake(struct host *h, const struct http_exchange *x,
                                     struct http_head *head, uint8_t room[HTTP_LIST_ROOM])
{
    const struct ws_ask ask = ask_of(x);
    const bool known = x->websocket && x->asked != NULL;
    struct event e;

    event_begin(&e, EVENT_HANDSHAKE, TO_SERVER);
    ws_handshake_check_answer(known ? &ask : NULL, head, h->digest, room, &e.as.handshake);
    e.as.handshake.request_packet = x->request_packet;
    e.as.handshake.request_time_ns = x->request_time_ns;
    h->climb(h, e.as.handshake.ladder);
    h->note(h, what_was_answered(&e.as.handshake, known), head->line.text);
    if (is_news(h, x, &e.as.handshake))
        h->emit(h, &e);
    return e.as.handshake;
}

/* RFC 9110 s7.8: only to what the client named. */
static void check_offer(const struct http_exchange *x, struct http_head *head)
{
    uint8_t scratch[HTTP_LIST_ROOM];
    struct bytes name, granted = http_head_list(head, HTTP_UPGRADE, scratch);
    const struct bytes named = http_text_part(x->asked, TEXT_UPGRADE);

    if (!x->upgrade || x->asked == NULL || bytes_equal(granted, named))
        return;
    while (http_split_next(&granted, ',', &name))
        if (!http_list_has(named, name))
            http_fault(&head->faults, HTTP_UPGRADE_UNOFFERED);
}

/* RFC 6455 s4.1: the client must wait for the answer. Told by the order of packets; what one packet
 * brought together with what made it readable proves nothing. */
static void tell_early(struct http *s, struct host *h)
{
    const struct http_side *client = &s->side[TO_SERVER];

    if (s->early_packet > 0 && s->early_packet < h->packet &&
        (client->kept.len > 0 || client->lost > 0))
        host_anomaly(h, WS_EARLY_DATA, TO_SERVER, client->offset);
    s->early_packet = 0;
}

/* 101, RFC 9110 s15.2.2. Right Accept or not: the next layer finds out what really follows. */
static void switch_protocols(struct http *s, struct host *h, struct http_exchange *x,
                             struct http_head *head)
{
    uint8_t room[HTTP_LIST_ROOM];
    const bool websocket =
        ws_handshake_named(head) || (x->websocket && head->count[HTTP_UPGRADE] == 0);

    check_offer(x, head);
    if (!websocket) {
        if (head->count[HTTP_UPGRADE] == 0)
            http_fault(&head->faults, HTTP_101_UNNAMED);
        http_tell_faults(s, h, TO_CLIENT, &head->faults);
        http_become(s, h, NULL, NULL);
        return;
    }
    const struct handshake w = http_tell_handshake(h, x, head, room);
    const bool draft = ws_handshake_draft(x->websocket ? &x->ws : NULL, head) != WS_RFC_6455;
    http_tell_faults(s, h, TO_CLIENT, &head->faults);
    tell_early(s, h);
    http_become(s, h, draft ? "hixie" : "websocket", &w);
}

static void refuse(struct http *s, struct host *h, struct http_exchange *x, struct http_head *head)
{
    if (x->websocket) {
        uint8_t room[HTTP_LIST_ROOM];
        (void)http_tell_handshake(h, x, head, room);
        tell_early(s, h);
    }
    s->refused = true;
    s->refused_websocket = x->websocket;
    s->strange = x->websocket && x->ws.strange;
    if (s->side[TO_SERVER].phase == PHASE_AWAIT)
        http_set_phase(&s->side[TO_SERVER], PHASE_HEAD);
}

bool http_switch(struct http *s, struct host *h, struct http_exchange *x, struct http_head *head)
{
    const uint16_t status = head->line.status;

    if (status == SWITCHING_PROTOCOLS) {
        if (!x->upgrade && !x->response_only)
            http_fault(&head->faults, HTTP_UNASKED_101);
        switch_protocols(s, h, x, head);
        return true;
    }
    if (x->method == METHOD_CONNECT && status / 100 == 2) {
        http_tell_faults(s, h, TO_CLIENT, &head->faults);
        http_become(s, h, "connect", NULL);
        return true;
    }
    if (x->upgrade || x->method == METHOD_CONNECT)
        refuse(s, h, x, head);
    return false;
}

void http_on_stray(struct http *s, struct host *h, enum direction d)
{
    struct http_side *side = &s->side[d];
    const struct http_side *server = &s->side[TO_CLIENT];

    if (s->refused) {
        http_refused_stray(s, h, d);
    } else if (d == TO_CLIENT && http_is_certain(s) && s->side[TO_SERVER].phase != PHASE_STRAY) {
        host_anomaly(h, HTTP_NOT_A_RESPONSE, d, side->offset);
        http_set_phase(side, PHASE_SEEK);
    } else if (d == TO_CLIENT || !s->asked ||
               (server->phase == PHASE_BODY && server->body.state == BODY_UNTIL_CLOSE)) {
        http_part(s, h); /* nothing the server could still say would make it HTTP */
    } else {
        http_set_phase(side, PHASE_STRAY);
    }
}

void http_overdue(struct http *s, struct host *h)
{
    struct http_side *client = &s->side[TO_SERVER];
    const struct http_exchange *x = http_queue_last(&s->queue);

    host_anomaly(h, HTTP_DATA_BEFORE_UPGRADE_ANSWER, TO_SERVER, client->offset);
    if (http_line_probe(http_kept_bytes(&client->kept), TO_SERVER, NULL) == PROBE_YES)
        http_set_phase(client, PHASE_HEAD);
    else if (x != NULL && x->method == METHOD_CONNECT)
        http_become(s, h, "connect", NULL);
    else if (x != NULL && x->websocket)
        http_become(s, h, "websocket", NULL); /* whose first bytes tell whether it is one */
    else
        http_become(s, h, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
#include "layers/ws_inside.h"

#include "layers/ws_offers.h"
#include "layers/ws_tunnel.h"
#include "layers/ws_webtorrent.h"

struct ws_inside {
    struct ws_speech speech;
    struct part {
        uint8_t *at; /* SPEECH_BYTES, or NULL */
        size_t len;
    } part[2];
    struct ws_offers *offers[2]; /* WebTorrent's; NULL: none yet */
    struct ws_noise *noise;      /* ws_tunnel.h; NULL: no binary message yet, or decided */
};

static struct ws_inside *inside_of(struct websocket *ws, struct host *h)
{
    if (ws->inside == NULL)
        ws->inside = h->alloc(h, sizeof(*ws->inside));
    return ws->inside;
}

static void drop_part(struct host *h, struct part *p)
{
    if (p->at != NULL)
        h->free(h, p->at, SPEECH_BYTES);
    *p = (struct part){0};
}

static void drop_noise(struct websocket *ws, struct host *h)
{
    ws->noise_over = true;
    if (ws->inside != NULL && ws->inside->noise != NULL)
        h->free(h, ws->inside->noise, sizeof(*ws->inside->noise));
    if (ws->inside != NULL)
        ws->inside->noise = NULL;
}

static bool speech_is_over(const struct websocket *ws)
{
    return ws->pace[0].heard >= WS_HEARD_ALL && ws->pace[1].heard >= WS_HEARD_ALL;
}

/* Nothing that is kept will be needed any more. */
static void settle(struct websocket *ws, struct host *h)
{
    struct ws_inside *x = ws->inside;

    if (x == NULL || !speech_is_over(ws) || x->noise != NULL || ws->offers)
        return;
    for (int d = 0; d < 2; d++)
        drop_part(h, &x->part[d]);
    h->free(h, x, sizeof(*x));
    ws->inside = NULL;
}

void ws_inside_open(struct websocket *ws, struct host *h, const struct handshake *shake)
{
    if (shake == NULL)
        return;
    ws->agreed = (uint8_t)ws_speech_agreed(shake->subprotocol);
    if (shake->client_protocols.len > 0)
        ws_tunnel_handshake(h, shake);
}

/* ---- text ---- */

static void tell(const struct websocket *ws, struct host *h, const struct ws_finding *found,
                 struct bytes text)
{
    if (found->name != NULL)
        h->speaks(h, found->name, found->confidence, found->why, text);
    if (found->contradicts)
        h->note(h, "the messages are not of the subprotocol that was agreed upon",
                bytes_of_text(ws_speech_name((enum speech)ws->agreed)));
}

static void tell_end(struct websocket *ws, struct host *h)
{
    if (ws->inside == NULL || ws->inside->speech.name == SPEECH_NONE)
        return;
    const struct ws_finding found = ws_speech_end(&ws->inside->speech);
    tell(ws, h, &found, bytes_of(NULL, 0));
}

static bool has_signs(const struct ws_speech *s)
{
    return (s->strong[0] | s->strong[1] | s->weak[0] | s->weak[1] | s->hints) != 0;
}

static void judge(struct websocket *ws, struct host *h, enum direction d,
                  const struct ws_heard *heard)
{
    struct ws_speech speech = {.agreed = ws->agreed};

    if (ws->inside != NULL)
        speech = ws->inside->speech;
    speech.agreed = ws->agreed;
    const struct ws_finding found = ws_speech_hear(&speech, heard);
    tell(ws, h, &found, heard->text);
    if (speech.name == SPEECH_WEBTORRENT && d == TO_SERVER)
        ws_webtorrent_tell(h, heard->text);
    ws->offers = ws->offers || speech.name == SPEECH_WEBTORRENT;
    ws->pace[d].heard = (uint8_t)(ws->pace[d].heard + (has_signs(&speech) ? 1 : WS_HEARD_BLANK));
    if (found.settled)
        ws->pace[0].heard = ws->pace[1].heard = WS_HEARD_ALL;
    if (has_signs(&speech) && inside_of(ws, h) != NULL)
        ws->inside->speech = speech;
    if (speech_is_over(ws))
        tell_end(ws, h);
}

static bool hold(struct websocket *ws, struct host *h, enum direction d, struct bytes clear)
{
    struct ws_inside *x = inside_of(ws, h);
    struct part *p = x != NULL ? &x->part[d] : NULL;

    if (p != NULL && p->at == NULL)
        p->at = h->alloc(h, SPEECH_BYTES);
    if (p == NULL || p->at == NULL)
        return false;
    clear = bytes_first(clear, SPEECH_BYTES - p->len);
    if (clear.len > 0)
        memcpy(p->at + p->len, clear.at, clear.len);
    p->len += clear.len;
    return true;
}

static struct bytes held(const struct websocket *ws, enum direction d)
{
    const struct part *p = ws->inside != NULL ? &ws->inside->part[d] : NULL;
    return p != NULL ? bytes_of(p->at, p->len) : bytes_of(NULL, 0);
}

bool ws_inside_reads_on(const struct websocket *ws, const struct host *h, enum direction d)
{
    if (ws->pace[d].heard < WS_HEARD_ALL || ws->offers)
        return true;
    return ws->totals.binary[d] > 0 && (h->carry_wanted || !ws->noise_over);
}

bool ws_inside_waits(const struct websocket *ws, const struct ws_message *m)
{
    return m->opcode == WS_BINARY && ws->inside != NULL && ws->inside->noise != NULL;
}

/* Later compressed messages refer to this one: it is inflated to its end while they are wanted. */
static bool is_history(const struct websocket *ws, const struct host *h, enum direction d)
{
    const struct ws_message *m = &ws->side[d].message;

    return m->compressed && !ws->side[d].no_context_takeover && m->wire_length < WS_HEARD_WIRE &&
           ws_inside_reads_on(ws, h, d);
}

static void judged(struct websocket *ws, struct host *h, enum direction d)
{
    struct ws_message *m = &ws->side[d].message;

    m->judged = true;
    m->heard = ws->offers || is_history(ws, h, d);
    if (ws->inside != NULL)
        drop_part(h, &ws->inside->part[d]);
    settle(ws, h);
}

/* All that WebTorrent says, from the first message that says so. */
static void hear_offers(struct websocket *ws, struct host *h, enum direction d, struct bytes clear)
{
    struct ws_inside *x = ws->offers ? inside_of(ws, h) : NULL;

    if (x != NULL && x->offers[d] == NULL)
        x->offers[d] = h->alloc(h, sizeof(*x->offers[d]));
    if (x != NULL && x->offers[d] != NULL)
        ws_offers_feed(x->offers[d], clear);
}

static void drop_offers(struct websocket *ws, struct host *h)
{
    ws->offers = false;
    for (int d = 0; ws->inside != NULL && d < 2; d++) {
        if (ws->inside->offers[d] != NULL)
            h->free(h, ws->inside->offers[d], sizeof(*ws->inside->offers[d]));
        ws->inside->offers[d] = NULL;
    }
}

static void hear_text(struct websocket *ws, struct host *h, enum direction d, struct bytes clear,
                      bool last)
{
    struct bytes text = held(ws, d);
    const bool full = text.len + clear.len > SPEECH_BYTES;
    const struct ws_heard straight = {bytes_first(clear, SPEECH_BYTES), !full, d};

    if (text.len == 0 && (last || full)) {
        judge(ws, h, d, &straight);
        hear_offers(ws, h, d, clear);
        judged(ws, h, d);
        return;
    }
    if (!hold(ws, h, d, clear)) {
        ws->side[d].message.heard = false;
        return;
    }
    if (!last && !full)
        return;
    const struct ws_heard pieced = {held(ws, d), !full, d};
    judge(ws, h, d, &pieced);
    hear_offers(ws, h, d, held(ws, d));
    hear_offers(ws, h, d, bytes_after(clear, SPEECH_BYTES - text.len));
    judged(ws, h, d);
}

/* ---- binary ---- */

static void judge_noise(struct websocket *ws, struct host *h, bool over)
{
    if (ws->inside == NULL || ws->inside->noise == NULL)
        return;
    /* A tunnel cuts its stream into binary messages, and has no use for text. */
    const bool has_text = ws->totals.text[TO_SERVER] + ws->totals.text[TO_CLIENT] > 0;
    const enum tri random = has_text ? TRI_NO : ws_noise_verdict(ws->inside->noise, h, over);
    if (random == TRI_YES)
        ws_noise_tell(ws->inside->noise, h);
    if (random == TRI_NOT_YET)
        return;
    drop_noise(ws, h);
    settle(ws, h);
}

static void hear_binary(struct websocket *ws, struct host *h, enum direction d, struct bytes clear)
{
    struct ws_message *m = &ws->side[d].message;
    struct ws_inside *x = ws->noise_over ? NULL : inside_of(ws, h);

    if (x != NULL && x->noise == NULL)
        x->noise = h->alloc(h, sizeof(*x->noise));
    if (x == NULL || x->noise == NULL) {
        ws->noise_over = true;
        m->heard = false;
        return;
    }
    m->heard = ws_noise_feed(x->noise, d, clear, !m->judged);
    m->judged = true;
}

/* What the message is, is known, or was of those before it. */
static void hear_rest(struct websocket *ws, struct host *h, enum direction d, struct bytes clear)
{
    struct ws_message *m = &ws->side[d].message;

    hear_offers(ws, h, d, clear);
    m->judged = true;
    m->heard = ws->offers || is_history(ws, h, d);
}

void ws_inside_hear(struct websocket *ws, struct host *h, enum direction d, struct bytes clear,
                    bool last)
{
    struct ws_message *m = &ws->side[d].message;

    if (m->opcode == WS_BINARY)
        hear_binary(ws, h, d, clear);
    else if (m->judged || (ws->offers && ws->pace[d].heard >= WS_HEARD_ALL))
        hear_rest(ws, h, d, clear);
    else
        hear_text(ws, h, d, clear, last);
}

/* ---- its end ---- */

void ws_inside_end(struct websocket *ws, struct host *h, enum direction d)
{
    struct ws_message *m = &ws->side[d].message;
    const struct bytes text = held(ws, d);

    if (m->opcode == WS_BINARY) {
        judge_noise(ws, h, false);
    } else if (m->heard && !m->judged && text.len > 0) {
        const struct ws_heard pieced = {text, m->fin && !m->unread, d};
        judge(ws, h, d, &pieced);
        hear_offers(ws, h, d, held(ws, d));
        judged(ws, h, d);
    }
    if (m->opcode == WS_TEXT && ws->inside != NULL && ws->inside->offers[d] != NULL)
        ws_offers_end(ws->inside->offers[d], h, d);
    m->heard = false;
}

void ws_inside_lose(struct websocket *ws, struct host *h, enum direction d)
{
    struct ws_message *m = &ws->side[d].message;

    if (!m->heard)
        return;
    m->heard = false;
    if (m->opcode == WS_BINARY)
        drop_noise(ws, h);
    else if (ws->inside != NULL)
        drop_part(h, &ws->inside->part[d]);
    if (ws->inside != NULL && ws->inside->offers[d] != NULL)
        *ws->inside->offers[d] = (struct ws_offers){.len = 0};
    settle(ws, h);
}

void ws_inside_close(struct websocket *ws, struct host *h)
{
    judge_noise(ws, h, true);
    if (!speech_is_over(ws))
        tell_end(ws, h);
    ws->pace[0].heard = ws->pace[1].heard = WS_HEARD_ALL;
    drop_noise(ws, h);
    drop_offers(ws, h);
    settle(ws, h);
}

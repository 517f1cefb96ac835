/* SPDX-License-Identifier: MIT */
/* ws_inside.h - what is inside the messages of a WebSocket, as far as no layer above reads it: text
 * is named by what it says (ws_speech.h), tunnels are found (ws_tunnel.h).
 *
 * In:    the handshake; the clear bytes of the first messages, cut anywhere.
 * Out:   host->speaks, evidence, anomalies, EVENT_BITTORRENT of WebTorrent, whose messages are all
 *        read, for their offers (ws_offers.h).
 * State: four bytes and a pointer in struct websocket. Beside it, from the first sign until all is
 *        decided: below 96 bytes, SPEECH_BYTES a direction while a message is cut, and struct
 *        ws_noise for binary messages. Then nothing more is read for it.
 */
#ifndef LAYERS_WS_INSIDE_H
#define LAYERS_WS_INSIDE_H

#include "layers/ws_speech.h"
#include "layers/ws_state.h"

/* Share of a direction: while nothing was heard that is a sign of anything, each message takes
 * three of it, else one. */
#define WS_HEARD_ALL   8
#define WS_HEARD_BLANK 3
/* A longer compressed message is not inflated to its end for the sake of later ones. */
#define WS_HEARD_WIRE (16 * 1024)

struct ws_inside;

void ws_inside_open(struct websocket *ws, struct host *h, const struct handshake *shake);
/* Bytes of the message in progress, beginning at `at`; `last`: its last ones. */
void ws_inside_hear(struct websocket *ws, struct host *h, enum direction d, struct bytes clear,
                    bool last);
/* The message is over. */
void ws_inside_end(struct websocket *ws, struct host *h, enum direction d);
/* Some of the message in progress is lost: nothing is made of it. */
void ws_inside_lose(struct websocket *ws, struct host *h, enum direction d);
void ws_inside_close(struct websocket *ws, struct host *h);
/* Will later messages of this direction be read for what is inside? */
bool ws_inside_reads_on(const struct websocket *ws, const struct host *h, enum direction d);
/* Must the end of this message be told here, even if nobody else asks for it? */
bool ws_inside_waits(const struct websocket *ws, const struct ws_message *m);

/* A message begins: shall it be listened to, or read for the sake of later ones? */
static inline void ws_inside_begin(struct websocket *ws, const struct host *h, enum direction d)
{
    struct ws_side *s = &ws->side[d];
    struct ws_message *m = &s->message;

    if (m->opcode == WS_TEXT)
        m->heard = ws->pace[d].heard < WS_HEARD_ALL || ws->offers;
    else
        m->heard = m->opcode == WS_BINARY && !ws->noise_over && !h->carried_known;
    if (m->heard || !m->compressed || s->no_context_takeover || !ws_inside_reads_on(ws, h, d))
        return;
    m->heard = true;
    m->judged = true;
}

/* Most messages are nobody's protocol, and their first byte says so. */
static inline void ws_inside_peek(struct websocket *ws, enum direction d, struct bytes wire)
{
    struct ws_message *m = &ws->side[d].message;

    if (!m->heard || m->opcode != WS_TEXT || m->compressed || m->wire_length > 0 ||
        m->fragments > 1 ||
        ws_speech_may_begin(wire.at[0] ^ (uint8_t)(m->masked ? m->mask >> 24 : 0)))
        return;
    m->heard = false;
    ws->pace[d].heard = (uint8_t)(ws->pace[d].heard + WS_HEARD_BLANK);
}

#endif

/* SPDX-License-Identifier: MIT */
#include "layers/ws_payload.h"

#include <inttypes.h>
#include <stdio.h>

#include "layers/ws_anomaly.h"
#include "layers/ws_clear.h"
#include "layers/ws_inside.h"
#include "layers/ws_keep.h"

/* ---- clear bytes of data messages ---- */

/* Then what goes wrong is told, too. */
bool ws_payload_is_asked(const struct host *h)
{
    return h->interest & (READS_ALL | INTEREST_VALIDITY);
}

/* Another protocol's bytes travel in binary messages. */
static bool is_carried(const struct host *h, const struct ws_message *m)
{
    return h->carry_wanted && m->opcode == WS_BINARY;
}

static bool is_wanted(const struct host *h, const struct ws_message *m)
{
    const bool validated = m->compressed || m->opcode == WS_TEXT;

    return (h->interest & READS_ALL) || ((h->interest & INTEREST_VALIDITY) && validated) ||
           m->heard || is_carried(h, m);
}

/* What cannot be inflated, and what nobody asked for. */
bool ws_payload_is_passed(const struct host *h, const struct ws_message *m)
{
    return m->unread || (m->compressed ? m->lossy : !is_wanted(h, m));
}

static void lose_carried(const struct ws_message *m, struct host *h, enum direction d, uint64_t n)
{
    if (is_carried(h, m) && n > 0)
        h->carry_gap(h, d, n);
}

/* RFC 6455 s8.1: over all fragments of the message. */
static void validate(struct ws_side *s, struct host *h, enum direction d, struct bytes clear,
                     uint64_t at)
{
    struct ws_message *m = &s->message;

    if (!(h->interest & INTEREST_VALIDITY) || m->opcode != WS_TEXT || m->text_done)
        return;
    const size_t good = utf8_feed(&m->text, clear);
    if (good == clear.len)
        return;
    m->text_done = true;
    ws_anomaly(s, h, WS_BAD_UTF8, d, at + good);
}

/* The first clear byte that depends on lost history: nothing after it is believed. */
static void doubt(struct ws_side *s, struct host *h, enum direction d, uint64_t at)
{
    s->message.uncertain = true;
    s->message.text_done = true;
    if (ws_payload_is_asked(h) && !s->history_told) {
        s->history_told = true;
        ws_anomaly(s, h, WS_HISTORY_LOST, d, at);
    }
}

/* `clear` begins at `at` in the message. */
static void deliver(struct websocket *ws, struct host *h, enum direction d, struct ws_clear clear,
                    uint64_t at)
{
    struct ws_side *s = &ws->side[d];
    struct ws_message *m = &s->message;
    const size_t sure = m->uncertain ? 0 : clear.certain;
    const struct bytes good = bytes_first(clear.bytes, sure);

    emit_slice(h, d, m->opcode, clear.bytes);
    struct ws_detail_side *x = h->interest & INTEREST_KEEP ? ws_detail_side_of(ws, d) : NULL;
    if (x != NULL)
        ws_keep_add(h, &x->data, clear.bytes, ws_keep_limit(h, m->opcode));
    validate(s, h, d, good, at);
    h->message_begins = at == 0;
    if (is_carried(h, m) && good.len > 0)
        h->carry(h, d, good);
    if (sure == clear.bytes.len) {
        if (m->heard)
            ws_inside_hear(ws, h, d, good, !m->compressed && m->fin && !s->decoder.in_payload);
        return;
    }
    ws_inside_lose(ws, h, d);
    doubt(s, h, d, at + sure);
    lose_carried(m, h, d, clear.bytes.len - sure);
}

/* ---- inflation ---- */

static void give_up(struct websocket *ws, struct host *h, enum direction d)
{
    struct ws_side *s = &ws->side[d];

    s->message.unread = true;
    s->history_lost = true;
    lose_carried(&s->message, h, d, 1); /* how many is not known */
}

static void inflate_failed(struct websocket *ws, struct host *h, enum direction d)
{
    struct ws_side *s = &ws->side[d];
    struct ws_detail_side *x = ws_detail_side_of(ws, d);

    give_up(ws, h, d);
    if (s->failures < WS_FAILURES)
        s->failures++;
    if (ws_payload_is_asked(h))
        ws_anomaly(s, h, WS_INFLATE_FAILED, d, x->inflated);
    if (ws->shaken)
        return;
    ws_keep_forget(h, &x->data); /* no handshake was seen: perhaps RSV1 means something else */
    x->inflated = 0;
}

static void no_memory(struct websocket *ws, struct host *h, enum direction d, uint64_t at)
{
    give_up(ws, h, d);
    if (ws_payload_is_asked(h))
        ws_anomaly(&ws->side[d], h, WS_INFLATE_MEMORY, d, at);
}

/* Nobody reads this message: whoever reads a later one does it without its history. */
static void pass_by(struct websocket *ws, struct host *h, enum direction d)
{
    struct ws_detail_side *x = ws_detail_side_of(ws, d);

    ws->side[d].message.unread = true;
    ws->side[d].history_lost = true;
    if (x == NULL)
        return;
    ws_inflater_free(h, x->inflater);
    x->inflater = NULL;
}

static void inflate_begin(struct websocket *ws, struct host *h, enum direction d)
{
    struct ws_side *s = &ws->side[d];
    struct ws_detail_side *x = ws_detail_side(ws, h, d);

    if (x != NULL)
        x->inflated = 0;
    if (x != NULL && x->inflater == NULL)
        x->inflater = ws_inflater_create(h, s->window_bits);
    if (x == NULL || x->inflater == NULL) {
        no_memory(ws, h, d, 0);
        return;
    }
    if (s->failures == WS_FAILURES) {
        give_up(ws, h, d);
        return;
    }
    ws_inflater_begin(x->inflater);
    if (s->no_context_takeover) {
        ws_inflater_reset(h, x->inflater);
    } else if (s->history_lost) {
        ws_inflater_lose_history(h, x->inflater);
        s->history_told = false;
    }
    s->history_lost = false;
}

static void inflated(struct websocket *ws, struct host *h, enum direction d, struct ws_clear clear)
{
    uint64_t *total = &ws_detail_side_of(ws, d)->inflated;
    const uint64_t at = *total;

    *total += clear.bytes.len;
    if (at < WS_INFLATED_MAX) {
        clear.bytes = bytes_first(clear.bytes, WS_INFLATED_MAX - at);
        if (clear.certain > clear.bytes.len)
            clear.certain = clear.bytes.len;
        deliver(ws, h, d, clear, at);
    }
    if (*total > WS_INFLATED_MAX && at <= WS_INFLATED_MAX)
        lose_carried(&ws->side[d].message, h, d, 1);
    if (*total >= WS_INFLATED_END) {
        *total = WS_INFLATED_END;
        give_up(ws, h, d);
    }
}

static void inflate_piece(struct websocket *ws, struct host *h, enum direction d, struct bytes in)
{
    struct ws_detail_side *x = ws_detail_side_of(ws, d);
    struct ws_inflater *z = x->inflater;
    const struct ws_message *m = &ws->side[d].message;
    const bool was_broken = ws_inflater_window_broken(z);
    struct deflate_codes room;
    struct ws_clear clear;

    do {
        clear = ws_inflate(h, z, &in, &room);
        if (ws_inflater_window_broken(z) && !was_broken && ws_payload_is_asked(h))
            ws_anomaly(&ws->side[d], h, WS_DEFLATE_WINDOW, d, x->inflated);
        if (clear.bytes.len > 0)
            inflated(ws, h, d, clear);
    } while (!m->unread && clear.more);
    ws_inflate_pause(h, z, &room);
    if (m->unread || ws_inflater_fault(z) == WS_INFLATES)
        return;
    if (ws_inflater_fault(z) == WS_INFLATE_NO_MEMORY)
        no_memory(ws, h, d, x->inflated);
    else
        inflate_failed(ws, h, d);
}

/* With the tail behind its last bytes: zlib and its like take off what every message ends with. */
static void inflate_next(struct websocket *ws, struct host *h, enum direction d,
                         struct masked *from)
{
    const struct ws_side *s = &ws->side[d];
    uint8_t room[CLEAR_CHUNK + WS_INFLATE_TAIL];
    struct bytes in = next_clear(from, room);

    if (from->left.len == 0 && s->message.fin && !s->decoder.in_payload) {
        memcpy(room + in.len, ws_inflate_tail, WS_INFLATE_TAIL);
        in.len += WS_INFLATE_TAIL;
        ws_inflater_end(ws_detail_side_of(ws, d)->inflater);
    }
    inflate_piece(ws, h, d, in);
}

static void inflate_end(struct websocket *ws, struct host *h, enum direction d)
{
    struct ws_side *s = &ws->side[d];
    const struct ws_detail_side *x = ws_detail_side_of(ws, d);

    if (s->message.unread || x == NULL)
        return;
    if (!s->message.fin || s->message.lossy) {
        s->history_lost = true;
        return;
    }
    if (s->message.wire_length == 0) /* an empty message that did not say so: RFC 7692 s7.2.3.6 */
        return;
    struct ws_inflater *z = x->inflater;
    if (!ws_inflater_ends(z)) { /* its last frame was empty */
        ws_inflater_end(z);
        inflate_piece(ws, h, d, bytes_of(ws_inflate_tail, WS_INFLATE_TAIL));
    }
    if (s->message.unread)
        return;
    if (ws_inflater_at_end(z))
        s->failures = 0;
    else
        inflate_failed(ws, h, d);
}

static bool is_bomb(const struct ws_message *m, uint64_t inflated)
{
    return inflated > WS_INFLATED_MAX ||
           (inflated >= WS_BOMB_LEAST && inflated / WS_BOMB_RATIO > m->wire_length);
}

/* The first of a direction is evidence, with its sizes. */
static void tell_bomb(struct ws_side *s, struct host *h, enum direction d, uint64_t inflated)
{
    const uint64_t wire = s->message.wire_length;
    char sizes[EVIDENCE_DETAIL];

    ws_anomaly(s, h, WS_INFLATE_BOMB, d, inflated);
    if (s->bomb_noted)
        return;
    s->bomb_noted = true;
    snprintf(sizes, sizeof(sizes), "%" PRIu64 " bytes became %s%" PRIu64 ", %" PRIu64 ":1", wire,
             inflated >= WS_INFLATED_END ? "more than " : "", inflated, inflated / wire);
    h->note(h, "a WebSocket message that is a decompression bomb", bytes_of_text(sizes));
}

/* ---- data messages ---- */

void ws_payload_begin(struct websocket *ws, struct host *h, enum direction d)
{
    struct ws_message *m = &ws->side[d].message;
    struct ws_detail_side *x;

    ws_inside_begin(ws, h, d);
    if (m->opcode == 0 && ws->side[d].deflate)
        m->unread = true; /* compressed or not: its first frame said so */
    else if (m->compressed && is_wanted(h, m))
        inflate_begin(ws, h, d);
    else if (m->compressed)
        pass_by(ws, h, d);
    if ((h->interest & INTEREST_KEEP) && (x = ws_detail_side(ws, h, d)) != NULL)
        ws_keep_begin(h, &x->data);
}

void ws_payload_data(struct websocket *ws, struct host *h, enum direction d, struct bytes wire)
{
    struct ws_side *s = &ws->side[d];
    struct ws_message *m = &s->message;
    uint8_t room[CLEAR_CHUNK];

    ws_inside_peek(ws, d, wire);
    if (m->compressed && !m->unread && !is_wanted(h, m))
        pass_by(ws, h, d);
    if (ws_payload_is_passed(h, m)) {
        m->wire_length += wire.len;
        return;
    }
    struct masked piece =
        m->fragments == 1 ? first_piece(m, wire) : masked_piece(&s->decoder, wire);
    if (m->compressed) {
        piece.masked = true; /* if it is not, by zeros: the tail must follow it */
        while (piece.left.len > 0 && !m->unread)
            inflate_next(ws, h, d, &piece);
        m->wire_length += wire.len;
        return;
    }
    while (piece.left.len > 0) {
        const struct bytes clear = next_clear(&piece, room);
        deliver(ws, h, d, (struct ws_clear){.bytes = clear, .certain = clear.len}, m->wire_length);
        m->wire_length += clear.len;
    }
}

void ws_payload_lost(struct websocket *ws, struct host *h, enum direction d, uint64_t n)
{
    struct ws_message *m = &ws->side[d].message;

    if (!m->compressed || !m->lossy) /* of a compressed message the rest is lost at once */
        lose_carried(m, h, d, n);
    ws_inside_lose(ws, h, d);
    m->lossy = true;
    m->text_done = true;
    m->wire_length += n;
}

static bool is_complete(const struct ws_message *m, const struct host *h, uint64_t length)
{
    const bool unreadable =
        m->unread || m->uncertain || (m->compressed && length > WS_INFLATED_MAX);
    return m->fin && m->opcode != 0 && !m->lossy && !(ws_payload_is_asked(h) && unreadable);
}

void ws_payload_end(struct websocket *ws, struct host *h, enum direction d,
                    struct ws_message_event *out)
{
    struct ws_message *m = &ws->side[d].message;
    struct ws_detail_side *x = ws_detail_side_of(ws, d);

    if (m->compressed)
        inflate_end(ws, h, d);
    if (!m->compressed)
        out->length = m->wire_length;
    else if (ws_payload_is_asked(h) && x != NULL && x->inflater != NULL)
        out->length = x->inflated;
    if (m->compressed && ws_payload_is_asked(h) && is_bomb(m, out->length))
        tell_bomb(&ws->side[d], h, d, out->length);
    out->complete = is_complete(m, h, out->length);
    if (out->complete && !utf8_complete(&m->text) && !m->text_done)
        ws_anomaly(&ws->side[d], h, WS_BAD_UTF8, d, out->length);
    if (x != NULL)
        ws_keep_report(h, &x->data, out);
    ws_inside_end(ws, h, d);
    if (m->compressed && !ws_payload_is_asked(h) && !ws_inside_reads_on(ws, h, d))
        pass_by(ws, h, d);
}

void ws_payload_close(struct websocket *ws, struct host *h, enum direction d)
{
    struct ws_detail_side *x = ws_detail_side_of(ws, d);

    if (x == NULL)
        return;
    ws_inflater_free(h, x->inflater);
    x->inflater = NULL;
    ws_keep_forget(h, &x->data);
    ws_keep_forget(h, &x->control);
}

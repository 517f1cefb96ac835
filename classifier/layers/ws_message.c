/* SPDX-License-Identifier: MIT */
#include "layers/ws_message.h"

#include "layers/ws_anomaly.h"
#include "layers/ws_figures.h"
#include "layers/ws_inside.h"
#include "layers/ws_keep.h"
#include "layers/ws_mask.h"
#include "layers/ws_payload.h"
#include "layers/ws_skim.h"

static void emit_frame(const struct ws_side *s, struct host *h, enum direction d,
                       const struct ws_frame_event *f)
{
    struct event e;

    event_begin(&e, EVENT_FRAME, d);
    e.as.frame = *f;
    e.as.frame.compressed = f->opcode == WS_CONTINUATION ? s->message.open && s->message.compressed
                                                         : s->deflate && (f->rsv & WS_RSV1) != 0 &&
                                                               !ws_is_control(f->opcode);
    h->emit(h, &e);
}

static void emit_begin(struct host *h, enum direction d, const struct ws_frame_event *f,
                       bool compressed)
{
    if (!(h->interest & INTEREST_MESSAGES))
        return;
    struct event e;

    event_begin(&e, EVENT_MESSAGE_BEGIN, d);
    e.as.begin.opcode = f->opcode;
    e.as.begin.compressed = compressed;
    e.as.begin.length = f->length;
    e.as.begin.fin = f->fin;
    h->emit(h, &e);
}

/* ---- data messages ---- */

/* What has to be known of a message when it ends. */
#define WATCHED (INTEREST_MESSAGES | INTEREST_PAYLOAD | INTEREST_VALIDITY | INTEREST_KEEP)

/* Nobody asked for any message, and there is nothing in this one to be looked after. */
static bool is_unwatched(const struct websocket *ws, const struct ws_message *m,
                         const struct host *h)
{
    return !(h->interest & WATCHED) && (!m->compressed || m->unread) && !m->heard &&
           !ws_inside_waits(ws, m);
}

static void end_message(struct websocket *ws, struct host *h, enum direction d)
{
    struct ws_message *m = &ws->side[d].message;

    m->open = false;
    if (h->interest & INTEREST_FIGURES)
        ws_figures_message(ws, d);
    if (is_unwatched(ws, m, h))
        return;
    struct event e;
    event_begin(&e, EVENT_MESSAGE, d);
    e.as.message = (struct ws_message_event){.opcode = m->opcode,
                                             .fin = m->fin,
                                             .masked = m->masked,
                                             .compressed = m->compressed,
                                             .mask = m->mask,
                                             .fragments = m->fragments,
                                             .wire_length = m->wire_length};
    ws_payload_end(ws, h, d, &e.as.message);
    if ((h->interest & INTEREST_FIGURES) && ws_payload_is_asked(h))
        ws_figures_inflated(ws, d);
    if (h->interest & INTEREST_MESSAGES)
        h->emit(h, &e);
    struct ws_detail_side *x = ws_detail_side_of(ws, d);
    if (x != NULL)
        ws_keep_forget(h, &x->data);
}

static void begin_message(struct websocket *ws, struct host *h, enum direction d,
                          const struct ws_frame_event *f)
{
    struct ws_side *s = &ws->side[d];

    s->message = (struct ws_message){.opcode = f->opcode,
                                     .mask = f->mask,
                                     .fragments = 1,
                                     .open = true,
                                     .masked = f->masked,
                                     .compressed = s->deflate && (f->rsv & WS_RSV1) &&
                                                   f->opcode != WS_CONTINUATION,
                                     .fin = f->fin};
    ws->totals.messages[d]++;
    if (f->opcode == WS_TEXT)
        ws->totals.text[d]++;
    if (f->opcode == WS_BINARY)
        ws->totals.binary[d]++;
    if (s->message.compressed)
        ws->totals.compressed = true;
    emit_begin(h, d, f, s->message.compressed);
    ws_payload_begin(ws, h, d);
}

static void begin_data_frame(struct websocket *ws, struct host *h, enum direction d,
                             const struct ws_frame_event *f)
{
    struct ws_message *m = &ws->side[d].message;
    const bool orphan = f->opcode == WS_CONTINUATION && !ws->side[d].resumed;

    ws->side[d].resumed = false;
    if (f->opcode == WS_CONTINUATION && m->open) {
        m->fragments++;
        m->fin = f->fin;
        return;
    }
    if (m->open)
        end_message(ws, h, d);
    begin_message(ws, h, d, f);
    m->orphan = orphan;
}

/* ---- control frames ---- */

static void begin_control(struct websocket *ws, struct host *h, enum direction d,
                          const struct ws_frame_event *f)
{
    if (f->opcode == WS_PING)
        ws->totals.pings[d]++;
    if (f->opcode == WS_PONG)
        ws->totals.pongs[d]++;
    emit_begin(h, d, f, false);
    ws_payload_control_begin(ws, h, d);
}

/* RFC 6455 s5.5.2: who answers the close frame that came after a ping has read the ping, too. */
static void check_pings(struct websocket *ws, struct host *h, enum direction d)
{
    struct ws_side *s = &ws->side[d];
    const struct ws_side *other = &ws->side[direction_other(d)];

    if (other->ping_waits && other->told == 0 && !s->hole)
        ws_anomaly(s, h, WS_PING_UNANSWERED, d, ws->pace[d].offset);
}

/* RFC 6455 s5.5 */
static void end_ping_pong_close(struct websocket *ws, struct host *h, enum direction d,
                                const struct ws_message_event *m)
{
    struct ws_side *s = &ws->side[d], *other = &ws->side[direction_other(d)];

    if (m->opcode == WS_PING)
        s->ping_waits |= m->complete && !s->closed;
    if (m->opcode == WS_PONG)
        other->ping_waits = false;
    if (m->opcode != WS_CLOSE || s->closed)
        return;
    s->closed = true;
    s->close_whole = m->complete;
    s->answered = other->closed;
    if (s->answered)
        check_pings(ws, h, d);
}

static void end_control(struct websocket *ws, struct host *h, enum direction d)
{
    struct ws_side *s = &ws->side[d];
    struct ws_header f;
    struct event e;

    ws_current(&s->decoder, &f);
    event_begin(&e, EVENT_MESSAGE, d);
    e.as.message = (struct ws_message_event){.opcode = f.frame.opcode,
                                             .fin = f.frame.fin,
                                             .masked = f.frame.masked,
                                             .mask = f.frame.mask,
                                             .fragments = 1,
                                             .length = f.frame.length,
                                             .wire_length = f.frame.length - s->decoder.left};
    ws_payload_control_end(ws, h, d, &e.as.message);
    if (h->interest & INTEREST_FIGURES)
        ws_figures_control_end(ws, h, d);
    if (h->interest & INTEREST_MESSAGES)
        h->emit(h, &e);
    struct ws_detail_side *x = ws_detail_side_of(ws, d);
    if (x != NULL)
        ws_keep_forget(h, &x->control);
    end_ping_pong_close(ws, h, d, &e.as.message);
}

/* ---- frames ---- */

/* With the handshake that was seen, this makes it certain. A frame alone proves little. */
static void tell_framed(struct websocket *ws, struct host *h)
{
    ws->framed = true;
    if (!ws->shaken && h->ladder != LADDER_NONE) { /* the answer was lost, or a refusal */
        h->claim(h, CONFIDENCE_STRONG);
        h->note(h, "legal WebSocket frames follow the upgrade request", bytes_of(NULL, 0));
    }
    if (!ws->shaken)
        return;
    h->claim(h, CONFIDENCE_CERTAIN);
    h->climb(h, LADDER_FRAMED);
    h->note(h, "legal WebSocket frames follow the 101", bytes_of(NULL, 0));
}

static void frame_is_over(struct websocket *ws, struct host *h, enum direction d)
{
    struct ws_side *s = &ws->side[d];
    const uint8_t opcode = ws_current_opcode(&s->decoder);

    if (s->legal && !ws->framed)
        tell_framed(ws, h);
    if (ws_is_reserved(opcode))
        return;
    if (ws_is_control(opcode))
        end_control(ws, h, d);
    else if (s->message.fin)
        end_message(ws, h, d);
}

/* After a loss the message that a frame continues may have begun unseen. RFC 6455 s5.5.1: no data
 * after a close frame; nothing at all when both have closed, but only who answered the other's is
 * known to have received it. */
static uint32_t order_faults(const struct ws_side *s, const struct ws_header *f)
{
    uint32_t faults = ws_order_faults(f, s->message.open && !s->message.orphan);

    if (s->resumed)
        faults &= ~(uint32_t)WS_FAULT_CONTINUES_NOTHING;
    if (s->message.opcode == WS_CONTINUATION) /* continues nothing: nothing is interrupted */
        faults &= ~(uint32_t)WS_FAULT_INTERLEAVED;
    if (s->closed && !ws_is_control(f->frame.opcode))
        faults |= WS_FAULT_AFTER_CLOSE;
    else if (s->answered)
        faults |= WS_FAULT_AFTER_CLOSING;
    return faults;
}

static void lose_sync(struct websocket *ws, struct host *h, enum direction d)
{
    struct ws_side *s = &ws->side[d];

    ws_cut_short(ws, h, d);
    s->lost = true;
    ws->pace[d].calm = false;
    s->hole = true;
    s->history_lost = s->deflate;
    s->decoder.left = 0;
    s->decoder.have = 0;
    s->decoder.in_payload = false;
    ws_anomaly(s, h, WS_LOST_SYNC, d, ws->pace[d].offset);
}

static void begin_frame(struct websocket *ws, struct host *h, enum direction d,
                        const struct ws_header *f)
{
    struct ws_side *s = &ws->side[d];
    const uint64_t at = ws->pace[d].offset - f->size;
    const uint32_t faults = ws_header_faults(f, d, s->deflate) | order_faults(s, f);

    if (faults != 0)
        ws_anomaly_faults(s, h, faults, d, at);
    if (ws_is_senseless(f, faults)) {
        ws->pace[d].offset = at;
        s->decoder.in_payload = false;
        if (ws->totals.frames[d] == 0 && !s->resumed && faults != WS_FAULT_TOP_BIT)
            ws_anomaly(s, h, WS_UNFRAMED, d, at);
        lose_sync(ws, h, d);
        return;
    }
    s->legal = (faults & ~(uint32_t)WS_FAULTS_OF_MASKING) == 0;
    ws->totals.frames[d]++;
    const enum anomaly mask =
        f->frame.masked ? ws_mask_note(&ws->pace[d], f->frame.mask) : ANOMALY_NONE;
    if (mask != ANOMALY_NONE)
        ws_anomaly(s, h, mask, d, ws->pace[d].offset);
    if (h->interest & INTEREST_FIGURES)
        ws_figures_frame(ws, h, d);
    if (h->interest & INTEREST_FRAMES)
        emit_frame(s, h, d, &f->frame);
    if (ws_is_reserved(f->frame.opcode)) {
        /* belongs to no message: counted, and passed over */
    } else if (ws_is_control(f->frame.opcode)) {
        begin_control(ws, h, d, &f->frame);
    } else {
        begin_data_frame(ws, h, d, &f->frame);
    }
    if (f->frame.length == 0)
        frame_is_over(ws, h, d);
}

static void read_control(struct websocket *ws, struct host *h, enum direction d, struct bytes wire)
{
    ws_payload_control(ws, h, d, wire);
    if (h->interest & INTEREST_FIGURES)
        ws_figures_control(ws, d, wire);
}

static void read_payload(struct websocket *ws, struct host *h, enum direction d, struct bytes *in)
{
    struct ws_side *s = &ws->side[d];
    const uint8_t opcode = ws_current_opcode(&s->decoder);
    const struct bytes wire = ws_take_payload(&s->decoder, in);

    ws->pace[d].offset += wire.len;
    ws->totals.payload[d] += wire.len;
    if (!ws_is_reserved(opcode)) {
        if (!ws_is_control(opcode))
            ws_payload_data(ws, h, d, wire);
        else
            read_control(ws, h, d, wire);
    }
    if (!s->decoder.in_payload)
        frame_is_over(ws, h, d);
}

/* A frame is what its header says: nothing before it gives it another meaning. The last message is
 * over, and ended as one does: so would a plain one be that follows it, and nobody asks which. */
static bool is_calm(const struct websocket *ws, const struct ws_side *s)
{
    return ws->framed && !ws->joined && !s->lost && !s->decoder.in_payload &&
           s->decoder.have == 0 && !s->message.open &&
           (s->message.fin || s->message.fragments == 0) && !s->closed && !s->answered &&
           !s->resumed;
}

size_t ws_read_frames(struct websocket *ws, struct host *h, enum direction d, struct bytes in)
{
    struct ws_side *s = &ws->side[d];
    struct ws_pace *p = &ws->pace[d];
    const size_t all = in.len;
    struct ws_header f;

    while (in.len > 0 && !s->lost) {
        const size_t before = in.len;
        if (s->decoder.in_payload) {
            read_payload(ws, h, d, &in);
            continue;
        }
        if (ws_may_be_plain(in)) {
            p->calm = is_calm(ws, s);
            in = bytes_after(in, ws_skim(ws, h, d, in));
            if (in.len < before)
                continue;
        }
        const bool whole = ws_take_header(&s->decoder, &in, &f);
        p->offset += before - in.len;
        if (whole)
            begin_frame(ws, h, d, &f);
    }
    p->calm = is_calm(ws, s);
    return all - in.len;
}

static void skip_lost(struct websocket *ws, struct host *h, enum direction d, uint64_t n)
{
    struct ws_side *s = &ws->side[d];
    const uint8_t opcode = ws_current_opcode(&s->decoder);

    ws_skip_payload(&s->decoder, n);
    ws->pace[d].offset += n;
    s->legal = false; /* not seen whole: no proof */
    s->hole |= n > 0;
    ws->totals.payload[d] += n;
    if (ws_is_control(opcode))
        s->control_lossy = true;
    else if (!ws_is_reserved(opcode))
        ws_payload_lost(ws, h, d, n);
    if (!s->decoder.in_payload)
        frame_is_over(ws, h, d);
}

void ws_read_gap(struct websocket *ws, struct host *h, enum direction d, uint64_t n)
{
    struct ws_side *s = &ws->side[d];

    if (s->decoder.in_payload) {
        const uint64_t inside = n < s->decoder.left ? n : s->decoder.left;
        skip_lost(ws, h, d, inside);
        n -= inside;
    }
    if (n == 0)
        return;
    lose_sync(ws, h, d);
    ws->pace[d].offset += n;
    if (h->carry_wanted)
        h->carry_gap(h, d, n);
}

void ws_cut_short(struct websocket *ws, struct host *h, enum direction d)
{
    struct ws_side *s = &ws->side[d];
    const uint8_t opcode = ws_current_opcode(&s->decoder);

    if (s->decoder.in_payload && ws_is_control(opcode) && !ws_is_reserved(opcode))
        end_control(ws, h, d);
    if (s->message.open) {
        if (s->decoder.in_payload && !ws_is_control(opcode))
            s->message.lossy = true;
        end_message(ws, h, d);
    }
}

static bool is_seen_whole(const struct ws_side *s)
{
    return !s->hole && !s->lost && !s->decoder.in_payload && s->decoder.have == 0;
}

/* RFC 6455 s7.4.1: the codes with which an endpoint ends the connection because of an error. */
enum { PROTOCOL_ERROR = 1002, UNACCEPTABLE = 1003, INVALID_DATA = 1007, SERVER_ERROR = 1011 };

/* RFC 6455 s7.1.7: then it does not wait for an answer. */
static bool is_failure(uint16_t close_code)
{
    return close_code == PROTOCOL_ERROR || close_code == UNACCEPTABLE ||
           (close_code >= INVALID_DATA && close_code <= SERVER_ERROR);
}

void ws_check_closing(struct websocket *ws, struct host *h, enum direction d)
{
    const struct ws_side *closer = &ws->side[d];
    const enum direction other = direction_other(d);
    struct ws_side *mute = &ws->side[other];

    if (!closer->closed || mute->closed || !h->heard_all[other])
        return;
    if (!closer->close_whole || closer->told != 0 || mute->told != 0 ||
        is_failure(ws->totals.close_code))
        return; /* an error ends the connection without a closing handshake */
    if (is_seen_whole(closer) && is_seen_whole(mute))
        ws_anomaly(mute, h, WS_CLOSE_UNANSWERED, other, ws->pace[other].offset);
}

/* SPDX-License-Identifier: MIT */
#include "layers/ws_message.h"

#include "layers/ws_payload.h"

/* By the bit of enum ws_fault. */
static const enum anomaly anomaly_of[WS_FAULTS] = {
    WS_RSV,
    WS_RESERVED_OPCODE,
    WS_CONTROL_FRAGMENTED,
    WS_CONTROL_TOO_LONG,
    WS_LENGTH_NOT_MINIMAL,
    WS_LENGTH_TOP_BIT,
    WS_CLIENT_UNMASKED,
    WS_SERVER_MASKED,
    WS_CONTINUES_NOTHING,
    WS_DATA_INTERLEAVED,
    WS_DATA_AFTER_CLOSE,
};

/* Each kind once a direction: a sender that does it once mostly does it always. */
static void tell_faults(struct ws_side *s, struct host *h, enum direction d, uint32_t faults,
                        uint64_t at)
{
    const uint32_t fresh = faults & ~(uint32_t)s->told;

    for (unsigned i = 0; fresh >> i != 0; i++)
        if (fresh >> i & 1)
            host_anomaly(h, anomaly_of[i], d, at);
    s->told = (s->told | fresh) & ((1U << WS_FAULTS) - 1);
}

/* RFC 6455 s5.3: a fresh, unpredictable key for every frame. */
static void watch_mask(struct ws_side *s, struct host *h, enum direction d, uint32_t mask)
{
    if (mask != s->last_mask || s->same_masks == 0) {
        s->last_mask = mask;
        s->same_masks = s->same_masks == WS_SAME_MASKS ? WS_SAME_MASKS : 1;
    } else if (s->same_masks < WS_SAME_MASKS && ++s->same_masks == WS_SAME_MASKS) {
        host_anomaly(h, WS_MASK_REPEATED, d, s->offset);
    }
}

static void emit_frame(struct host *h, enum direction d, const struct ws_frame_event *f)
{
    struct event e = {.kind = EVENT_FRAME, .direction = d};

    e.as.frame = *f;
    h->emit(h, &e);
}

static void emit_begin(struct host *h, enum direction d, const struct ws_frame_event *f,
                       bool compressed)
{
    if (!(h->interest & INTEREST_MESSAGES))
        return;
    struct event e = {.kind = EVENT_MESSAGE_BEGIN, .direction = d};

    e.as.begin.opcode = f->opcode;
    e.as.begin.compressed = compressed;
    e.as.begin.length = f->length;
    e.as.begin.fin = f->fin;
    h->emit(h, &e);
}

static void emit_message(struct host *h, enum direction d, const struct ws_message_event *m)
{
    if (!(h->interest & INTEREST_MESSAGES))
        return;
    struct event e = {.kind = EVENT_MESSAGE, .direction = d};

    e.as.message = *m;
    h->emit(h, &e);
}

/* ---- data messages ---- */

/* Nobody asked for any message, and there is nothing in this one to be looked after. */
static bool is_unwatched(const struct ws_message *m, const struct host *h)
{
    const uint32_t watched =
        INTEREST_MESSAGES | INTEREST_PAYLOAD | INTEREST_VALIDITY | INTEREST_KEEP;
    return !(h->interest & watched) && (!m->compressed || m->unread);
}

static void end_message(struct websocket *ws, struct host *h, enum direction d)
{
    struct ws_message *m = &ws->side[d].message;

    m->open = false;
    if (is_unwatched(m, h))
        return;
    struct ws_message_event out = {.opcode = m->opcode,
                                   .fin = m->fin,
                                   .masked = m->masked,
                                   .compressed = m->compressed,
                                   .mask = m->mask,
                                   .fragments = m->fragments,
                                   .wire_length = m->wire_length};
    ws_payload_end(ws, h, d, &out);
    emit_message(h, d, &out);
    if (ws->detail != NULL)
        ws_payload_forget(h, &ws->detail->side[d].data);
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

    ws->side[d].resumed = false;
    if (f->opcode == WS_CONTINUATION && m->open) {
        m->fragments++;
        m->fin = f->fin;
        return;
    }
    if (m->open)
        end_message(ws, h, d);
    begin_message(ws, h, d, f);
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

static void end_control(struct websocket *ws, struct host *h, enum direction d)
{
    struct ws_side *s = &ws->side[d];
    struct ws_header f;

    ws_current(&s->decoder, &f);
    struct ws_message_event out = {.opcode = f.frame.opcode,
                                   .fin = f.frame.fin,
                                   .masked = f.frame.masked,
                                   .mask = f.frame.mask,
                                   .fragments = 1,
                                   .length = f.frame.length,
                                   .wire_length = f.frame.length - s->decoder.left};
    ws_payload_control_end(ws, h, d, &out);
    emit_message(h, d, &out);
    if (ws->detail != NULL)
        ws_payload_forget(h, &ws->detail->side[d].control);
    if (f.frame.opcode == WS_CLOSE)
        s->closed = true;
}

/* ---- frames ---- */

/* With the handshake that was seen, this makes it certain. A frame alone proves little. */
static void tell_framed(struct websocket *ws, struct host *h)
{
    ws->framed = true;
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

/* After a loss the message that a frame continues may have begun unseen. */
static uint32_t order_faults(const struct ws_side *s, const struct ws_header *f)
{
    uint32_t faults = ws_order_faults(f, s->message.open);

    if (s->resumed)
        faults &= ~(uint32_t)WS_FAULT_CONTINUES_NOTHING;
    if (s->closed && !ws_is_control(f->frame.opcode)) /* RFC 6455 s5.5.1 */
        faults |= WS_FAULT_AFTER_CLOSE;
    return faults;
}

static void lose_sync(struct websocket *ws, struct host *h, enum direction d)
{
    struct ws_side *s = &ws->side[d];

    ws_cut_short(ws, h, d);
    s->lost = true;
    s->history_lost = s->deflate;
    s->decoder.left = 0;
    s->decoder.have = 0;
    s->decoder.in_payload = false;
    host_anomaly(h, WS_LOST_SYNC, d, s->offset);
}

static void begin_frame(struct websocket *ws, struct host *h, enum direction d,
                        const struct ws_header *f)
{
    struct ws_side *s = &ws->side[d];
    const uint64_t at = s->offset - f->size;
    const uint32_t faults = ws_header_faults(f, d, s->deflate) | order_faults(s, f);

    if (faults != 0)
        tell_faults(s, h, d, faults, at);
    if (ws_is_senseless(f, faults)) {
        s->offset = at;
        s->decoder.in_payload = false;
        if (ws->totals.frames[d] == 0 && !s->resumed)
            host_anomaly(h, WS_UNFRAMED, d, at);
        lose_sync(ws, h, d);
        return;
    }
    s->legal = (faults & ~(uint32_t)WS_FAULTS_OF_MASKING) == 0;
    ws->totals.frames[d]++;
    if (f->frame.masked)
        watch_mask(s, h, d, f->frame.mask);
    if (h->interest & INTEREST_FRAMES)
        emit_frame(h, d, &f->frame);
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

static void read_payload(struct websocket *ws, struct host *h, enum direction d, struct bytes *in)
{
    struct ws_side *s = &ws->side[d];
    const uint8_t opcode = ws_current_opcode(&s->decoder);
    const struct bytes wire = ws_take_payload(&s->decoder, in);

    s->offset += wire.len;
    ws->totals.payload[d] += wire.len;
    if (!ws_is_reserved(opcode)) {
        if (ws_is_control(opcode))
            ws_payload_control(ws, h, d, wire);
        else
            ws_payload_data(ws, h, d, wire);
    }
    if (!s->decoder.in_payload)
        frame_is_over(ws, h, d);
}

size_t ws_read_frames(struct websocket *ws, struct host *h, enum direction d, struct bytes in)
{
    struct ws_side *s = &ws->side[d];
    const size_t all = in.len;
    struct ws_header f;

    while (in.len > 0 && !s->lost) {
        const size_t before = in.len;
        if (s->decoder.in_payload) {
            read_payload(ws, h, d, &in);
            continue;
        }
        const bool whole = ws_take_header(&s->decoder, &in, &f);
        s->offset += before - in.len;
        if (whole)
            begin_frame(ws, h, d, &f);
    }
    return all - in.len;
}

static void skip_lost(struct websocket *ws, struct host *h, enum direction d, uint64_t n)
{
    struct ws_side *s = &ws->side[d];
    const uint8_t opcode = ws_current_opcode(&s->decoder);

    ws_skip_payload(&s->decoder, n);
    s->offset += n;
    s->legal = false; /* not seen whole: no proof */
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
    s->offset += n;
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

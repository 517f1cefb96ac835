/* SPDX-License-Identifier: MIT */
/* hixie.c - WebSocket before RFC 6455: the frames of draft-hixie-thewebsocketprotocol-75 and -76.
 *
 * A frame is 00, text, FF; or a type from 80 on, a length in groups of 7 bits, and so many bytes,
 * which a receiver passes over. FF 00 closes (draft-76). FF is in no UTF-8, so after a loss the
 * next frame is easily found.
 *
 * Memory: struct hixie, and what INTEREST_KEEP asks to keep of one message a direction.
 */
#include "layers/layers.h"

#include "base/utf8.h"

#define TEXT_FRAME  0x00
#define SIZED_FRAME 0x80 /* this bit of the type: the length comes first */
#define CLOSE_FRAME 0xff /* with no length */
#define TEXT_END    0xff
#define MORE_LENGTH 0x80
#define LENGTH_BITS 0x7f
#define LENGTH_MAX  (UINT64_C(1) << 56)

enum hixie_phase {
    HIXIE_TYPE,
    HIXIE_TEXT,
    HIXIE_LENGTH,
    HIXIE_DATA,
    HIXIE_GAP,  /* between frames bytes were lost: whole frames, perhaps */
    HIXIE_LOST, /* looking for the end of one */
};

struct hixie_side {
    uint64_t offset; /* in this direction, from the first byte after the handshake */
    uint64_t length; /* payload bytes of the frame, so far or as it says */
    uint64_t left;   /* HIXIE_DATA */
    struct utf8 text;
    struct sha256 *sum;
    uint8_t *kept;
    size_t kept_len, room;
    uint8_t phase; /* enum hixie_phase */
    uint8_t type;
    bool lossy, bad_text, odd_told, closed, closed_told;
};

struct hixie {
    struct hixie_side side[2]; /* by enum direction */
    struct ws_totals totals;
    bool framed, left;
};

static void hixie_open(void *state, struct host *h, const void *arg)
{
    struct hixie *s = state;

    (void)h;
    (void)arg;
    s->totals.close_by = -1;
}

static enum ws_opcode opcode_of(const struct hixie_side *side)
{
    if (side->type == CLOSE_FRAME && side->length == 0)
        return WS_CLOSE;
    return side->type == TEXT_FRAME ? WS_TEXT : WS_BINARY;
}

static void begin_text(struct hixie_side *side, struct host *h, enum direction d)
{
    side->text = (struct utf8){0};
    side->bad_text = false;
    side->kept_len = 0;
    if ((h->interest & INTEREST_KEEP) && opcode_of(side) != WS_BINARY) {
        side->sum = sha256_begin(h->digest);
        if (side->kept == NULL && h->payload_limit > 0) {
            side->kept = h->alloc(h, h->payload_limit);
            side->room = side->kept != NULL ? h->payload_limit : 0;
        }
    }
    if (!(h->interest & INTEREST_MESSAGES))
        return;
    struct event e = {.kind = EVENT_MESSAGE_BEGIN, .direction = d};
    e.as.begin.opcode = (uint8_t)opcode_of(side);
    e.as.begin.fin = true;
    h->emit(h, &e);
}

static void check_text(struct hixie_side *side, struct host *h, enum direction d, struct bytes in)
{
    if (side->bad_text || side->lossy || !(h->interest & INTEREST_VALIDITY))
        return;
    const size_t good = utf8_feed(&side->text, in);
    side->bad_text = good < in.len;
    if (side->bad_text)
        host_anomaly(h, WS_BAD_UTF8, d, side->length + good);
}

static void take_text(struct hixie *s, struct host *h, enum direction d, struct bytes in)
{
    struct hixie_side *side = &s->side[d];

    s->totals.payload[d] += in.len;
    if (side->type != TEXT_FRAME || in.len == 0)
        return;
    check_text(side, h, d, in);
    side->length += in.len;
    if (side->sum != NULL)
        sha256_add(side->sum, in);
    const struct bytes keep = bytes_first(in, side->room - side->kept_len);
    if (keep.len > 0)
        memcpy(side->kept + side->kept_len, keep.at, keep.len);
    side->kept_len += keep.len;
    if (!(h->interest & INTEREST_PAYLOAD))
        return;
    struct event e = {.kind = EVENT_PAYLOAD, .direction = d};
    e.as.payload.opcode = WS_TEXT;
    e.as.payload.slice = in;
    h->emit(h, &e);
}

static void tell_frame(const struct hixie_side *side, struct host *h, enum direction d)
{
    struct event e = {.kind = EVENT_FRAME, .direction = d};

    if (!(h->interest & INTEREST_FRAMES))
        return;
    e.as.frame = (struct ws_frame_event){
        .opcode = (uint8_t)opcode_of(side), .fin = true, .length = side->length};
    h->emit(h, &e);
}

static void tell_message(struct hixie_side *side, struct host *h, enum direction d)
{
    struct event e = {.kind = EVENT_MESSAGE, .direction = d};
    struct ws_message_event *m = &e.as.message;

    *m = (struct ws_message_event){.opcode = (uint8_t)opcode_of(side),
                                   .fin = true,
                                   .complete = !side->lossy,
                                   .fragments = 1,
                                   .length = side->length,
                                   .wire_length = side->length,
                                   .payload = bytes_of(side->kept, side->kept_len),
                                   .has_sha256 = side->sum != NULL && !side->lossy};
    sha256_end(side->sum, m->sha256);
    side->sum = NULL;
    if (h->interest & INTEREST_MESSAGES)
        h->emit(h, &e);
}

static void tell_framed(struct hixie *s, struct host *h)
{
    s->framed = true;
    const bool granted = h->ladder == LADDER_GRANTED || h->ladder == LADDER_ACCEPTED;
    h->claim(h, granted ? CONFIDENCE_CERTAIN : CONFIDENCE_STRONG);
    if (granted)
        h->climb(h, LADDER_FRAMED);
    h->note(h, "frames of the draft follow the handshake", bytes_of(NULL, 0));
}

static void count(struct hixie *s, enum direction d)
{
    const enum ws_opcode opcode = opcode_of(&s->side[d]);

    s->totals.frames[d]++;
    if (opcode == WS_TEXT)
        s->totals.text[d]++;
    if (opcode == WS_BINARY)
        s->totals.binary[d]++;
    if (opcode != WS_CLOSE)
        s->totals.messages[d]++;
    else if (s->totals.close_by < 0)
        s->totals.close_by = (int8_t)d;
}

static void end_frame(struct hixie *s, struct host *h, enum direction d)
{
    struct hixie_side *side = &s->side[d];

    side->phase = HIXIE_TYPE;
    count(s, d);
    if (!side->lossy && !s->framed)
        tell_framed(s, h);
    if (side->type == TEXT_FRAME && (h->interest & INTEREST_VALIDITY) && !side->bad_text &&
        !side->lossy && !utf8_complete(&side->text))
        host_anomaly(h, WS_BAD_UTF8, d, side->length);
    side->closed |= opcode_of(side) == WS_CLOSE;
    tell_frame(side, h, d);
    tell_message(side, h, d);
}

static void begin_frame(struct hixie *s, struct host *h, enum direction d, uint8_t type)
{
    struct hixie_side *side = &s->side[d];

    side->type = type;
    side->length = 0;
    side->lossy = false;
    side->phase = type & SIZED_FRAME ? HIXIE_LENGTH : HIXIE_TEXT;
    if (side->closed && !side->closed_told)
        host_anomaly(h, WS_DATA_AFTER_CLOSE, d, side->offset);
    side->closed_told |= side->closed;
    if (type != TEXT_FRAME && type != CLOSE_FRAME && !side->odd_told) {
        side->odd_told = true;
        host_anomaly(h, WS_RESERVED_OPCODE, d, side->offset);
    }
    if (side->phase == HIXIE_TEXT)
        begin_text(side, h, d);
}

static size_t read_text(struct hixie *s, struct host *h, enum direction d, struct bytes in)
{
    const uint8_t *end = bytes_find_byte(in, TEXT_END);
    const size_t n = end != NULL ? (size_t)(end - in.at) : in.len;

    take_text(s, h, d, bytes_first(in, n));
    if (end == NULL)
        return n;
    end_frame(s, h, d);
    return n + 1;
}

static void lose_sync(struct hixie_side *side, struct host *h, enum direction d)
{
    side->phase = HIXIE_LOST;
    host_anomaly(h, WS_LOST_SYNC, d, side->offset);
}

static void read_length(struct hixie *s, struct host *h, enum direction d, uint8_t byte)
{
    struct hixie_side *side = &s->side[d];

    if (side->length >= LENGTH_MAX) {
        lose_sync(side, h, d);
        return;
    }
    side->length = side->length << 7 | (byte & LENGTH_BITS);
    if (byte & MORE_LENGTH)
        return;
    begin_text(side, h, d);
    side->left = side->length;
    side->phase = HIXIE_DATA;
    if (side->left == 0)
        end_frame(s, h, d);
}

static size_t read_data(struct hixie *s, struct host *h, enum direction d, size_t available)
{
    struct hixie_side *side = &s->side[d];
    const size_t n = side->left < available ? (size_t)side->left : available;

    s->totals.payload[d] += n;
    side->left -= n;
    if (side->left == 0)
        end_frame(s, h, d);
    return n;
}

static size_t find_end(struct hixie_side *side, struct bytes in)
{
    const uint8_t *end = bytes_find_byte(in, TEXT_END);

    if (end == NULL)
        return in.len;
    side->phase = HIXIE_TYPE;
    return (size_t)(end - in.at) + 1;
}

static void read_after_gap(struct hixie_side *side, struct host *h, enum direction d, uint8_t byte)
{
    side->phase = HIXIE_TYPE;
    if (byte != TEXT_FRAME && byte != CLOSE_FRAME)
        lose_sync(side, h, d);
}

static size_t step(struct hixie *s, struct host *h, enum direction d, struct bytes in)
{
    struct hixie_side *side = &s->side[d];

    switch ((enum hixie_phase)side->phase) {
    case HIXIE_TYPE: begin_frame(s, h, d, in.at[0]); return 1;
    case HIXIE_TEXT: return read_text(s, h, d, in);
    case HIXIE_LENGTH: read_length(s, h, d, in.at[0]); return 1;
    case HIXIE_DATA: return read_data(s, h, d, in.len);
    case HIXIE_GAP: read_after_gap(side, h, d, in.at[0]); return 0;
    case HIXIE_LOST: return find_end(side, in);
    }
    return in.len;
}

/* The first byte of the first direction that speaks tells frames from anything else. */
static bool is_frame(uint8_t type)
{
    return type == TEXT_FRAME || (type & SIZED_FRAME) != 0;
}

static void leave(struct hixie *s, struct host *h, enum direction d, struct bytes in)
{
    s->left = true;
    h->climb(h, LADDER_UNFRAMED);
    h->note(h, "the bytes after the 101 are no WebSocket frames", bytes_first(in, 1));
    host_anomaly(h, WS_UNFRAMED, d, 0);
    h->leave(h);
}

static size_t hixie_feed(void *state, struct host *h, enum direction d, struct bytes in)
{
    struct hixie *s = state;
    size_t used = 0;

    if (s->left)
        return 0;
    if (in.len > 0 && s->side[TO_SERVER].offset + s->side[TO_CLIENT].offset == 0 &&
        !is_frame(in.at[0])) {
        leave(s, h, d, in);
        return 0;
    }
    while (used < in.len) {
        const size_t n = step(s, h, d, bytes_after(in, used));
        used += n;
        s->side[d].offset += n;
    }
    return used;
}

static void hixie_gap(void *state, struct host *h, enum direction d, uint64_t n)
{
    struct hixie *s = state;
    struct hixie_side *side = &s->side[d];

    if (s->left)
        return;
    if (side->phase == HIXIE_TEXT) { /* its end may have been lost, too, and another's start */
        side->lossy = true;
    } else if (side->phase == HIXIE_DATA && n < side->left) {
        side->lossy = true;
        side->left -= n;
    } else if (side->phase == HIXIE_TYPE) {
        side->phase = HIXIE_GAP;
    } else if (side->phase != HIXIE_LOST && side->phase != HIXIE_GAP) {
        lose_sync(side, h, d);
    }
    side->offset += n;
}

static void hixie_close(void *state, struct host *h, enum close_reason why)
{
    struct hixie *s = state;

    (void)why;
    for (enum direction d = TO_SERVER; d <= TO_CLIENT; d++) {
        struct hixie_side *side = &s->side[d];
        if (!s->left && side->phase == HIXIE_TEXT) { /* cut short */
            side->lossy = true;
            end_frame(s, h, d);
        }
        sha256_end(side->sum, NULL);
        side->sum = NULL;
        if (side->kept != NULL)
            h->free(h, side->kept, side->room);
        side->kept = NULL;
        side->room = side->kept_len = 0;
    }
}

static void hixie_summarise(const void *state, struct flow_info *out)
{
    const struct hixie *s = state;
    out->ws = &s->totals;
}

const struct layer layer_hixie = {
    .name = "websocket",
    .opened_as = "hixie",
    .application = true,
    .state_size = sizeof(struct hixie),
    .open = hixie_open,
    .feed = hixie_feed,
    .gap = hixie_gap,
    .close = hixie_close,
    .summarise = hixie_summarise,
};

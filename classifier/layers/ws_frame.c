/* SPDX-License-Identifier: MIT */
#include "layers/ws_frame.h"

#include "base/cursor.h"
#include "base/load.h"

/* RFC 6455 s5.2 */
#define FIN_BIT     0x80
#define RSV_BITS    0x70
#define RSV_SHIFT   4
#define OPCODE_BITS 0x0f
#define MASK_BIT    0x80
#define LEN7_BITS   0x7f
#define LEN7_IS_16  126 /* a 16-bit length follows */
#define LEN7_IS_64  127 /* a 64-bit length follows */
#define TOP_BIT     (UINT64_C(1) << 63)

/* A plain message with its shortest header, but for a byte or two that are not worth a question. */
#define WS_PLAIN_LEAST 4

/* A frame that is odd already and says it is longer than this is no frame. */
#define ODD_FRAME_MAX (16 * 1024 * 1024)

static size_t extended_size(uint8_t second)
{
    const uint8_t len7 = second & LEN7_BITS;
    return len7 == LEN7_IS_16 ? 2 : len7 == LEN7_IS_64 ? 8 : 0;
}

static size_t header_size(uint8_t second)
{
    return 2 + extended_size(second) + (second & MASK_BIT ? 4 : 0);
}

static uint64_t read_length(struct cursor *c, uint8_t second)
{
    switch (extended_size(second)) {
    case 2: return cursor_be16(c);
    case 8: return cursor_be64(c);
    default: return second & LEN7_BITS;
    }
}

/* `at` holds a whole header. */
static void parse(const uint8_t *at, struct ws_header *out)
{
    const uint8_t first = at[0], second = at[1];
    const size_t size = header_size(second);
    struct cursor c = cursor_over(bytes_of(at + 2, size - 2));

    out->size = (uint8_t)size;
    out->frame.fin = first & FIN_BIT;
    out->frame.rsv = (uint8_t)((first & RSV_BITS) >> RSV_SHIFT);
    out->frame.opcode = first & OPCODE_BITS;
    out->frame.masked = second & MASK_BIT;
    out->frame.length = read_length(&c, second);
    out->frame.mask = out->frame.masked ? cursor_be32(&c) : 0;
}

bool ws_read_header(struct bytes in, struct ws_header *out)
{
    if (in.len < 2 || in.len < header_size(in.at[1]))
        return false;
    parse(in.at, out);
    return true;
}

bool ws_may_be_plain(struct bytes in)
{
    return in.len >= WS_PLAIN_LEAST &&
           (in.at[0] == (FIN_BIT | WS_TEXT) || in.at[0] == (FIN_BIT | WS_BINARY));
}

/* The mask bit as it has to be, and the shortest form of the length. */
bool ws_read_plain(struct bytes in, enum direction d, struct ws_plain *out)
{
    const bool masked = d == TO_SERVER;
    size_t size = masked ? 6 : 2, length;

    if (!ws_may_be_plain(in))
        return false;
    length = in.at[1] ^ (masked ? MASK_BIT : 0U);
    if (length == LEN7_IS_16) {
        length = (size_t)in.at[2] << 8 | in.at[3];
        size += 2;
        if (length < LEN7_IS_16)
            return false;
    } else if (length == 0 || length > LEN7_IS_16) {
        return false;
    }
    if (in.len < size + length)
        return false;
    out->payload = in.at + size;
    out->mask = masked ? load_be32(out->payload - 4) : 0;
    out->length = (uint16_t)length;
    out->size = (uint8_t)size;
    out->opcode = in.at[0] & OPCODE_BITS;
    return true;
}

/* Moves header bytes from `in` to the decoder until `want` are there. */
static bool gather(struct ws_decoder *d, struct bytes *in, size_t want)
{
    if (d->have < want) {
        const struct bytes more = bytes_first(*in, want - d->have);
        if (more.len > 0)
            memcpy(d->header + d->have, more.at, more.len);
        d->have = (uint8_t)(d->have + more.len);
        *in = bytes_after(*in, more.len);
    }
    return d->have >= want;
}

bool ws_take_header(struct ws_decoder *d, struct bytes *in, struct ws_header *out)
{
    if (d->have == 0 && in->len >= WS_HEADER_MAX) { /* the common case: no counting */
        memcpy(d->header, in->at, WS_HEADER_MAX);
        parse(d->header, out);
        *in = bytes_after(*in, out->size);
    } else {
        if (!gather(d, in, 2) || !gather(d, in, header_size(d->header[1])))
            return false;
        parse(d->header, out);
        d->have = 0;
    }
    d->left = out->frame.length;
    d->in_payload = d->left > 0;
    return true;
}

struct bytes ws_take_payload(struct ws_decoder *d, struct bytes *in)
{
    const struct bytes piece = bytes_of(in->at, d->left < in->len ? (size_t)d->left : in->len);

    ws_skip_payload(d, piece.len);
    *in = bytes_after(*in, piece.len);
    return piece;
}

void ws_skip_payload(struct ws_decoder *d, uint64_t n)
{
    d->left -= n;
    d->in_payload = d->left > 0;
}

void ws_current(const struct ws_decoder *d, struct ws_header *out)
{
    parse(d->header, out);
}

static bool is_minimal(const struct ws_header *f)
{
    const size_t extended = f->size - 2U - (f->frame.masked ? 4U : 0U);
    const uint64_t least = extended == 8 ? UINT16_MAX + 1 : extended == 2 ? LEN7_IS_16 : 0;
    return f->frame.length >= least;
}

/* One at most: what is wrong with RSV1 is told where nothing is wrong with the other bits. */
static uint32_t rsv_fault(const struct ws_frame_event *f, bool deflate)
{
    if (f->rsv == 0)
        return 0;
    if (f->rsv != WS_RSV1 || !deflate || ws_is_reserved(f->opcode))
        return WS_FAULT_RSV;
    if (ws_is_control(f->opcode))
        return WS_FAULT_RSV1_CONTROL;
    return f->opcode == WS_CONTINUATION ? WS_FAULT_RSV1_CONTINUATION : 0;
}

uint32_t ws_header_faults(const struct ws_header *f, enum direction d, bool deflate)
{
    const struct ws_frame_event *frame = &f->frame;
    uint32_t faults = rsv_fault(frame, deflate);

    if (ws_is_reserved(frame->opcode))
        faults |= WS_FAULT_OPCODE;
    if (ws_is_control(frame->opcode) && !frame->fin)
        faults |= WS_FAULT_CONTROL_FRAGMENTED;
    if (ws_is_control(frame->opcode) && frame->length > WS_CONTROL_MAX)
        faults |= WS_FAULT_CONTROL_LONG;
    if (!is_minimal(f))
        faults |= WS_FAULT_NOT_MINIMAL;
    if (frame->length & TOP_BIT)
        faults |= WS_FAULT_TOP_BIT;
    if (frame->masked != (d == TO_SERVER))
        faults |= frame->masked ? WS_FAULT_MASKED : WS_FAULT_UNMASKED;
    return faults;
}

uint32_t ws_order_faults(const struct ws_header *f, bool in_message)
{
    const uint8_t opcode = f->frame.opcode;

    if (opcode == WS_CONTINUATION)
        return in_message ? 0 : WS_FAULT_CONTINUES_NOTHING;
    if (in_message && (opcode == WS_TEXT || opcode == WS_BINARY))
        return WS_FAULT_INTERLEAVED;
    return 0;
}

bool ws_is_senseless(const struct ws_header *f, uint32_t faults)
{
    const uint32_t structural = faults & WS_FAULTS_OF_STRUCTURE;

    if (faults & WS_FAULT_TOP_BIT)
        return true;
    if (structural & (structural - 1)) /* more than one */
        return true;
    return structural != 0 && f->frame.length > ODD_FRAME_MAX;
}

bool ws_close_code_is_legal(uint16_t code)
{
    return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
           (code >= 3000 && code <= 4999);
}

/* SPDX-License-Identifier: MIT */
#include "layers/ws_worth.h"

#include "base/utf8.h"
#include "layers/deflate_look.h"
#include "layers/ws_unmask.h"

/* Seven first bytes in 256 begin a whole frame, and half of all second bytes have the mask's bit.
 */
#define BITS_MASKED         6
#define BITS_MASKED_AGAIN   3 /* the same two bytes as before; but the key is new */
#define BITS_UNMASKED       4
#define BITS_UNMASKED_MUTE  2 /* its content says nothing */
#define BITS_UNMASKED_AGAIN 1
#define BITS_MUTE_MOST      12 /* of all frames of a server whose content does not fit */
#define BITS_LENGTH_16      2  /* minimal */
#define BITS_LENGTH_64      10 /* minimal, and below WS_WORTH_LENGTH: 38 bits are zero */

/* Of content. */
#define BITS_TEXT_MOST   16 /* a byte in two is printable */
#define BITS_SHAPED      4  /* as JSON */
#define BITS_CLOSE       5  /* 2,012 of 65,536 codes are legal */
#define BITS_INFLATES    10 /* to the end: one message of noise in 3,000 does */
#define BITS_INFLATES_ON 8  /* one start of 256 bytes in 600 */
#define LEAST_TEXT       4  /* bytes, to be strong */
#define LEAST_PLAIN      8
#define MOST_PLAIN       64
#define A_GLANCE         8
#define LEAST_INFLATED   4
#define LEAST_UNMASKED   16 /* a record with a counter in it may look like a short one for long */
#define LEAST_LITERALS   6
#define MOST_LITERALS    24
#define KEYS_TO_BALANCE  4

const bool ws_worth_may_begin[256] = {
    [0x01] = true, [0x02] = true, [0x81] = true, [0x82] = true, [0x88] = true,
    [0x89] = true, [0x8a] = true, [0xc1] = true, [0xc2] = true,
};

struct content {
    bool wrong;
    uint8_t bits;
    bool strong;
};

/* ---- keys: RFC 6455 s5.3 wants them unpredictable; records of other protocols are not ---- */

static bool has_byte_twice(uint32_t mask)
{
    const uint8_t a = (uint8_t)(mask >> 24), b = (uint8_t)(mask >> 16), c = (uint8_t)(mask >> 8),
                  d = (uint8_t)mask;
    return a == b || a == c || a == d || b == c || b == d || c == d;
}

/* Does a byte of the key go on as counters do: by no step, by one, by the same as before, or back
 * to where it was? */
static bool counts(const struct ws_run *r, uint32_t mask)
{
    for (unsigned shift = 0; shift < 32 && r->masks > 0; shift += 8) {
        const uint8_t step = (uint8_t)((mask >> shift) - (r->mask >> shift));
        const uint8_t last = (uint8_t)((r->mask >> shift) - (r->mask_before >> shift));
        if (step <= 1 || step == UINT8_MAX)
            return true;
        if (r->masks > 1 && (step == last || (uint8_t)(step + last) == 0))
            return true;
    }
    return false;
}

static unsigned high_bytes(uint32_t mask)
{
    return (mask >> 31) + (mask >> 23 & 1) + (mask >> 15 & 1) + (mask >> 7 & 1);
}

/* Key bytes that all have the top bit, or none: as in text, of this alphabet or another. Of all
 * keys together a quarter of the bytes, at least, has it, and a quarter has not. */
static bool is_lopsided(const struct ws_run *r, uint32_t mask)
{
    const unsigned high = high_bytes(mask), masks = r->masks + 1U, all = r->high + high;

    if (high == 0 || high == 4)
        return true;
    return masks >= KEYS_TO_BALANCE && (all < masks || all > 3 * masks);
}

/* ---- content ---- */

static bool is_text_control(uint8_t c)
{
    enum { ESCAPE = 0x1b, RECORD_SEPARATOR = 0x1e, DELETE = 0x7f };

    if (c == DELETE)
        return true;
    return c < ' ' && c != '\t' && c != '\n' && c != '\r' && c != ESCAPE && c != RECORD_SEPARATOR;
}

/* Without the NUL that ends a STOMP frame. */
static bool is_printable(struct bytes text)
{
    for (size_t i = 0; i < text.len; i++)
        if (is_text_control(text.at[i]) && (i == 0 || i + 1 < text.len || text.at[i] != 0))
            return false;
    return true;
}

/* Pixels of one colour, or zeros: any key makes four characters of them, again and again. */
static bool repeats_by_four(struct bytes clear)
{
    size_t same = 0;

    for (size_t i = 4; i < clear.len; i++)
        same += clear.at[i] == clear.at[i - 4];
    return clear.len > 4 && same * 3 >= clear.len - 4;
}

/* JSON, or Engine.IO's digits before it. */
static bool begins_like_json(struct bytes text)
{
    size_t n = 0;

    while (n < text.len && n < 4 && text.at[n] >= '0' && text.at[n] <= '9')
        n++;
    if (text.len < n + 3)
        return false;
    if (text.at[n] == '{')
        return text.at[n + 1] == '"' || text.at[n + 1] == '\n' || text.at[n + 1] == ' ';
    return text.at[n] == '[' &&
           (text.at[n + 1] == '"' || text.at[n + 1] == '{' || text.at[n + 1] == '[' ||
            (text.at[n + 1] >= '0' && text.at[n + 1] <= '9'));
}

/* `whole`: all of the message. */
static struct content judge_text(const struct ws_frame_event *f, struct bytes text, bool whole)
{
    struct utf8 state = {0};
    struct content c = {.wrong = utf8_feed(&state, text) != text.len ||
                                 (whole && !utf8_complete(&state))};

    if (c.wrong || !is_printable(text) || (f->masked && repeats_by_four(text)))
        return c;
    const bool json = begins_like_json(text);
    const size_t bits = f->masked ? text.len : text.len / 2;
    c.bits = (uint8_t)(bits < BITS_TEXT_MOST ? bits : BITS_TEXT_MOST);
    if (json)
        c.bits += BITS_SHAPED;
    if (f->masked)
        c.strong = text.len >= LEAST_TEXT;
    else /* names in certificates are text with a length before it, too: not JSON, and short */
        c.strong = json || f->length > WS_CONTROL_MAX;
    return c;
}

/* RFC 6455 s5.5.1 */
static struct content judge_close(struct bytes body)
{
    struct utf8 text = {0};
    struct content c = {.wrong = body.len == 1};

    if (body.len < 2)
        return c;
    const struct bytes reason = bytes_after(body, 2);
    c.wrong = !ws_close_code_is_legal((uint16_t)(body.at[0] << 8 | body.at[1])) ||
              utf8_feed(&text, reason) != reason.len || !utf8_complete(&text) ||
              !is_printable(reason);
    c.strong = !c.wrong;
    c.bits = (uint8_t)(BITS_CLOSE + (reason.len < BITS_TEXT_MOST ? reason.len : BITS_TEXT_MOST));
    return c;
}

static struct content judge_compressed(const struct ws_frame_event *f, struct bytes in, bool whole)
{
    const struct deflate_look look = deflate_look(in, whole);
    struct content c = {.wrong = look.wrong};

    if (look.wrong || in.len < LEAST_INFLATED)
        return c;
    const bool text = f->opcode == WS_TEXT && look.literals >= LEAST_LITERALS && look.controls == 0;
    const unsigned literals = look.literals < MOST_LITERALS ? look.literals : MOST_LITERALS;
    const unsigned part = in.len == WS_WORTH_LOOK ? BITS_INFLATES_ON : 0;
    c.bits = (uint8_t)((look.ends ? BITS_INFLATES : part) + (text ? literals / 3 : 0));
    c.strong = (look.ends && (f->masked || in.len >= LEAST_UNMASKED)) || (text && part > 0);
    return c;
}

/* Text inside something else: a tunnelled request, what a ping carries. That it is none proves
 * nothing. */
static struct content judge_plain(struct bytes clear)
{
    struct content c = {.wrong = false};
    int bits = 0;

    for (size_t i = 0; i < clear.len; i++) /* a wrong key leaves three in four of text like that */
        bits += clear.at[i] < 0x80 && !is_text_control(clear.at[i]) ? 2 : -12;
    bits = repeats_by_four(clear) ? 0 : bits / 2;
    if (bits > 0)
        c.bits = (uint8_t)(bits < BITS_TEXT_MOST ? bits : BITS_TEXT_MOST);
    c.strong = bits >= LEAST_PLAIN;
    return c;
}

/* Bytes that are no text mostly show it at once. (A character that is cut is not bad yet.) */
static bool begins_badly(const struct ws_frame_event *f, struct bytes payload)
{
    uint8_t room[A_GLANCE];
    const struct bytes clear = bytes_of(room, bytes_first(payload, A_GLANCE).len);
    struct utf8 state = {0};

    ws_unmask(room, bytes_first(payload, A_GLANCE), f->mask, 0);
    return utf8_feed(&state, clear) != clear.len;
}

static struct content judge(const struct ws_frame_event *f, struct bytes payload)
{
    uint8_t room[WS_WORTH_LOOK];
    const bool mute = f->opcode != WS_TEXT && f->opcode != WS_CLOSE && !(f->rsv & WS_RSV1);
    const struct bytes seen = bytes_first(payload, mute ? MOST_PLAIN : sizeof(room));
    const struct bytes clear = bytes_of(room, seen.len);
    const bool whole = f->fin && clear.len == f->length;

    if ((mute || f->opcode == WS_TEXT) && !(f->rsv & WS_RSV1) && begins_badly(f, payload))
        return (struct content){.wrong = !mute};
    ws_unmask(room, seen, f->mask, 0);
    if (mute)
        return judge_plain(clear);
    if (f->opcode == WS_CLOSE)
        return judge_close(clear);
    if (f->rsv & WS_RSV1)
        return judge_compressed(f, clear, whole);
    return judge_text(f, clear, whole);
}

/* ---- frames ---- */

static bool speaks(const struct ws_frame_event *f)
{
    if (f->opcode == WS_TEXT || f->opcode == WS_CLOSE || (f->rsv & WS_RSV1) != 0)
        return true;
    return f->masked && f->opcode != WS_CONTINUATION && f->length >= LEAST_PLAIN;
}

static bool is_legal(const struct ws_header *f, const struct ws_run *r)
{
    const enum direction d = f->frame.masked ? TO_SERVER : TO_CLIENT;

    if (ws_header_faults(f, d, true) | ws_order_faults(f, r->in_message))
        return false;
    if (f->frame.length > WS_WORTH_LENGTH || r->closed)
        return false;
    return r->masks == 0 || f->frame.mask != r->mask;
}

static unsigned header_bits(const struct ws_header *f, struct bytes header, const struct ws_run *r)
{
    const struct ws_frame_event *frame = &f->frame;
    const unsigned length = frame->length > UINT16_MAX       ? BITS_LENGTH_64
                            : frame->length > WS_CONTROL_MAX ? BITS_LENGTH_16
                                                             : 0;
    const bool again = r->first == header.at[0] && r->second == header.at[1];

    if (!frame->fin || (frame->length == 0 && (!frame->masked || !ws_is_control(frame->opcode))))
        return 0; /* patterns and runs of small numbers look like that */
    if (frame->masked)
        return (again && length < BITS_LENGTH_64 ? BITS_MASKED_AGAIN : BITS_MASKED) + length;
    if (again)
        return BITS_UNMASKED_AGAIN;
    return (speaks(frame) ? BITS_UNMASKED : BITS_UNMASKED_MUTE) + length;
}

/* Records with a tag and a length go on for ever, and look like a server's frames. */
static uint8_t muted(struct ws_run *r, uint8_t bits)
{
    if (bits > BITS_MUTE_MOST - r->mute)
        bits = (uint8_t)(BITS_MUTE_MOST - r->mute);
    r->mute = (uint8_t)(r->mute + bits);
    return bits;
}

static void remember(struct ws_run *r, const struct ws_frame_event *f, struct bytes header)
{
    r->first = header.at[0];
    r->second = header.at[1];
    if (f->opcode == WS_CLOSE)
        r->closed = 1;
    if (!ws_is_control(f->opcode))
        r->in_message = !f->fin;
    if (!f->masked)
        return;
    r->mask_before = r->mask;
    r->mask = f->mask;
    if (r->masks == UINT8_MAX)
        return;
    r->masks++;
    r->high = (uint16_t)(r->high + high_bytes(f->mask));
}

/* One of 64 marks. False: there was one already. */
static bool set_mark(uint64_t *marks, uint32_t hash)
{
    const uint64_t mark = UINT64_C(1) << (hash * 2654435769U >> 26); /* Fibonacci hashing */
    const bool fresh = !(*marks & mark);

    *marks |= mark;
    return fresh;
}

/* The bytes of keys are from everywhere; those of records stay where they were, or near it. */
static bool is_elsewhere(uint64_t *places, uint32_t mask)
{
    unsigned known = 0;
    uint64_t now = 0;

    for (unsigned shift = 2; shift < 32; shift += 8)
        now |= UINT64_C(1) << (mask >> shift & 63);
    for (unsigned shift = 2; shift < 32; shift += 8)
        known += (unsigned)(*places >> (mask >> shift & 63) & 1);
    *places |= now;
    return known <= 2;
}

/* Short records, of which a frame would hold several: its first two bytes come again in it. */
static bool comes_again(struct bytes header, struct bytes payload)
{
    payload = bytes_first(payload, MOST_PLAIN);
    for (size_t i = 1; i < payload.len; i++)
        if (payload.at[i - 1] == header.at[0] && payload.at[i] == header.at[1])
            return true;
    return false;
}

/* What goes round in a circle proves nothing more the second time. After a hundred frames all marks
 * are taken; by then it is proved, or never will be. `payload`: of this frame. */
static bool is_new(struct ws_run *r, const struct ws_header *f, struct bytes header,
                   struct bytes payload)
{
    const struct bytes whole = bytes_first(header, f->size + bytes_first(payload, 32).len);
    uint32_t hash = f->frame.mask;

    for (size_t i = 0; i < whole.len && !f->frame.masked; i++)
        hash = hash * 31 + whole.at[i];
    const bool fresh = set_mark(&r->marks, hash);
    return (!f->frame.masked || is_elsewhere(&r->places, f->frame.mask)) && fresh;
}

struct ws_worth ws_worth_of(const struct ws_header *f, struct bytes header, struct bytes payload,
                            struct ws_run *before)
{
    const struct ws_frame_event *frame = &f->frame;
    struct ws_worth worth = {.answer = WS_WORTH_NONE};
    struct content c = {.wrong = false};

    if (!is_legal(f, before))
        return worth;
    /* What does not speak is judged at once: how much of its payload is there must not matter. */
    payload = bytes_first(payload, speaks(frame) ? frame->length : 0);
    worth.answer = WS_WORTH_WAIT;
    if (speaks(frame) && payload.len < frame->length && payload.len < WS_WORTH_LOOK)
        return worth;
    if (payload.len > 0)
        c = judge(frame, payload);
    worth.answer = c.wrong ? WS_WORTH_NONE : WS_WORTH_SOME;
    if (c.wrong)
        return worth;
    const bool fresh = is_new(before, f, header, payload);
    const bool keyed =
        !frame->masked || (!has_byte_twice(frame->mask) && !counts(before, frame->mask));
    if (fresh && keyed && !comes_again(header, payload)) {
        worth.bits = (uint8_t)(header_bits(f, header, before) + c.bits);
        worth.strong = c.strong;
    }
    if (frame->masked && is_lopsided(before, frame->mask)) {
        worth.bits = worth.strong ? c.bits / 2 : 0;
        worth.strong = false;
    }
    if (!frame->masked && c.bits == 0)
        worth.bits = muted(before, worth.bits);
    remember(before, frame, header);
    return worth;
}

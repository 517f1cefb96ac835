/* SPDX-License-Identifier: MIT */
#include "layers/ws_weigh.h"

#include <limits.h>

#include "layers/ws_unmask.h"

/* All in bits. */
#define MASK_BIT_FITS  1
#define CLOSE_FITS     12 /* a registered code */
#define CLOSE_PRIVATE  4  /* a code of 3000 and above */
#define CLOSE_USUAL    14 /* 1000 and 1001 */
#define CLOSE_AT_END   8  /* there it is no rare frame */
#define CLOSE_ECHOES   4  /* the other side's code: RFC 6455 s5.5.1 */
#define TEXT_UNMASKED  8
#define TEXT_LIKE_ALL  4
#define TEXT_MOST      16
#define CONTROL_COSTS  3  /* a control character in text, for each */
#define KEY_FITS       16 /* the one key that this sender uses */
#define KEY_DIFFERS    12
#define SHORT_MOST     3  /* of a length in seven bits */
#define MIDDLE_MOST    4  /* in sixteen: its first byte is small, as others are */
#define LONG_MOST      24 /* in sixty-four: six zeros */
#define HUGE_COSTS     20
#define SIZE_FITS      2
#define SIZE_DIFFERS   4
#define WRONG_COSTS    16
#define ENDS_WITH_ALL  7 /* the last frame ends where the stream does */
#define REPEATED       4 /* a frame again, if it has text or is not short */
#define LEAST_OF_FIRST 4 /* the first frame's own: those after it are true of its end, too */
#define FIRST_FITS     8 /* a frame where one is expected */
#define WORTH_WAITING  8 /* for a next header that is far */
#define LENGTH_IS      4 /* of 1, 2..3, 4..7 ... bytes: sixteen sizes, each as likely */

#define HUGE_FRAME     (UINT64_C(1) << 32) /* bytes */
#define FAR_HEADER     8192                /* bytes */
#define LEAST_TEXT     4                   /* bytes */
#define MANY_CONTROLS  32                  /* of so many characters one: says nothing */
#define MOST_CONTROLS  4                   /* the same: no text */
#define DELETE         0x7f
#define MOST_IDLE      8  /* frames */
#define LEAST_REPEATED 16 /* bytes: longer than the patterns of pixels */
#define MOST_HEADERS   64
#define RIVAL_REACH    1024 /* bytes: the last of a frame that are searched for others */
#define NO_RIVAL       INT_MIN
#define RIVAL_STEPS    256 /* headers */
#define REMEMBERED     4   /* frames, to be compared with */

struct scale {
    const struct ws_weigh_rule *rule;
    struct bytes in;
    uint64_t at; /* of the next header */
    struct ws_walk walk;
    int bits;
    bool repeats;  /* a pattern, perhaps */
    unsigned idle; /* frames in a row that were worth nothing */
    struct bytes earlier[REMEMBERED];
};

static int bit_length(uint64_t n)
{
    int bits = 0;

    for (; n > 0; n >>= 1)
        bits++;
    return bits;
}

/* How often this sender begins a frame so, as -log2: out of what it sent, and a little of all. */
static int rareness(const struct ws_habit *h, const struct ws_frame_event *f, bool in_message)
{
    if (f->opcode == WS_CONTINUATION)
        return in_message ? 1 : 5;
    if (f->opcode == WS_CLOSE && h->closing)
        return 1;

    const uint64_t all = h->text + h->binary + h->continued + h->pings + h->pongs;
    const uint64_t part = h->continued < h->text + h->binary ? h->continued : 0;
    uint64_t seen = 0, weight = 4;
    int bits = 0;

    if (f->opcode == WS_TEXT || f->opcode == WS_BINARY) {
        seen = f->fin ? (f->opcode == WS_TEXT ? h->text : h->binary) : part;
        weight = f->fin ? 32 : 4;
    } else if (f->opcode != WS_CLOSE) {
        seen = f->opcode == WS_PING ? h->pings : h->pongs;
        weight = 16;
    }
    while ((16 * seen + weight) << bits < 16 * all + 112)
        bits++;
    return bits;
}

static int most(int bits, int limit)
{
    return bits < limit ? bits : limit;
}

static int weigh_length(const struct ws_habit *h, const struct ws_header *f)
{
    const uint64_t length = f->frame.length;
    const int size = bit_length(length), extended = f->size - 2 - (f->frame.masked ? 4 : 0);
    const int likely = LENGTH_IS + (size > 0 ? size - 1 : 0);
    int bits;

    if (length >= HUGE_FRAME)
        return -HUGE_COSTS;
    if (extended == 0)
        bits = most(7 - likely, f->frame.masked ? SHORT_MOST : 0);
    else if (extended == 2)
        bits = most(7 + 16 - likely, MIDDLE_MOST);
    else
        bits = most(7 + 64 - likely, LONG_MOST);
    if (h->average == 0 || ws_is_control(f->frame.opcode))
        return bits;
    const int usual = bit_length(h->average);
    if (size >= usual - 1 && size <= usual + 1)
        return bits + SIZE_FITS;
    return size > usual + 4 ? bits - SIZE_DIFFERS : bits;
}

static int weigh_header(const struct scale *s, const struct ws_header *f)
{
    const struct ws_habit *h = &s->rule->habit;
    const bool in_message = s->walk.data_seen ? s->walk.in_message : h->in_message;
    /* Bytes without the top bit are frequent in any payload. */
    const int byte = f->frame.fin ? 8 : 4;
    int bits = byte - rareness(h, &f->frame, in_message) + MASK_BIT_FITS;

    if (f->frame.length == 0 && !ws_is_control(f->frame.opcode) && !h->empty)
        return 0;
    if (f->frame.masked && h->mask_repeats)
        bits += f->frame.mask == h->mask ? KEY_FITS : -KEY_DIFFERS;
    else if (f->frame.masked && s->walk.headers > 0 && f->frame.mask == s->walk.last_mask)
        return 0; /* a pattern, or the habit of a sender that is not known yet */
    if (bits < 0)
        bits = 0;
    return bits + weigh_length(h, f);
}

/* Bytes that are not masked may be text that has nothing to do with this header: then the header
 * is mostly a piece of text as well. 0x80 to 0xbf end or continue a character. */
static int most_of_text(const struct scale *s, const struct ws_header *f, struct bytes frame)
{
    const bool unknown = s->at == 0 && s->rule->first;
    const uint8_t before = s->at > 0 ? frame.at[-1] : s->rule->before;

    if (f->frame.masked)
        return TEXT_MOST;
    if (frame.at[1] < ' ' || frame.at[1] > '}')
        return TEXT_UNMASKED;
    return unknown || before >= 0x80 ? 0 : TEXT_LIKE_ALL;
}

/* Text from its byte `from` on. That of people and programs has few control characters. What
 * another key makes of masked text does: it is UTF-8 all the same, when both are ASCII. */
static int weigh_text(const struct ws_frame_event *f, struct bytes payload, size_t from)
{
    uint8_t room[WS_LOOKED_AT];
    int bits = 0, controls = 0;

    payload = bytes_first(payload, sizeof(room));
    ws_unmask(room, payload, f->mask, 0);
    for (size_t i = from; i < payload.len; i++) {
        const bool space = room[i] == '\t' || room[i] == '\n' || room[i] == '\r';
        const bool control = (room[i] < ' ' && !space) || room[i] == DELETE;
        bits += control ? -CONTROL_COSTS : 1;
        controls += control;
    }
    if ((size_t)controls > payload.len / MANY_CONTROLS)
        bits = (size_t)controls > payload.len / MOST_CONTROLS ? -TEXT_MOST : most(bits, 0);
    return bits < -TEXT_MOST ? -TEXT_MOST : most(bits, TEXT_MOST);
}

static int weigh_close(const struct scale *s, const struct ws_frame_event *f, struct bytes payload)
{
    const bool at_end = s->rule->then == WS_THEN_END && !s->rule->habit.closing &&
                        (size_t)(payload.at - s->in.at) + payload.len == s->in.len;
    uint8_t code[2];

    const int due = at_end ? CLOSE_AT_END : 0;
    if (payload.len < sizeof(code))
        return due;
    ws_unmask(code, bytes_first(payload, sizeof(code)), f->mask, 0);
    const unsigned said = (unsigned)(code[0] << 8 | code[1]);
    const int fits = said <= 1001 ? CLOSE_USUAL : said < 3000 ? CLOSE_FITS : CLOSE_PRIVATE;
    const bool echoes = s->rule->habit.closing && said == s->rule->habit.close_code;
    return due + fits + (echoes ? CLOSE_ECHOES : 0) + weigh_text(f, payload, sizeof(code));
}

static int weigh_content(const struct scale *s, const struct ws_header *f, struct bytes frame)
{
    const struct bytes payload =
        bytes_first(bytes_of(frame.at + f->size, frame.len - f->size), f->frame.length);

    if (f->frame.opcode == WS_CLOSE)
        return weigh_close(s, &f->frame, payload);
    if (f->frame.opcode != WS_TEXT || (f->frame.rsv & WS_RSV1) || f->frame.length < LEAST_TEXT)
        return 0;
    return most(weigh_text(&f->frame, payload, 0), most_of_text(s, f, frame));
}

/* So many bytes of a frame are looked at, with its header. */
static size_t looked_at(const struct ws_header *f)
{
    return f->size + (f->frame.length < WS_LOOKED_AT ? (size_t)f->frame.length : WS_LOOKED_AT);
}

static bool repeats(struct scale *s, struct bytes start)
{
    bool found = false;

    for (size_t i = 0; i < REMEMBERED; i++)
        found |= s->earlier[i].len > 0 && bytes_equal(bytes_first(s->earlier[i], start.len), start);
    s->earlier[s->walk.headers % REMEMBERED] = start;
    return found;
}

static struct ws_weight answer(enum ws_chain_end end, size_t need)
{
    return (struct ws_weight){.end = end, .need = need};
}

/* Without `need` bytes no more can be said: are they worth waiting for? */
static struct ws_weight wait_for(const struct scale *s, uint64_t need)
{
    const struct ws_weigh_rule *r = s->rule;
    const bool far = need - s->at > FAR_HEADER && s->bits < WORTH_WAITING && !r->first;

    if (r->then != WS_THEN_MORE || far || need > r->reach)
        return answer(WS_CHAIN_BROKEN, 0);
    return answer(WS_CHAIN_SHORT, (size_t)need);
}

/* A sender may have sent text that is none, and a code that does not exist. */
static int weigh_inside(const struct scale *s, const struct ws_header *f, struct bytes frame)
{
    const struct bytes payload = bytes_first(bytes_after(frame, f->size), f->frame.length);

    if (ws_look_inside(&f->frame, payload) == CONTENT_WRONG)
        return -WRONG_COSTS;
    return weigh_content(s, f, frame);
}

/* Adds what the frame is worth. */
static void add_frame(struct scale *s, const struct ws_header *f, struct bytes frame)
{
    const struct ws_weigh_rule *r = s->rule;
    const struct bytes start = bytes_first(frame, looked_at(f));
    const bool repeated = repeats(s, start);
    const int content = weigh_inside(s, f, frame), before = s->bits;

    s->repeats |= repeated;
    if (!repeated)
        s->bits += weigh_header(s, f) + content;
    else if (content > 0 || start.len >= LEAST_REPEATED || (r->first && r->habit.empty))
        s->bits += REPEATED;
    s->idle = s->bits > before ? 0 : s->idle + 1;
    ws_walk_take(&s->walk, &f->frame);
    s->at += f->size + f->frame.length;
}

/* From `at` in the first frame to its end, frame by frame: what are they worth? Takes what it read
 * off `steps`. */
static int weigh_rival(const struct ws_weigh_rule *r, struct bytes first, size_t at,
                       unsigned *steps)
{
    struct ws_weigh_rule inner = *r;
    struct scale s = {.rule = &inner, .in = bytes_after(first, at)};
    struct ws_header f;

    inner.first = false;
    inner.before = first.at[at - 1];
    for (; s.at<s.in.len && * steps> 0; --*steps) {
        const struct bytes frame = bytes_after(s.in, (size_t)s.at);
        if (!ws_read_header(frame, &f) || f.frame.length > frame.len - f.size ||
            !ws_walk_accepts(&r->chain, &s.walk, &f))
            return NO_RIVAL;
        add_frame(&s, &f, frame);
    }
    return s.at == s.in.len ? s.bits : NO_RIVAL;
}

/* Frames that begin inside the first one, and end where it does: one of them mostly is the true
 * first, and that one a piece of the payload before it, which fits by accident. */
static bool has_rival(const struct ws_weigh_rule *r, struct bytes first, int bits)
{
    unsigned steps = RIVAL_STEPS;

    for (size_t at = first.len > RIVAL_REACH ? first.len - RIVAL_REACH : 1; at < first.len; at++)
        if (ws_weigh_may_begin(first.at[at]) && weigh_rival(r, first, at, &steps) >= bits)
            return true;
    return false;
}

/* Enough: unless the first of the frames owes that to those after it. */
static struct ws_weight settle(const struct scale *s, int bits, uint64_t end)
{
    const int own = bits + (s->rule->first ? FIRST_FITS : 0);

    if (bits >= s->rule->enough || end > s->in.len)
        return answer(WS_CHAIN_HOLDS, 0);
    if ((own < LEAST_OF_FIRST && !s->rule->first) ||
        has_rival(s->rule, bytes_first(s->in, (size_t)end), own))
        return answer(WS_CHAIN_BROKEN, 0);
    return answer(WS_CHAIN_HOLDS, 0);
}

struct ws_weight ws_weigh(const struct ws_weigh_rule *r, struct bytes in)
{
    struct scale s = {.rule = r, .in = in};
    struct ws_header f;
    int first_bits = 0;
    uint64_t first_end = 0;

    while (s.at < in.len && s.walk.headers < MOST_HEADERS) {
        const struct bytes frame = bytes_after(in, (size_t)s.at);
        if (!ws_read_header(frame, &f))
            return wait_for(&s, s.at + frame.len + 1);
        if (!ws_walk_accepts(&r->chain, &s.walk, &f))
            return answer(WS_CHAIN_BROKEN, 0);
        if (frame.len < looked_at(&f) && r->then == WS_THEN_MORE)
            return wait_for(&s, s.at + looked_at(&f));
        add_frame(&s, &f, frame);
        if (s.walk.headers == 1) {
            first_bits = s.bits;
            first_end = s.at;
        }
        if (s.bits >= r->enough)
            return settle(&s, first_bits, first_end);
        if (f.frame.length >= HUGE_FRAME || s.idle == MOST_IDLE)
            return answer(WS_CHAIN_BROKEN, 0);
    }
    if (s.walk.headers == MOST_HEADERS)
        return answer(WS_CHAIN_BROKEN, 0);
    const int tiled = s.at == in.len && !s.repeats ? ENDS_WITH_ALL : 0;
    if (r->then != WS_THEN_MORE && s.bits + tiled >= r->enough)
        return settle(&s, first_bits, first_end);
    return wait_for(&s, s.at + 2);
}

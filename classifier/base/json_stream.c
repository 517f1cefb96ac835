/* SPDX-License-Identifier: MIT */
#include "base/json_stream.h"

enum state {
    AT_VALUE,       /* a value must begin */
    AT_FIRST_VALUE, /* behind '[': a value, or ']' */
    AT_FIRST_KEY,   /* behind '{': a key, or '}' */
    AT_KEY,         /* behind ',' in an object */
    AT_COLON,
    AFTER_VALUE, /* ',' or a closing bracket; at the outermost level, the end */
    IN_STRING,
    IN_ESCAPE,
    IN_UNICODE, /* the digits of \uXXXX */
    IN_NUMBER,
    IN_WORD,
    DEAD,
};

#define UNICODE_DIGITS   4
#define HIGH_SURROGATE   0xd800u
#define LOW_SURROGATE    0xdc00u
#define SURROGATES_END   0xe000u
#define REPLACEMENT      0xfffdu /* for half of a pair */
#define BEYOND_THE_PLANE 0x10000u

static void append(struct json_stream *s, struct bytes part)
{
    const struct bytes kept = bytes_first(part, (size_t)(JSON_TEXT_MAX - s->len));

    s->cut |= kept.len < part.len;
    if (kept.len > 0)
        memcpy(s->text + s->len, kept.at, kept.len);
    s->len = (uint16_t)(s->len + kept.len);
}

/* RFC 3629 s3 */
static void append_point(struct json_stream *s, uint32_t point)
{
    const unsigned more = point < 0x80 ? 0 : point < 0x800 ? 1 : point < BEYOND_THE_PLANE ? 2 : 3;
    static const uint8_t lead[] = {0, 0xc0, 0xe0, 0xf0};
    uint8_t out[4];

    out[0] = (uint8_t)(lead[more] | point >> (6 * more));
    for (unsigned i = 1; i <= more; i++)
        out[i] = (uint8_t)(0x80 | (point >> (6 * (more - i)) & 0x3f));
    append(s, bytes_of(out, more + 1));
}

/* The high half of a pair that no low half followed. */
static void flush_high(struct json_stream *s)
{
    if (s->high != 0)
        append_point(s, REPLACEMENT);
    s->high = 0;
}

static void begin_text(struct json_stream *s, enum state state)
{
    s->len = 0;
    s->cut = false;
    s->high = 0;
    s->state = (uint8_t)state;
}

static void end_value(struct json_stream *s, enum json_type type, const struct json_events *ev)
{
    s->state = AFTER_VALUE;
    s->closed = s->depth == 0;
    ev->value(ev->ctx, type, bytes_of(s->text, s->len), s->cut);
}

static void end_string(struct json_stream *s, const struct json_events *ev)
{
    flush_high(s);
    if (!s->key) {
        end_value(s, JSON_IS_STRING, ev);
        return;
    }
    s->state = AT_COLON;
    ev->key(ev->ctx, bytes_of(s->text, s->len), s->cut);
}

static void open_bracket(struct json_stream *s, bool array, const struct json_events *ev)
{
    if (s->depth == JSON_NESTING) {
        s->state = DEAD;
        return;
    }
    const uint64_t bit = UINT64_C(1) << s->depth;
    s->arrays = array ? s->arrays | bit : s->arrays & ~bit;
    s->depth++;
    s->state = array ? AT_FIRST_VALUE : AT_FIRST_KEY;
    ev->enter(ev->ctx, array);
}

static bool in_array(const struct json_stream *s)
{
    return s->depth > 0 && (s->arrays >> (s->depth - 1) & 1) != 0;
}

static void close_bracket(struct json_stream *s, bool array, const struct json_events *ev)
{
    if (s->depth == 0 || in_array(s) != array) {
        s->state = DEAD;
        return;
    }
    s->depth--;
    s->state = AFTER_VALUE;
    s->closed = s->depth == 0;
    ev->leave(ev->ctx);
}

static bool begins_number(uint8_t c)
{
    return c == '-' || (c >= '0' && c <= '9');
}

static bool goes_on_number(uint8_t c)
{
    return begins_number(c) || c == '+' || c == '.' || c == 'e' || c == 'E';
}

static void begin_value(struct json_stream *s, uint8_t c, const struct json_events *ev)
{
    s->key = false;
    if (c == '"') {
        begin_text(s, IN_STRING);
    } else if (c == '{' || c == '[') {
        open_bracket(s, c == '[', ev);
    } else if (c == ']' && s->state == AT_FIRST_VALUE) {
        close_bracket(s, true, ev);
    } else if (begins_number(c) || byte_is_letter(c)) {
        begin_text(s, begins_number(c) ? IN_NUMBER : IN_WORD);
        append(s, bytes_of(&c, 1));
    } else {
        s->state = DEAD;
    }
}

static void begin_key(struct json_stream *s, uint8_t c, const struct json_events *ev)
{
    if (c == '"') {
        s->key = true;
        begin_text(s, IN_STRING);
    } else if (c == '}' && s->state == AT_FIRST_KEY) {
        close_bracket(s, false, ev);
    } else {
        s->state = DEAD;
    }
}

static void after_value(struct json_stream *s, uint8_t c, const struct json_events *ev)
{
    if (c == '}' || c == ']')
        close_bracket(s, c == ']', ev);
    else if (c == ',' && s->depth > 0)
        s->state = in_array(s) ? AT_VALUE : AT_KEY;
    else
        s->state = DEAD;
}

/* One byte between texts. RFC 8259 s2 */
static void structure(struct json_stream *s, uint8_t c, const struct json_events *ev)
{
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r')
        return;
    if (s->state == AT_VALUE || s->state == AT_FIRST_VALUE)
        begin_value(s, c, ev);
    else if (s->state == AT_KEY || s->state == AT_FIRST_KEY)
        begin_key(s, c, ev);
    else if (s->state == AFTER_VALUE)
        after_value(s, c, ev);
    else
        s->state = c == ':' ? AT_VALUE : DEAD;
}

/* RFC 8259 s7. Returns how much of `in` it took. */
static size_t string(struct json_stream *s, struct bytes in, const struct json_events *ev)
{
    size_t n = 0;

    while (n < in.len && in.at[n] >= ' ' && in.at[n] != '"' && in.at[n] != '\\')
        n++;
    if (n > 0) {
        flush_high(s);
        append(s, bytes_first(in, n));
    }
    if (n == in.len)
        return n;
    if (in.at[n] == '"')
        end_string(s, ev);
    else
        s->state = in.at[n] == '\\' ? IN_ESCAPE : DEAD;
    return n + 1;
}

static void escape(struct json_stream *s, uint8_t c)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    const char *at = c != '\0' ? strchr(from, c) : NULL;

    s->state = at != NULL ? IN_STRING : c == 'u' ? IN_UNICODE : DEAD;
    s->point = 0;
    s->digits = 0;
    if (at == NULL)
        return;
    flush_high(s);
    append(s, bytes_of(to + (at - from), 1));
}

/* UTF-16, whose pairs are two escapes. */
static void end_unicode(struct json_stream *s)
{
    const uint32_t point = s->point;

    s->state = IN_STRING;
    if (point >= LOW_SURROGATE && point < SURROGATES_END && s->high != 0) {
        append_point(s, BEYOND_THE_PLANE + ((s->high - HIGH_SURROGATE) << 10) +
                            (point - LOW_SURROGATE));
        s->high = 0;
        return;
    }
    flush_high(s);
    if (point >= HIGH_SURROGATE && point < LOW_SURROGATE)
        s->high = point;
    else
        append_point(s, point >= LOW_SURROGATE && point < SURROGATES_END ? REPLACEMENT : point);
}

static void unicode(struct json_stream *s, uint8_t c)
{
    const int digit = hex_digit_value(c);

    if (digit < 0) {
        s->state = DEAD;
        return;
    }
    s->point = s->point << 4 | (uint32_t)digit;
    if (++s->digits == UNICODE_DIGITS)
        end_unicode(s);
}

static bool is_word(struct bytes text)
{
    return bytes_equal(text, bytes_of_text("true")) || bytes_equal(text, bytes_of_text("false")) ||
           bytes_equal(text, bytes_of_text("null"));
}

/* A number or a word, up to the byte that is not its own. Returns how much of `in` it took. */
static size_t bare(struct json_stream *s, struct bytes in, const struct json_events *ev)
{
    const bool number = s->state == IN_NUMBER;
    size_t n = 0;

    while (n < in.len && (number ? goes_on_number(in.at[n]) : byte_is_letter(in.at[n])))
        n++;
    append(s, bytes_first(in, n));
    if (n == in.len)
        return n;
    if (number || is_word(bytes_of(s->text, s->len)))
        end_value(s, number ? JSON_IS_NUMBER : JSON_IS_WORD, ev);
    else
        s->state = DEAD;
    return n;
}

/* Reads something of `in`, which has a byte at least. */
static size_t step(struct json_stream *s, struct bytes in, const struct json_events *ev)
{
    switch ((enum state)s->state) {
    case IN_STRING: return string(s, in, ev);
    case IN_NUMBER:
    case IN_WORD: return bare(s, in, ev);
    case IN_ESCAPE: escape(s, in.at[0]); return 1;
    case IN_UNICODE: unicode(s, in.at[0]); return 1;
    case AT_VALUE:
    case AT_FIRST_VALUE:
    case AT_FIRST_KEY:
    case AT_KEY:
    case AT_COLON:
    case AFTER_VALUE: structure(s, in.at[0], ev); return 1;
    case DEAD: break;
    }
    return 0;
}

size_t json_stream_feed(struct json_stream *s, struct bytes in, const struct json_events *ev)
{
    const size_t all = in.len;

    while (in.len > 0 && s->state != DEAD)
        in = bytes_after(in, step(s, in, ev));
    return all - in.len;
}

bool json_stream_end(struct json_stream *s, const struct json_events *ev)
{
    static const uint8_t space = ' ';

    if (s->depth == 0 && (s->state == IN_NUMBER || s->state == IN_WORD))
        json_stream_feed(s, bytes_of(&space, 1), ev); /* nothing else ends it */
    return s->closed && s->state == AFTER_VALUE;
}

bool json_stream_alive(const struct json_stream *s)
{
    return s->state != DEAD;
}

/* SPDX-License-Identifier: MIT */
#include "output/escape.h"

#include "base/digest.h"
#include "base/utf8.h"

#define DEL         0x7fU
#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

/* How one format writes what may not stand as it is. `text` is one character, or one bad byte. */
struct escapes {
    const uint8_t *ascii; /* 128 entries: 1 = may not stand as it is */
    void (*one)(struct buffer *out, struct bytes text, uint32_t point);
    void (*bad)(struct buffer *out, uint8_t byte);
};

static const uint8_t json_ascii[128] = {
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,         1,          1,         1,
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, ['"'] = 1, ['\\'] = 1, [DEL] = 1,
};
static const uint8_t html_ascii[128] = {
    1, 1, 1, 1, 1, 1, 1,         1,          1,         1,         1,         1,         1,
    1, 1, 1, 1, 1, 1, 1,         1,          1,         1,         1,         1,         1,
    1, 1, 1, 1, 1, 1, ['"'] = 1, ['\''] = 1, ['<'] = 1, ['>'] = 1, ['&'] = 1, [DEL] = 1,
};
static const uint8_t terminal_ascii[128] = {
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,         1,
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, [DEL] = 1,
};

/* Above ASCII: C1, line and paragraph separators, what reorders text (UAX #9) or hides in it. */
static bool is_unsafe(uint32_t point)
{
    static const struct {
        uint32_t first, last;
    } range[] = {
        {0x80, 0x9f},       /* C1: 0x9b is a terminal's CSI */
        {0x61c, 0x61c},     /* ALM */
        {0x200b, 0x200b},   /* ZWSP */
        {0x200e, 0x200f},   /* LRM, RLM */
        {0x2028, 0x202e},   /* LS, PS, LRE, RLE, PDF, LRO, RLO */
        {0x2060, 0x206f},   /* WJ, invisible operators, LRI, RLI, FSI, PDI, deprecated controls */
        {0xfeff, 0xfeff},   /* BOM */
        {0xfff9, 0xfffb},   /* interlinear annotation */
        {0xe0000, 0xe007f}, /* tags */
    };

    for (size_t i = 0; i < sizeof(range) / sizeof(range[0]); i++)
        if (point <= range[i].last)
            return point >= range[i].first;
    return false;
}

/* The bytes at the start that may stand as they are. */
static size_t plain_run(const uint8_t ascii[128], struct bytes in)
{
    size_t at = 0;

    while (at < in.len && in.at[at] <= DEL && !ascii[in.at[at]])
        at++;
    return at;
}

#define ONES  (UINT64_MAX / 255) /* 0x01 in each byte of a word */
#define HIGHS (ONES << 7)

/* Eight bytes that json_ascii lets stand. Each term has the highest bit of a byte set where that
 * byte is not ASCII, a control, DEL, a quote or a backslash; what it borrows from or carries into
 * the next byte comes from one of these, too. */
static bool is_plain_word(uint64_t word)
{
    const uint64_t special = word | (word - ONES * ' ') | (word + ONES * (0x80 - DEL)) |
                             ((word ^ ONES * '"') - ONES) | ((word ^ ONES * '\\') - ONES);

    return (special & HIGHS) == 0;
}

/* A vector of any machine, as gcc and clang have it. */
typedef uint8_t block __attribute__((vector_size(16)));

/* The same of sixteen. */
static bool is_plain_block(block b)
{
    const block special = (block)((b - ' ' > (uint8_t)('~' - ' ')) | (b == '"') | (b == '\\'));
    uint64_t half[2];

    memcpy(half, &special, sizeof(half));
    return (half[0] | half[1]) == 0;
}

static inline bool copy_plain_word(uint8_t *at, const uint8_t *from)
{
    uint64_t word;

    memcpy(&word, from, sizeof(word));
    memcpy(at, &word, sizeof(word));
    return is_plain_word(word);
}

static inline bool copy_plain_block(uint8_t *at, const uint8_t *from)
{
    block b;

    memcpy(&b, from, sizeof(b));
    memcpy(at, &b, sizeof(b));
    return is_plain_block(b);
}

/* Fewer than a word: four from the start and four from the end, or one by one. */
static size_t plain_few(uint8_t *at, struct bytes in)
{
    uint32_t part[2];
    uint64_t word;

    if (in.len >= sizeof(part[0])) {
        memcpy(&part[0], in.at, sizeof(part[0]));
        memcpy(&part[1], in.at + in.len - sizeof(part[1]), sizeof(part[1]));
        memcpy(&word, part, sizeof(word));
        memcpy(at, &part[0], sizeof(part[0]));
        memcpy(at + in.len - sizeof(part[1]), &part[1], sizeof(part[1]));
        return is_plain_word(word) ? in.len : 0;
    }
    size_t done = 0;
    for (; done < in.len && in.at[done] <= DEL && !json_ascii[in.at[done]]; done++)
        at[done] = in.at[done];
    return done;
}

/* What is left at the end is copied together with some of what was looked at before. */
size_t escape_json_plain(uint8_t *at, struct bytes in)
{
    const size_t wide = sizeof(block), half = sizeof(uint64_t);
    size_t done = 0;

    if (in.len < half)
        return plain_few(at, in);
    if (in.len < wide) {
        const size_t last = in.len - half;
        return copy_plain_word(at, in.at) && copy_plain_word(at + last, in.at + last) ? in.len : 0;
    }
    for (; in.len - done >= wide; done += wide)
        if (!copy_plain_block(at + done, in.at + done))
            return done;
    if (done < in.len && !copy_plain_block(at + in.len - wide, in.at + in.len - wide))
        return done;
    return in.len;
}

static void escape(struct buffer *out, struct bytes in, const struct escapes *how)
{
    while (in.len > 0) {
        const size_t run = plain_run(how->ascii, in);
        buffer_append(out, bytes_first(in, run));
        in = bytes_after(in, run);
        if (in.len == 0)
            return;
        uint32_t point = 0;
        const size_t len = utf8_decode(in, &point);
        if (len == 0)
            how->bad(out, in.at[0]);
        else if (len > 1 && !is_unsafe(point))
            buffer_append(out, bytes_first(in, len));
        else
            how->one(out, bytes_first(in, len), point);
        in = bytes_after(in, len > 0 ? len : 1);
    }
}

static void replace_bad(struct buffer *out, uint8_t byte)
{
    (void)byte;
    buffer_append_text(out, REPLACEMENT);
}

/* RFC 8259 s7: above U+FFFF a surrogate pair. */
static void json_one(struct buffer *out, struct bytes text, uint32_t point)
{
    static const char short_form[128] = {['"'] = '"',  ['\\'] = '\\', ['\b'] = 'b', ['\f'] = 'f',
                                         ['\n'] = 'n', ['\r'] = 'r',  ['\t'] = 't'};

    (void)text;
    buffer_append_byte(out, '\\');
    if (point <= DEL && short_form[point] != 0) {
        buffer_append_byte(out, (uint8_t)short_form[point]);
        return;
    }
    buffer_append_byte(out, 'u');
    if (point <= 0xffff) {
        buffer_append_hex(out, point, 4);
        return;
    }
    buffer_append_hex(out, 0xd800 + ((point - 0x10000) >> 10), 4);
    buffer_append_text(out, "\\u");
    buffer_append_hex(out, 0xdc00 + ((point - 0x10000) & 0x3ff), 4);
}

void escape_json(struct buffer *out, struct bytes in)
{
    static const struct escapes how = {json_ascii, json_one, replace_bad};

    escape(out, in, &how);
}

/* What is plain, and the rest as `escape_rest` does it. */
static uint8_t *put(uint8_t *at, struct bytes in,
                    void (*escape_rest)(struct buffer *out, struct bytes in))
{
    const size_t plain = escape_json_plain(at, in);

    if (plain == in.len)
        return at + plain;
    struct buffer rest = {.at = at, .len = plain, .room = ESCAPE_JSON_MOST * in.len};
    escape_rest(&rest, bytes_after(in, plain)); /* never grows: that is the most */
    return rest.at + rest.len;
}

uint8_t *escape_json_put(uint8_t *at, struct bytes in)
{
    return put(at, in, escape_json);
}

static void dot_bad(struct buffer *out, uint8_t byte)
{
    (void)byte;
    buffer_append_byte(out, '.');
}

static void printable_one(struct buffer *out, struct bytes text, uint32_t point)
{
    const bool control = point < ' ' || point == DEL;

    if (control && point != '\t' && point != '\n' && point != '\r')
        buffer_append_byte(out, '.');
    else
        json_one(out, text, point);
}

void escape_json_printable(struct buffer *out, struct bytes in)
{
    static const struct escapes how = {json_ascii, printable_one, dot_bad};

    escape(out, in, &how);
}

uint8_t *escape_json_printable_put(uint8_t *at, struct bytes in)
{
    return put(at, in, escape_json_printable);
}

static void html_one(struct buffer *out, struct bytes text, uint32_t point)
{
    (void)text;
    switch (point) {
    case '"': buffer_append_text(out, "&quot;"); break;
    case '\'': buffer_append_text(out, "&#39;"); break;
    case '<': buffer_append_text(out, "&lt;"); break;
    case '>': buffer_append_text(out, "&gt;"); break;
    case '&': buffer_append_text(out, "&amp;"); break;
    default: buffer_append_text(out, REPLACEMENT); break;
    }
}

void escape_html(struct buffer *out, struct bytes in)
{
    static const struct escapes how = {html_ascii, html_one, replace_bad};

    escape(out, in, &how);
}

static void terminal_bad(struct buffer *out, uint8_t byte)
{
    buffer_append_text(out, "\\x");
    buffer_append_hex(out, byte, 2);
}

static void terminal_one(struct buffer *out, struct bytes text, uint32_t point)
{
    (void)point;
    for (size_t i = 0; i < text.len; i++)
        terminal_bad(out, text.at[i]);
}

void escape_terminal(struct buffer *out, struct bytes in)
{
    static const struct escapes how = {terminal_ascii, terminal_one, terminal_bad};

    escape(out, in, &how);
}

void escape_dot(struct buffer *out, struct bytes in)
{
    struct buffer shown = {0};

    escape_terminal(&shown, in);
    for (size_t i = 0; i < shown.len; i++) {
        if (shown.at[i] == '"' || shown.at[i] == '\\')
            buffer_append_byte(out, '\\');
        buffer_append_byte(out, shown.at[i]);
    }
    buffer_inherit(out, &shown);
    buffer_free(&shown);
}

void escape_firewall(struct buffer *out, struct bytes in)
{
    static const char instead[128] = {
        ['"'] = '\'', ['\\'] = '/', [';'] = ',', ['$'] = '.', ['`'] = '\'', ['#'] = '.'};

    for (size_t i = 0; i < in.len; i++) {
        const uint8_t byte = in.at[i];
        const bool printable = byte >= ' ' && byte < DEL;
        buffer_append_byte(out, !printable           ? '.'
                                : instead[byte] != 0 ? (uint8_t)instead[byte]
                                                     : byte);
    }
}

/* = + - @ and their full-width twins, which spreadsheets take for the same (U+FF1D, FF0B, FF0D,
 * FF20). */
static bool begins_formula(struct bytes in)
{
    static const uint32_t signs[] = {'=', '+', '-', '@', 0xff1d, 0xff0b, 0xff0d, 0xff20};
    uint32_t point = 0;

    while (in.len > 0 && in.at[0] == ' ')
        in = bytes_after(in, 1);
    if (in.len == 0 || utf8_decode(in, &point) == 0)
        return false;
    for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
        if (point == signs[i])
            return true;
    return false;
}

void escape_csv(struct buffer *out, struct bytes in)
{
    struct buffer shown = {0};

    escape_terminal(&shown, in);
    buffer_append_byte(out, '"');
    if (begins_formula(buffer_bytes(&shown)))
        buffer_append_byte(out, '\'');
    for (size_t i = 0; i < shown.len; i++) {
        if (shown.at[i] == '"')
            buffer_append_byte(out, '"');
        buffer_append_byte(out, shown.at[i]);
    }
    buffer_append_byte(out, '"');
    buffer_inherit(out, &shown);
    buffer_free(&shown);
}

static bool is_alphanumeric(uint8_t byte)
{
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
           (byte >= 'A' && byte <= 'Z');
}

static bool is_digit(struct bytes in, size_t at)
{
    return at < in.len && in.at[at] >= '0' && in.at[at] <= '9';
}

/* `at` ends a clause, or divides a number. "1. a" would begin a list, "a.example" may become a
 * link. */
static bool is_plain_mark(struct bytes in, size_t at)
{
    const bool ends = at + 1 == in.len || in.at[at + 1] == ' ';
    const bool after_digit = at > 0 && is_digit(in, at - 1);
    const bool divides = after_digit && is_digit(in, at + 1);

    switch (in.at[at]) {
    case '(':
    case ')': return true;
    case ',':
    case ';': return at > 0 && (ends || divides);
    case ':': return at > 0 && ends;
    case '.': return at > 0 && (divides || (ends && !after_digit));
    default: return false;
    }
}

/* Letters, digits, single spaces inside, and few marks. */
static bool is_plain_markdown(struct bytes in)
{
    for (size_t i = 0; i < in.len; i++) {
        const bool space = in.at[i] == ' ' && i > 0 && i + 1 < in.len && in.at[i + 1] != ' ';
        if (!space && !is_alphanumeric(in.at[i]) && !is_plain_mark(in, i))
            return false;
    }
    return true;
}

/* CommonMark s6.1: the fence is longer than any run of backticks inside. */
static size_t longest_run(struct bytes in, uint8_t of)
{
    size_t longest = 0, run = 0;

    for (size_t i = 0; i < in.len; i++) {
        run = in.at[i] == of ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    return longest;
}

static void append_times(struct buffer *out, char byte, size_t times)
{
    for (size_t i = 0; i < times; i++)
        buffer_append_byte(out, (uint8_t)byte);
}

/* One space of each side is taken off again. */
static bool needs_padding(struct bytes in)
{
    const uint8_t first = in.len > 0 ? in.at[0] : ' ', last = in.len > 0 ? in.at[in.len - 1] : ' ';

    return first == '`' || last == '`' || (first == ' ' && last == ' ');
}

void escape_markdown(struct buffer *out, struct bytes in)
{
    struct buffer shown = {0};

    if (is_plain_markdown(in)) {
        buffer_append(out, in);
        return;
    }
    escape_terminal(&shown, in);
    const size_t fence = longest_run(buffer_bytes(&shown), '`') + 1;
    const bool padded = needs_padding(buffer_bytes(&shown));
    append_times(out, '`', fence);
    append_times(out, ' ', padded);
    for (size_t i = 0; i < shown.len; i++) {
        if (shown.at[i] == '|')
            buffer_append_text(out, "\\x7c");
        else
            buffer_append_byte(out, shown.at[i]);
    }
    append_times(out, ' ', padded);
    append_times(out, '`', fence);
    buffer_inherit(out, &shown);
    buffer_free(&shown);
}

void escape_base64(struct buffer *out, struct bytes in)
{
    if (in.len == 0 || !buffer_reserve(out, BASE64_ROOM(in.len)))
        return;
    out->len += base64_encode(in, (char *)out->at + out->len);
}

/* SPDX-License-Identifier: MIT */
/* Text in many alphabets and encodings, and protocols that are mostly text. */
#include "tests/falsepos/kinds.h"

static const char *const words[] = {
    "the",   "port",  "of",   "and",     "message", "a",     "warden", "in",    "hold",  "harbour",
    "ship",  "cargo", "GET",  "null",    "true",    "value", "error",  "42",    "0.5",   "user",
    "login", "data",  "open", "session", "time",    "12:04", "2026",   "hello", "world", "again",
};

void put_words(struct dice *r, struct buffer *b, size_t n)
{
    const size_t end = b->len + n;

    while (b->len < end) {
        const struct bytes w = bytes_of_text(words[dice(r, sizeof(words) / sizeof(words[0]))]);
        buffer_append(b, bytes_first(w, end - b->len));
        if (b->len < end)
            buffer_append_byte(b, ' ');
    }
}

static void put_base64(struct dice *r, struct buffer *b, size_t n)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    for (size_t i = 0; i < n; i++)
        buffer_append_byte(b, (uint8_t)(i % 77 == 76 ? '\n' : digits[dice(r, 64)]));
}

static void make_http(struct dice *r, struct made *m, size_t n)
{
    for (int d = 0; d < 2; d++)
        while (m->side[d].len < n) {
            const uint32_t body = dice(r, 3000);
            buffer_printf(&m->side[d], "%s\r\nHost: x\r\nContent-Length: %u\r\n\r\n",
                          d == 0 ? "POST /a HTTP/1.1" : "HTTP/1.1 200 OK", body);
            if (dice(r, 3) == 0)
                put_noise(r, &m->side[d], body);
            else
                put_words(r, &m->side[d], body);
        }
}

static void make_lines(struct dice *r, struct made *m, size_t n)
{
    const char *end = dice(r, 2) == 0 ? "\r\n" : "\n";

    for (int d = 0; d < 2; d++)
        while (m->side[d].len < n) {
            put_words(r, &m->side[d], 1 + dice(r, 90));
            buffer_append_text(&m->side[d], end);
        }
}

static void make_html(struct dice *r, struct made *m, size_t n)
{
    static const char *const tags[] = {"<p>", "</p>", "<div class=\"a\">", "</div>",
                                       "<a href='/'>"};

    for (int d = 0; d < 2; d++)
        while (m->side[d].len < n) {
            buffer_append_text(&m->side[d], tags[dice(r, 5)]);
            put_words(r, &m->side[d], dice(r, 60));
        }
}

static void make_base64(struct dice *r, struct made *m, size_t n)
{
    put_base64(r, &m->side[0], n);
    put_base64(r, &m->side[1], n);
}

static void make_csv(struct dice *r, struct made *m, size_t n)
{
    for (int d = 0; d < 2; d++)
        while (m->side[d].len < n)
            buffer_printf(&m->side[d], "%u;%u.%02u;\"%s\"%s", dice(r, 1000), dice(r, 90),
                          dice(r, 100), words[dice(r, 30)], dice(r, 4) == 0 ? "\n" : ";");
}

static void make_json(struct dice *r, struct made *m, size_t n)
{
    for (int d = 0; d < 2; d++)
        while (m->side[d].len < n)
            buffer_printf(&m->side[d], "{\"%s\":%u,\"%s\":[\"%s\",%u]}\n", words[dice(r, 30)],
                          dice(r, 9999), words[dice(r, 30)], words[dice(r, 30)], dice(r, 10));
}

static void put_utf8(struct buffer *b, uint32_t point)
{
    if (point < 0x800) {
        put_be(b, 0xc0 | point >> 6, 1);
    } else {
        put_be(b, 0xe0 | point >> 12, 1);
        put_be(b, 0x80 | (point >> 6 & 0x3f), 1);
    }
    put_be(b, 0x80 | (point & 0x3f), 1);
}

/* Cyrillic, Greek, Arabic, Devanagari, Chinese, Hangul ... with spaces. */
static void make_utf8(struct dice *r, struct made *m, size_t n)
{
    static const struct {
        uint32_t first, count;
    } blocks[] = {{0x430, 32},    {0x391, 57},    {0x627, 36},  {0x905, 60},
                  {0x4e00, 2000}, {0xac00, 2000}, {0x3041, 83}, {0xc0, 64},
                  {0x4e00, 64},   {0x440, 16},    {0x2010, 30}};
    const uint32_t which = dice(r, sizeof(blocks) / sizeof(blocks[0]));

    for (int d = 0; d < 2; d++)
        while (m->side[d].len < n) {
            if (dice(r, 7) == 0)
                put_be(&m->side[d], dice(r, 12) == 0 ? '\n' : ' ', 1);
            put_utf8(&m->side[d], blocks[which].first + dice(r, blocks[which].count));
        }
}

/* Shift JIS, GBK, EUC, ISO 8859, DOS code pages: a lead byte, a trail byte, or letters above 127.
 */
static void make_legacy(struct dice *r, struct made *m, size_t n)
{
    static const struct {
        uint8_t lead, leads, trail, trails;
    } sets[] = {{0x81, 3, 0x40, 0xbc},    {0x82, 1, 0x9f, 0x52},   {0xb0, 0x48, 0xa1, 0x5e},
                {0x81, 0x7e, 0x40, 0xbe}, {0x80, 16, 0x20, 0x60},  {0xe0, 31, 0x20, 0x60},
                {0xa4, 2, 0xa1, 0x53},    {0x88, 0x18, 0x80, 0x7c}};
    const uint32_t which = dice(r, sizeof(sets) / sizeof(sets[0])), ascii = 1 + dice(r, 6);

    for (int d = 0; d < 2; d++)
        while (m->side[d].len < n) {
            if (dice(r, ascii) != 0)
                put_words(r, &m->side[d], 1 + dice(r, 8));
            put_be(&m->side[d], sets[which].lead + dice(r, sets[which].leads), 1);
            put_be(&m->side[d], sets[which].trail + dice(r, sets[which].trails), 1);
        }
}

static void make_utf16(struct dice *r, struct made *m, size_t n)
{
    static const uint32_t firsts[] = {'a', 0x430, 0x4e00, 0x8100, 0x8200, 0x8900, 0xac00};
    const uint32_t first = firsts[dice(r, sizeof(firsts) / sizeof(firsts[0]))];
    const uint32_t count = 26 + dice(r, 400);
    const bool little = dice(r, 2) == 0;

    for (int d = 0; d < 2; d++)
        while (m->side[d].len < n)
            (little ? put_le : put_be)(&m->side[d], first + dice(r, count), 2);
}

/* E-mail addresses, host names and identifiers, each with a byte of length before it. */
static void make_pascal(struct dice *r, struct made *m, size_t n)
{
    const uint32_t tag = dice(r, 2) == 0 ? 0x81 : 0x80 + dice(r, 12);

    for (int d = 0; d < 2; d++)
        while (m->side[d].len < n) {
            const uint32_t len = 3 + dice(r, 40);
            put_be(&m->side[d], tag, 1);
            put_be(&m->side[d], len, 1);
            for (uint32_t i = 0; i < len; i++)
                put_be(&m->side[d], i == len / 2 ? '@' : 'a' + dice(r, 26), 1);
        }
}

const struct kind text_kinds[] = {
    {"HTTP", make_http},    {"chat lines, logs", make_lines},
    {"HTML", make_html},    {"base64", make_base64},
    {"CSV", make_csv},      {"JSON lines", make_json},
    {"UTF-8", make_utf8},   {"older encodings", make_legacy},
    {"UTF-16", make_utf16}, {"tagged names", make_pascal},
};
const size_t text_kind_count = sizeof(text_kinds) / sizeof(text_kinds[0]);

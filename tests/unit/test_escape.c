/* SPDX-License-Identifier: MIT */
/* Every byte, alone and after a letter, through every format; and vectors by name. */
#include "output/escape.h"

#include "base/utf8.h"
#include "test.h"

typedef void escape_function(struct buffer *out, struct bytes in);

struct vector {
    const char *name;
    struct bytes in;
    const char *json, *printable, *html, *terminal;
};

#define BAD "\xef\xbf\xbd"
#define BYTES(t)                                                                                   \
    {                                                                                              \
        (const uint8_t *)(t), sizeof(t) - 1                                                        \
    }

static const struct vector vectors[] = {
    {"plain", BYTES("GET /chat?a=1"), "GET /chat?a=1", "GET /chat?a=1", "GET /chat?a=1",
     "GET /chat?a=1"},
    {"nothing", BYTES(""), "", "", "", ""},
    {"quotes", BYTES("\"a\\b'"), "\\\"a\\\\b'", "\\\"a\\\\b'", "&quot;a\\b&#39;", "\"a\\b'"},
    {"markup", BYTES("<b>&</b>"), "<b>&</b>", "<b>&</b>", "&lt;b&gt;&amp;&lt;/b&gt;", "<b>&</b>"},
    {"new line", BYTES("a\r\n\tb"), "a\\r\\n\\tb", "a\\r\\n\\tb", "a" BAD BAD BAD "b",
     "a\\x0d\\x0a\\x09b"},
    {"NUL and BEL", BYTES("a\0\a"), "a\\u0000\\u0007", "a..", "a" BAD BAD, "a\\x00\\x07"},
    {"backspace, form feed", BYTES("\b\f"), "\\b\\f", "..", BAD BAD, "\\x08\\x0c"},
    {"escape sequence", BYTES("\033[2J"), "\\u001b[2J", ".[2J", BAD "[2J", "\\x1b[2J"},
    {"DEL", BYTES("\x7f"), "\\u007f", ".", BAD, "\\x7f"},
    {"C1: CSI in UTF-8", BYTES("\xc2\x9b"), "\\u009b", "\\u009b", BAD, "\\xc2\\x9b"},
    {"letters beyond ASCII", BYTES("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"),
     "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80",
     "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"},
    {"right-to-left override", BYTES("\xe2\x80\xae"), "\\u202e", "\\u202e", BAD, "\\xe2\\x80\\xae"},
    {"isolate", BYTES("\xe2\x81\xa6"), "\\u2066", "\\u2066", BAD, "\\xe2\\x81\\xa6"},
    {"line separator", BYTES("\xe2\x80\xa8"), "\\u2028", "\\u2028", BAD, "\\xe2\\x80\\xa8"},
    {"tag: above U+FFFF", BYTES("\xf3\xa0\x81\x81"), "\\udb40\\udc41", "\\udb40\\udc41", BAD,
     "\\xf3\\xa0\\x81\\x81"},
    {"bad byte",
     BYTES("a\xff"
           "b"),
     "a" BAD "b", "a.b", "a" BAD "b", "a\\xffb"},
    {"overlong slash", BYTES("\xc0\xaf"), BAD BAD, "..", BAD BAD, "\\xc0\\xaf"},
    {"surrogate", BYTES("\xed\xa0\x80"), BAD BAD BAD, "...", BAD BAD BAD, "\\xed\\xa0\\x80"},
    {"above U+10FFFF", BYTES("\xf4\x90\x80\x80"), BAD BAD BAD BAD, "....", BAD BAD BAD BAD,
     "\\xf4\\x90\\x80\\x80"},
    {"cut character", BYTES("a\xe2\x82"), "a" BAD BAD, "a..", "a" BAD BAD, "a\\xe2\\x82"},
    {"bad, then good", BYTES("\xe2\x82\xc3\xa4"), BAD BAD "\xc3\xa4", "..\xc3\xa4",
     BAD BAD "\xc3\xa4", "\\xe2\\x82\xc3\xa4"},
};

static void check(escape_function *escape, struct bytes in, const char *want, const char *name)
{
    const struct bytes copy = test_copy(in);
    struct buffer out = {0};

    escape(&out, copy);
    buffer_append_byte(&out, 0);
    CHECK_TEXT((const char *)out.at, want, name);
    buffer_free(&out);
    free((void *)(uintptr_t)copy.at);
}

static void test_vectors(void)
{
    for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        const struct vector *v = &vectors[i];
        check(escape_json, v->in, v->json, v->name);
        check(escape_json_printable, v->in, v->printable, v->name);
        check(escape_html, v->in, v->html, v->name);
        check(escape_terminal, v->in, v->terminal, v->name);
    }
}

static bool puts_as(escape_function *escape, uint8_t *(*put)(uint8_t *at, struct bytes in),
                    struct bytes in)
{
    const size_t most = ESCAPE_JSON_MOST * in.len;
    uint8_t *got = malloc(most > 0 ? most : 1);
    struct buffer want = {0};

    escape(&want, in);
    const size_t len = (size_t)(put(got, in) - got);
    const bool same = len <= most && bytes_equal(bytes_of(got, len), buffer_bytes(&want));
    free(got);
    buffer_free(&want);
    return same;
}

/* Any byte at any place, into memory for the most that may come of it, and no more. */
static void test_put(void)
{
    uint8_t text[40];
    bool same = true;

    for (unsigned i = 0; i < sizeof(text) * sizeof(text) * 256; i++) {
        const size_t len = i / 256 / sizeof(text), place = i / 256 % sizeof(text);
        memset(text, i % 2 == 0 ? 'x' : 0, sizeof(text));
        text[place] = (uint8_t)i;
        const struct bytes in = test_copy(bytes_of(text, len));
        same = same && puts_as(escape_json, escape_json_put, in) &&
               puts_as(escape_json_printable, escape_json_printable_put, in);
        free((void *)(uintptr_t)in.at);
    }
    CHECK(same, "every byte at every place");
}

/* What must never come out, whatever goes in. */
static bool is_safe(escape_function *escape, struct bytes out)
{
    struct utf8 u = {0};

    if (utf8_feed(&u, out) != out.len || !utf8_complete(&u))
        return false;
    for (size_t i = 0; i < out.len; i++) {
        const uint8_t c = out.at[i];
        if (c < ' ' || c == 0x7f)
            return false;
        if (escape == escape_html && (c == '<' || c == '>' || c == '"' || c == '\''))
            return false;
        if (escape == escape_json && c == '"' && (i == 0 || out.at[i - 1] != '\\'))
            return false;
        if (c == 0xc2 && i + 1 < out.len && out.at[i + 1] < 0xa0)
            return false; /* C1 */
    }
    return true;
}

static void check_pairs(escape_function *escape, const char *name)
{
    struct buffer out = {0};
    bool safe = true;

    for (unsigned first = 0; first < 256; first++) {
        for (unsigned second = 0; second < 256; second++) {
            const uint8_t pair[] = {(uint8_t)first, (uint8_t)second, 'x'};
            buffer_clear(&out);
            escape(&out, bytes_of(pair, sizeof(pair)));
            safe = safe && is_safe(escape, buffer_bytes(&out)) && out.at[out.len - 1] == 'x';
        }
    }
    CHECK(safe, name);
    buffer_free(&out);
}

/* RFC 4648 s10. */
static void test_base64(void)
{
    check(escape_base64, LITERAL(""), "", "base64 of nothing");
    check(escape_base64, LITERAL("f"), "Zg==", "base64 f");
    check(escape_base64, LITERAL("foobar"), "Zm9vYmFy", "base64 foobar");
}

static void test_csv(void)
{
    static const char *const formulas[] = {"=1+1",
                                           "+1",
                                           "-1",
                                           "@SUM(A1)",
                                           "  =1",
                                           "\xef\xbc\x9d"
                                           "1",
                                           "\xef\xbc\x8b"
                                           "1",
                                           "\xef\xbc\x8d"
                                           "1",
                                           "\xef\xbc\xa0"
                                           "1"};

    check(escape_csv, LITERAL("a \"b\", c"), "\"a \"\"b\"\", c\"", "CSV: quotes");
    check(escape_csv, LITERAL("a\r\n=1"), "\"a\\x0d\\x0a=1\"", "CSV: lines stay one");
    check(escape_csv, LITERAL("a=1"), "\"a=1\"", "CSV: no formula");
    for (size_t i = 0; i < sizeof(formulas) / sizeof(formulas[0]); i++) {
        struct buffer out = {0};
        escape_csv(&out, bytes_of_text(formulas[i]));
        CHECK(bytes_start_with(buffer_bytes(&out), LITERAL("\"'")), formulas[i]);
        buffer_free(&out);
    }
}

static void test_markdown(void)
{
    static const struct {
        const char *in, *out;
    } vectors_md[] = {
        {"27 of 50 flows, after 16.9 kB (1,204 packets) had passed; 2 alerts.",
         "27 of 50 flows, after 16.9 kB (1,204 packets) had passed; 2 alerts."},
        {"chat.example", "`chat.example`"},
        {"1. list", "`1. list`"},
        {"# head", "`# head`"},
        {"a  b", "`a  b`"},
        {" a", "` a`"},
        {" a ", "`  a  `"},
        {"<img src=x>", "`<img src=x>`"},
        {"[a](http://b)", "`[a](http://b)`"},
        {"@maintainer", "`@maintainer`"},
        {"a|b", "`a\\x7cb`"},
        {"a`b", "``a`b``"},
        {"``", "``` `` ```"},
        {"`x", "`` `x ``"},
        {"a\n\n# b", "`a\\x0a\\x0a# b`"},
        {"http://a", "`http://a`"},
        {"", ""},
    };

    for (size_t i = 0; i < sizeof(vectors_md) / sizeof(vectors_md[0]); i++)
        check(escape_markdown, bytes_of_text(vectors_md[i].in), vectors_md[i].out,
              "Markdown: text as it is, or a code span");
}

int main(void)
{
    test_vectors();
    test_put();
    check_pairs(escape_json, "JSON: every two bytes");
    check_pairs(escape_json_printable, "printable: every two bytes");
    check_pairs(escape_html, "HTML: every two bytes");
    check_pairs(escape_terminal, "terminal: every two bytes");
    test_base64();
    test_csv();
    test_markdown();
    return test_end();
}

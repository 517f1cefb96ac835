/* SPDX-License-Identifier: MIT */
/* RFC 8259, value by value. */
#include "base/json_tree.h"

#include "base/buffer.h"
#include "test.h"

/* The tree written out: strings in <>, with what is not printable in hex. */
static void show_bytes(struct buffer *out, struct bytes in)
{
    buffer_append_byte(out, '<');
    for (size_t i = 0; i < in.len; i++) {
        if (in.at[i] >= ' ' && in.at[i] < 0x7f)
            buffer_append_byte(out, in.at[i]);
        else
            buffer_printf(out, "\\%02x", in.at[i]);
    }
    buffer_append_byte(out, '>');
}

static void show(struct buffer *out, const struct json_tree *t, const struct json_value *v)
{
    static const char open[] = "?????[{", close[] = "?????]}";
    static const char *const word[] = {"null", "false", "true"};

    if (v->key.at != NULL) {
        show_bytes(out, v->key);
        buffer_append_byte(out, ':');
    }
    if (v->kind <= JSON_TRUE) {
        buffer_append_text(out, word[v->kind]);
    } else if (v->kind == JSON_NUMBER) {
        buffer_append(out, v->text);
    } else if (v->kind == JSON_STRING) {
        show_bytes(out, v->text);
    } else {
        buffer_append_byte(out, (uint8_t)open[v->kind]);
        for (const struct json_value *in = json_tree_first(t, v); in != NULL;
             in = json_tree_next(t, v, in)) {
            show(out, t, in);
            buffer_append_byte(out, ' ');
        }
        buffer_append_byte(out, (uint8_t)close[v->kind]);
    }
}

static const struct {
    const char *name, *text, *want; /* want: the tree, or "! " and the fault */
} table[] = {
    {"an object", "{\"a\":1,\"b\":[true,false,null],\"c\":{}}",
     "{<a>:1 <b>:[true false null ] <c>:{} }"},
    {"space everywhere", " \t{ \"a\" : [ ] , \"b\" : -0.5e+3 }\r\n", "{<a>:[] <b>:-0.5e+3 }"},
    {"a string alone", "\"x\"", "<x>"},
    {"every escape", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "<\"\\/\\08\\0c\\0a\\0d\\09>"},
    {"\\u of one to four bytes", "\"\\u0041\\u00e9\\u20AC\\ud83d\\ude00\"",
     "<A\\c3\\a9\\e2\\82\\ac\\f0\\9f\\98\\80>"},
    {"a NUL", "\"a\\u0000b\"", "<a\\00b>"},
    {"half a pair", "\"\\ud83d\"", "<\\ef\\bf\\bd>"},
    {"half a pair, then a letter", "\"\\ud83d\\u0041\"", "<\\ef\\bf\\bdA>"},
    {"the second half alone", "\"\\ude00x\"", "<\\ef\\bf\\bdx>"},
    {"an escape in a name", "{\"\\u0061\":1}", "{<a>:1 }"},
    {"nested", "[[[[]],[]]]", "[[[[] ] [] ] ]"},
    {"a large number", "[18446744073709551616]", "[18446744073709551616 ]"},
    {"nothing", "", "! no value where one should be"},
    {"nothing but space", "  ", "! no value where one should be"},
    {"cut in an object", "{\"a\":1", "! it ends too early"},
    {"cut after a comma", "{\"a\":1,", "! a member without a name"},
    {"cut in a name", "{\"a", "! a string that does not end"},
    {"cut after a name", "{\"a\"", "! a member without a value"},
    {"cut after a colon", "{\"a\":", "! no value where one should be"},
    {"cut in an escape", "\"\\", "! a string that does not end"},
    {"cut in \\u", "\"\\u00", "! a \\u without four digits"},
    {"cut in a word", "tru", "! no value where one should be"},
    {"a comma too many", "[1,]", "! no value where one should be"},
    {"a comma too few", "[1 2]", "! no comma between two values"},
    {"the wrong end", "[1}", "! no comma between two values"},
    {"something behind", "{} x", "! something follows its end"},
    {"a number that begins with 0", "[01]", "! no value where one should be"},
    {"a point without digits", "[1.]", "! a number that ends with its point"},
    {"an exponent without digits", "[1e]", "! a number without its exponent"},
    {"an unknown escape", "\"\\x\"", "! an unknown escape in a string"},
    {"a control character", "\"a\tb\"", "! a control character in a string"},
    {"single quotes", "{'a':1}", "! a member without a name"},
};

static void check(size_t i)
{
    const struct bytes copy = test_copy(bytes_of_text(table[i].text));
    struct buffer got = {0};
    struct json_tree t = {0};

    if (json_tree_read(&t, (uint8_t *)(uintptr_t)copy.at, copy.len))
        show(&got, &t, &t.at[0]);
    else
        buffer_printf(&got, "! %s", t.fault);
    buffer_append_byte(&got, 0);
    CHECK_TEXT((const char *)got.at, table[i].want, table[i].name);
    buffer_free(&got);
    json_tree_free(&t);
    free((void *)(uintptr_t)copy.at);
}

static void test_bounds(void)
{
    struct json_tree t = {0};
    struct buffer text = {0};

    for (int i = 0; i < JSON_TREE_DEPTH; i++)
        buffer_append_byte(&text, '[');
    for (int i = 0; i < JSON_TREE_DEPTH; i++)
        buffer_append_byte(&text, ']');
    CHECK(json_tree_read(&t, text.at, text.len), "as deep as it goes");
    buffer_clear(&text);
    for (int i = 0; i <= JSON_TREE_DEPTH; i++)
        buffer_append_byte(&text, '[');
    CHECK(!json_tree_read(&t, text.at, text.len), "one deeper");
    CHECK_TEXT(t.fault, "too many containers inside each other", "and why not");
    buffer_clear(&text);
    buffer_append_byte(&text, '[');
    for (int i = 0; i < JSON_TREE_VALUES; i++)
        buffer_append_text(&text, "1,");
    buffer_append_text(&text, "1]");
    CHECK(!json_tree_read(&t, text.at, text.len), "too many values");
    CHECK_TEXT(t.fault, "too many values", "and why not");
    json_tree_free(&t);
    buffer_free(&text);
}

static void test_members(void)
{
    char text[] = "{\"a\":1,\"b\":{\"c\":\"x\"},\"a\":2}";
    struct json_tree t = {0};

    CHECK(json_tree_read(&t, (uint8_t *)text, strlen(text)), "read");
    const struct json_value *b = json_tree_member(&t, t.at, "b");
    const struct json_value *c = json_tree_member(&t, b, "c");
    CHECK(bytes_equal(json_tree_member(&t, t.at, "a")->text, bytes_of_text("1")),
          "of two the first");
    CHECK(c != NULL && strcmp((const char *)c->text.at, "x") == 0, "a string ends with a NUL");
    CHECK(json_tree_member(&t, t.at, "c") == NULL, "no member of a member");
    CHECK(json_tree_member(&t, c, "x") == NULL, "a string has none");
    CHECK(json_tree_member(&t, NULL, "x") == NULL, "nothing has none");
    json_tree_free(&t);
}

int main(void)
{
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        check(i);
    test_bounds();
    test_members();
    return test_end();
}

/* SPDX-License-Identifier: MIT */
/* json_keys.h: what is outermost, whole and at every cut. */
#include "layers/json_keys.h"

#include "base/buffer.h"
#include "test.h"

static const char kinds[] = "?{[s#w";

static void describe(struct bytes text, struct buffer *out)
{
    const struct bytes copy = test_copy(text);
    struct json_top top;

    buffer_clear(out);
    if (!json_read(copy, &top))
        buffer_append_text(out, "none");
    for (unsigned i = 0; top.kind != JSON_NONE && i < top.count; i++) {
        const struct json_value *v = &top.value[i];
        buffer_append(out, v->key);
        buffer_printf(out, "%c", kinds[v->kind]);
        buffer_append(out, v->text);
        buffer_append_text(out, v->whole ? " " : "~ ");
    }
    if (top.closed)
        buffer_printf(out, "end+%zu", top.after.len);
    buffer_append_byte(out, 0);
    free((void *)(uintptr_t)copy.at);
}

static void test_read(void)
{
    static const struct {
        const char *text, *want;
    } vectors[] = {
        {"{}", "end+0"},
        {"[]", "end+0"},
        {" {}", "none"},
        {"{\"a\":1}", "a#1 end+0"},
        {"{ \"a\" : \"b\" , \"c\":[1,{\"]\":2}] }x", "asb c[[1,{\"]\":2}] end+1"},
        {"[1,\"two\",null,{\"three\":[]},true]", "#1 stwo wnull {{\"three\":[]} wtrue end+0"},
        {"{\"a\\\"b\":\"c\\\\\"}", "a\\\"bsc\\\\ end+0"},
        {"{\"a\":-1.5e3,\"b\":false}", "a#-1.5e3 bwfalse end+0"},
        {"{\"a\"}", "none"},
        {"{\"a\":}", "none"},
        {"{\"a\":1,}", "none"},
        {"[1,]", "none"},
        {"[1 2]", "none"},
        {"{a:1}", "none"},
        {"{\"a\":1]", "none"},
        {"[1}", "none"},
        {"[{]}]", "none"},
        {"[hello]", "none"},
        {"{\"a\":\"line\nfeed\"}", "none"},
        {"[\"cut", "scut~ "},
        {"{\"a\":{\"b\":1", "a{{\"b\":1~ "},
        {"{\"a\":tru", "awtru~ "},
        {"[1,2", "#1 #2~ "},
        {"hello", "none"},
        {"", "none"},
        {"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "none"},
    };
    struct buffer got = {0};

    for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        describe(bytes_of_text(vectors[i].text), &got);
        CHECK_TEXT((const char *)got.at, vectors[i].want, vectors[i].text);
    }
    buffer_free(&got);
}

/* What is good JSON is never called none when it is cut. */
static void test_cuts(void)
{
    static const char text[] = "{\"a\":{\"x\":[1,\"}\",{}],\"y\\\"\":null}, \"b\" : [true,-1.0] ,"
                               "\"c\":\"\\u00e9\\\\\",\"d\":12}";
    struct buffer got = {0};

    for (size_t cut = 1; cut < sizeof(text); cut++) {
        describe(bytes_of(text, cut), &got);
        CHECK(strcmp((const char *)got.at, "none") != 0, text);
    }
    buffer_free(&got);
}

static void test_find(void)
{
    struct json_top top;
    struct json_value v;

    json_read(LITERAL("{\"d\":{\"beat\":41250,\"x\":{\"y\":1}},\"op\":10}"), &top);
    CHECK(json_find(&top, "op", &v) && bytes_equal(v.text, LITERAL("10")), "an outermost key");
    CHECK(json_find(&top, "d.beat", &v) && bytes_equal(v.text, LITERAL("41250")), "one below");
    CHECK(!json_find(&top, "d.y", &v), "not two below");
    CHECK(!json_find(&top, "op.beat", &v), "a number has no keys");
    CHECK(!json_find(&top, "beat", &v), "only outermost keys");
}

static void test_characters(void)
{
    struct bytes text = LITERAL("a\\n\\u00e9\xc3\xa9\\/\\\"");
    static const uint32_t want[] = {'a', '\n', 0xe9, 0xe9, '/', '"'};
    uint32_t point;

    for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++)
        CHECK(json_next_character(&text, &point) && point == want[i], "a character");
    CHECK(!json_next_character(&text, &point), "the end");
    text = LITERAL("\\u12");
    CHECK(!json_next_character(&text, &point), "an escape that is cut");
    text = LITERAL("\\x");
    CHECK(!json_next_character(&text, &point), "no escape of JSON");
    text = LITERAL("\\");
    CHECK(!json_next_character(&text, &point), "half an escape");
    text = LITERAL("\xff");
    CHECK(!json_next_character(&text, &point), "no UTF-8");
}

int main(void)
{
    test_read();
    test_cuts();
    test_find();
    test_characters();
    return test_end();
}

/* SPDX-License-Identifier: MIT */
#include "output/json_view.h"

#include "test.h"

static const struct {
    const char *text;
    bool valid;
} texts[] = {
    {"{}", true},
    {" [ ] ", true},
    {"{\"a\":1}", true},
    {"[1,-2.5,3e7,4E-2,5.0e+1,true,false,null,\"x\"]", true},
    {"{\"a\":{\"b\":[{}]},\"a\":\"\\u00e9\\n\\\"\"}", true},
    {"[[[[[[[[]]]]]]]]", true},
    {"", false},
    {"42", false}, /* a JSON text, but there is nothing to indent */
    {"\"x\"", false},
    {"{", false},
    {"[1", false},
    {"[1,]", false},
    {"[,1]", false},
    {"[1 2]", false},
    {"{\"a\"}", false},
    {"{\"a\":}", false},
    {"{\"a\":1,}", false},
    {"{a:1}", false},
    {"{1:1}", false},
    {"[}", false},
    {"{]", false},
    {"[1]]", false},
    {"[1][2]", false},
    {"[01]", false},
    {"[1.]", false},
    {"[-]", false},
    {"[1e]", false},
    {"[tru]", false},
    {"[\"\\x\"]", false},
    {"[\"\\u12g4\"]", false},
    {"[\"tab\there\"]", false},
    {"[\"open]", false},
    {"[\"\\", false},
};

static const struct {
    const char *text;
    size_t columns;
    const char *lines;
} views[] = {
    {"{\"a\":1,\"b\":[1,2]}", 40, "{\"a\": 1, \"b\": [1, 2]}|"},
    {"{\"a\":1,\"b\":[1,2]}", 12, "{|  \"a\": 1,|  \"b\": [|    1,|    2|  ]|}|"},
    {"{\"a\":1,\"b\":[1,2]}", 13, "{|  \"a\": 1,|  \"b\": [1, 2]|}|"},
    {"[ {\"x\" : \"a , b\"} ,\n{} ]", 18, "[|  {\"x\": \"a , b\"},|  {}|]|"},
    {"[[],[]]", 1, "[|  [|  ],|  [|  ]|]|"},
    {"{\"k\":\"a long value that does not fit\"}", 8,
     "{|  \"k\": \"a long value that does not fit\"|}|"},
    {"{\"k\":1,\"k\":1.00}", 10, "{|  \"k\": 1,|  \"k\": 1.00|}|"}, /* as sent */
};

static void check_valid(void)
{
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        const struct bytes copy = test_copy(bytes_of_text(texts[i].text));
        CHECK(json_view_valid(copy) == texts[i].valid, texts[i].text);
        for (size_t n = 0; n < copy.len; n++) { /* nothing is read past the end */
            const struct bytes cut = test_copy(bytes_first(copy, n));
            (void)json_view_valid(cut);
            free((void *)(uintptr_t)cut.at);
        }
        free((void *)(uintptr_t)copy.at);
    }
}

static void check_depth(void)
{
    char deep[2 * JSON_VIEW_DEPTH + 2];

    memset(deep, '[', JSON_VIEW_DEPTH);
    memset(deep + JSON_VIEW_DEPTH, ']', JSON_VIEW_DEPTH);
    CHECK(json_view_valid(bytes_of(deep, sizeof(deep) - 2)), "as deep as may be");
    memset(deep, '[', JSON_VIEW_DEPTH + 1);
    memset(deep + JSON_VIEW_DEPTH + 1, ']', JSON_VIEW_DEPTH + 1);
    CHECK(!json_view_valid(bytes_of(deep, sizeof(deep))), "too deep");
}

static void check_lines(void)
{
    for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++) {
        const struct bytes copy = test_copy(bytes_of_text(views[i].text));
        struct json_view view = {.left = copy, .columns = views[i].columns};
        struct buffer lines = {0};

        CHECK(json_view_valid(copy), views[i].text);
        while (json_view_line(&view, &lines))
            buffer_append_byte(&lines, '|');
        buffer_append_byte(&lines, 0);
        CHECK_TEXT((const char *)lines.at, views[i].lines, views[i].text);
        buffer_free(&lines);
        free((void *)(uintptr_t)copy.at);
    }
}

int main(void)
{
    check_valid();
    check_depth();
    check_lines();
    return test_end();
}

/* SPDX-License-Identifier: MIT */
/* fuzz_json.c - JSON as people are shown it (json_view.h) against the strict reader of the tests:
 * both call the same texts JSON, the lines hold every byte of the text but the blanks between
 * tokens, and none is wider than need be. The first byte chooses the width. */
#include <stdlib.h>

#include "output/json_view.h"
#include "tests/unit/json_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool good)
{
    if (!good)
        abort();
}

/* Appends `in` without what stands between its tokens. */
static void squeeze(struct buffer *out, struct bytes in)
{
    bool quoted = false;

    for (size_t i = 0; i < in.len; i++) {
        const uint8_t c = in.at[i];
        const bool escaped = quoted && c == '\\' && i + 1 < in.len;
        if (c == '"')
            quoted = !quoted;
        if (quoted || strchr(" \t\r\n", c) == NULL || c == 0)
            buffer_append_byte(out, c);
        if (escaped)
            buffer_append_byte(out, in.at[++i]);
    }
}

static size_t indent_of(struct bytes line)
{
    size_t n = 0;

    while (n < line.len && line.at[n] == ' ')
        n++;
    return n;
}

static void check_lines(struct bytes text, size_t columns)
{
    struct json_view view = {.left = text, .columns = columns};
    struct buffer line = {0}, shown = {0}, want = {0};

    while (json_view_line(&view, &line)) {
        must(indent_of(buffer_bytes(&line)) <= 2 * JSON_VIEW_DEPTH);
        squeeze(&shown, buffer_bytes(&line));
        buffer_clear(&line);
    }
    squeeze(&want, text);
    must(bytes_equal(buffer_bytes(&shown), buffer_bytes(&want)));
    buffer_free(&line);
    buffer_free(&shown);
    buffer_free(&want);
}

/* What the viewer shows, the strict reader takes for JSON. It reads no blanks, and nothing that is
 * nested deeper than the viewer goes. */
static void check_strictly(struct bytes text)
{
    struct buffer tight = {0};

    squeeze(&tight, text);
    buffer_append_byte(&tight, 0);
    const char *at = (const char *)tight.at;
    must(json_check_value(&at) && at == (const char *)tight.at + tight.len - 1);
    buffer_free(&tight);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    const struct bytes text = bytes_of(data + 1, size - 1);
    if (!json_view_valid(text))
        return 0;
    check_strictly(text);
    check_lines(text, data[0]);
    return 0;
}

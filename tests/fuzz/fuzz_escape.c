/* SPDX-License-Identifier: MIT */
/* Any bytes through every way out: what comes out is UTF-8 without controls, JSON stays JSON, and a
 * cell is as wide as it was to be. The first byte chooses the cell's width. */
#include <stdlib.h>

#include "output/escape.h"
#include "output/json.h"
#include "output/terminal.h"
#include "tests/unit/json_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool good)
{
    if (!good)
        abort();
}

static void check_text(const struct buffer *out)
{
    struct utf8 u = {0};

    must(utf8_feed(&u, buffer_bytes(out)) == out->len && utf8_complete(&u));
    for (size_t i = 0; i < out->len; i++)
        must(out->at[i] >= ' ' && out->at[i] != 0x7f &&
             !(out->at[i] == 0xc2 && out->at[i + 1] < 0xa0));
}

static void check_json(struct buffer *out, struct bytes in)
{
    struct json j = json_into(out, false);

    json_object(&j, NULL);
    json_string(&j, "s", in);
    json_before(&j, "p");
    buffer_append_byte(out, '"');
    escape_json_printable(out, in);
    buffer_append_byte(out, '"');
    json_hex(&j, "h", in);
    json_base64(&j, "b", in);
    json_end(&j);
    check_text(out);
    buffer_append_text(out, "\n");
    buffer_append_byte(out, 0);
    must(json_check_lines((const char *)out->at));
    buffer_clear(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buffer out = {0};
    const struct bytes in = bytes_after(bytes_of(data, size), 1);
    const size_t columns = size > 0 ? data[0] : 0;

    check_json(&out, in);
    escape_html(&out, in);
    check_text(&out);
    must(bytes_find(buffer_bytes(&out), bytes_of("<", 1)) == out.len);
    buffer_clear(&out);
    escape_csv(&out, in);
    check_text(&out);
    must(out.at[0] == '"' && out.at[out.len - 1] == '"' && out.at[1] != '=' && out.at[1] != '@');
    buffer_clear(&out);
    escape_markdown(&out, in);
    check_text(&out);
    must(bytes_find_byte(buffer_bytes(&out), '|') == NULL);
    buffer_clear(&out);
    terminal_cell(&out, in, columns, columns % 2 == 0 ? ALIGN_LEFT : ALIGN_RIGHT);
    check_text(&out);
    must(terminal_width(buffer_bytes(&out)) == columns);
    buffer_free(&out);
    return 0;
}

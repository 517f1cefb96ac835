/* SPDX-License-Identifier: MIT */
/* Any bytes as JSON, cut anywhere: the same events as of the whole, which nest as they should, and
 * texts within their bound. */
#include <stdlib.h>

#include "base/buffer.h"
#include "base/json_stream.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct log {
    struct buffer text;
    unsigned depth;
};

static void on_enter(void *ctx, bool array)
{
    struct log *l = ctx;

    if (++l->depth > JSON_NESTING)
        abort();
    buffer_append_byte(&l->text, array ? '[' : '{');
}

static void on_leave(void *ctx)
{
    struct log *l = ctx;

    if (l->depth-- == 0)
        abort();
    buffer_append_byte(&l->text, '}');
}

static void append(struct log *l, char mark, struct bytes text, bool cut)
{
    if (text.len > JSON_TEXT_MAX || (cut && text.len < JSON_TEXT_MAX - 3))
        abort(); /* a character may not fit */
    buffer_printf(&l->text, "%c%zu%s:", mark, text.len, cut ? "+" : "");
    buffer_append(&l->text, text);
}

static void on_key(void *ctx, struct bytes text, bool cut)
{
    append(ctx, 'k', text, cut);
}

static void on_value(void *ctx, enum json_type type, struct bytes text, bool cut)
{
    append(ctx, (char)('s' + (char)type), text, cut);
}

/* Reads in pieces of the lengths that `cuts` has, over and over; none: the whole at once. */
static struct log read_it(struct bytes in, struct bytes cuts)
{
    struct json_stream *s = calloc(1, sizeof(*s));
    struct log log = {0};
    const struct json_events ev = {on_enter, on_leave, on_key, on_value, &log};

    if (s == NULL)
        abort();
    for (size_t n = 0; in.len > 0; n++) {
        const size_t len = cuts.len > 0 ? 1U + cuts.at[n % cuts.len] % 7U : in.len;
        const struct bytes piece = bytes_first(in, len);
        uint8_t *copy = malloc(piece.len); /* of its own, so that reading past its end is seen */
        if (copy == NULL)
            abort();
        memcpy(copy, piece.at, piece.len);
        const size_t used = json_stream_feed(s, bytes_of(copy, piece.len), &ev);
        free(copy);
        if (used > piece.len || (used < piece.len && json_stream_alive(s)))
            abort();
        in = bytes_after(in, piece.len);
        if (!json_stream_alive(s))
            break;
    }
    buffer_append_text(&log.text, json_stream_end(s, &ev) ? "." : "!");
    free(s);
    return log;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const size_t cuts = size > 0 ? data[0] % 8U : 0;
    const struct bytes all = bytes_of(data, size);
    const struct bytes text = bytes_after(all, 1 + cuts);
    struct log whole = read_it(text, bytes_of(NULL, 0));
    struct log cut = read_it(text, bytes_first(bytes_after(all, 1), cuts));

    if (!bytes_equal(buffer_bytes(&whole.text), buffer_bytes(&cut.text)))
        abort();
    buffer_free(&whole.text);
    buffer_free(&cut.text);
    return 0;
}

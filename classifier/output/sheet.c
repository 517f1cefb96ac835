/* SPDX-License-Identifier: MIT */
#include "output/sheet.h"

#include "output/escape.h"

void sheet_free(struct sheet *s)
{
    buffer_free(&s->out);
    buffer_free(&s->raw);
    buffer_free(&s->shown);
}

void sheet_print(const struct sheet *s, struct buffer *to)
{
    buffer_append(to, buffer_bytes(&s->out));
    buffer_inherit(to, &s->out);
    buffer_inherit(to, &s->raw);
    buffer_inherit(to, &s->shown);
}

static void spaces(struct sheet *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        buffer_append_byte(&s->out, ' ');
}

void sheet_break(struct sheet *s)
{
    if (s->column == 0)
        return;
    while (s->out.len > 0 && s->out.at[s->out.len - 1] == ' ')
        s->out.len--;
    buffer_append_byte(&s->out, '\n');
    s->column = 0;
}

void sheet_blank(struct sheet *s)
{
    sheet_break(s);
    buffer_append_byte(&s->out, '\n');
}

static void begin_line(struct sheet *s)
{
    if (s->column > 0)
        return;
    spaces(s, s->indent);
    s->column = s->indent;
}

void sheet_cell(struct sheet *s, struct bytes text, size_t columns, enum align align, size_t gap)
{
    begin_line(s);
    terminal_cell(&s->out, text, columns, align);
    spaces(s, gap);
    s->column += columns + gap;
}

void sheet_piece(struct sheet *s, struct bytes text, const char *before)
{
    const size_t columns = s->columns - 1; /* the last is for the next piece's comma */

    buffer_clear(&s->shown);
    terminal_tail(&s->shown, text, columns - s->indent);
    const size_t width = terminal_width(buffer_bytes(&s->shown));
    const bool first = s->column <= s->indent;

    if (!first && s->column + strlen(before) + width > columns) {
        if (s->one_line)
            return;
        const char *space = strrchr(before, ' '); /* what stands before it stays on this line */
        buffer_append(&s->out, bytes_of(before, space != NULL ? (size_t)(space - before) : 0));
        sheet_break(s);
    } else if (!first) {
        buffer_append_text(&s->out, before);
        s->column += strlen(before);
    }
    begin_line(s);
    buffer_append(&s->out, buffer_bytes(&s->shown));
    s->column += width;
}

void sheet_words(struct sheet *s, struct bytes text)
{
    while (text.len > 0) {
        size_t end = 0;
        while (end < text.len && text.at[end] != ' ')
            end++;
        if (end > 0)
            sheet_piece(s, bytes_first(text, end), " ");
        text = bytes_after(text, end + 1);
    }
}

struct bytes sheet_take(struct sheet *s)
{
    const struct bytes taken = buffer_bytes(&s->raw);

    buffer_clear(&s->raw);
    return taken;
}

void sheet_piece_raw(struct sheet *s, const char *before)
{
    if (s->raw.len > 0)
        sheet_piece(s, sheet_take(s), before);
}

void sheet_words_raw(struct sheet *s)
{
    sheet_words(s, sheet_take(s));
}

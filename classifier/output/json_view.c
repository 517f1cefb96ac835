/* SPDX-License-Identifier: MIT */
#include "output/json_view.h"

#include "base/json_text.h"

#define INDENT 2

/* ---- is it JSON? RFC 8259 s2 to s7. Each returns the length of what `in` begins with, or 0. ----
 */

static bool is_hex(uint8_t c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

/* After the backslash. */
static size_t escape_length(struct bytes in)
{
    if (in.len == 0)
        return 0;
    if (in.at[0] != 'u')
        return strchr("\"\\/bfnrt", in.at[0]) != NULL && in.at[0] != 0 ? 1 : 0;
    for (size_t i = 1; i <= 4; i++)
        if (i >= in.len || !is_hex(in.at[i]))
            return 0;
    return 5;
}

static size_t string_length(struct bytes in)
{
    size_t at = 1;

    if (in.len == 0 || in.at[0] != '"')
        return 0;
    while (at < in.len && in.at[at] != '"') {
        size_t escape = 0;
        if (in.at[at] < ' ')
            return 0;
        if (in.at[at] == '\\' && (escape = escape_length(bytes_after(in, at + 1))) == 0)
            return 0;
        at += 1 + escape;
    }
    return at < in.len ? at + 1 : 0;
}

static size_t digits_length(struct bytes in)
{
    size_t n = 0;

    while (n < in.len && in.at[n] >= '0' && in.at[n] <= '9')
        n++;
    return n;
}

static size_t number_length(struct bytes in)
{
    size_t at = in.len > 0 && in.at[0] == '-' ? 1 : 0;
    const size_t whole = digits_length(bytes_after(in, at));

    if (whole == 0 || (whole > 1 && in.at[at] == '0'))
        return 0;
    at += whole;
    if (at < in.len && in.at[at] == '.') {
        const size_t fraction = digits_length(bytes_after(in, at + 1));
        if (fraction == 0)
            return 0;
        at += 1 + fraction;
    }
    if (at < in.len && (in.at[at] | 0x20) == 'e') {
        const size_t sign = at + 1 < in.len && (in.at[at + 1] == '+' || in.at[at + 1] == '-');
        const size_t exponent = digits_length(bytes_after(in, at + 1 + sign));
        if (exponent == 0)
            return 0;
        at += 1 + sign + exponent;
    }
    return at;
}

static size_t word_length(struct bytes in)
{
    static const char *const words[] = {"true", "false", "null"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (bytes_start_with(in, bytes_of_text(words[i])))
            return strlen(words[i]);
    return 0;
}

static size_t scalar_length(struct bytes in)
{
    const size_t string = string_length(in);
    const size_t number = string > 0 ? string : number_length(in);
    return number > 0 ? number : word_length(in);
}

/* What may come next. */
enum expect { VALUE, VALUE_OR_END, NAME, NAME_OR_END, AFTER_VALUE };

struct check {
    struct bytes left;
    uint64_t objects; /* bit i: container i is an object */
    unsigned depth;
    enum expect expect;
};

static bool open_container(struct check *c)
{
    const bool object = c->left.at[0] == '{';

    if (c->depth == JSON_VIEW_DEPTH)
        return false;
    c->objects =
        object ? c->objects | UINT64_C(1) << c->depth : c->objects & ~(UINT64_C(1) << c->depth);
    c->depth++;
    c->expect = object ? NAME_OR_END : VALUE_OR_END;
    c->left = bytes_after(c->left, 1);
    return true;
}

static bool in_object(const struct check *c)
{
    return c->objects >> (c->depth - 1) & 1;
}

static bool close_container(struct check *c)
{
    if (c->left.at[0] != (in_object(c) ? '}' : ']'))
        return false;
    c->depth--;
    c->expect = AFTER_VALUE;
    c->left = bytes_after(c->left, 1);
    return true;
}

static bool take_value(struct check *c)
{
    const uint8_t first = c->left.at[0];

    if (first == '{' || first == '[')
        return open_container(c);
    if (c->expect == VALUE_OR_END && first == ']')
        return close_container(c);
    const size_t len = scalar_length(c->left);
    c->left = bytes_after(c->left, len);
    c->expect = AFTER_VALUE;
    return len > 0;
}

static bool take_name(struct check *c)
{
    const size_t len = string_length(c->left);

    if (len == 0)
        return c->expect == NAME_OR_END && close_container(c);
    c->left = json_skip_space(bytes_after(c->left, len));
    if (c->left.len == 0 || c->left.at[0] != ':')
        return false;
    c->left = bytes_after(c->left, 1);
    c->expect = VALUE;
    return true;
}

static bool take_after(struct check *c)
{
    if (c->left.at[0] != ',')
        return close_container(c);
    c->left = bytes_after(c->left, 1);
    c->expect = in_object(c) ? NAME : VALUE;
    return true;
}

static bool take_token(struct check *c)
{
    switch (c->expect) {
    case VALUE:
    case VALUE_OR_END: return take_value(c);
    case NAME:
    case NAME_OR_END: return take_name(c);
    case AFTER_VALUE: return take_after(c);
    }
    return false;
}

bool json_view_valid(struct bytes text)
{
    struct check c = {.left = json_skip_space(text)};

    if (c.left.len == 0 || (c.left.at[0] != '{' && c.left.at[0] != '['))
        return false;
    do {
        if (!take_token(&c))
            return false;
        c.left = json_skip_space(c.left);
    } while (c.left.len > 0 && c.depth > 0);
    return c.left.len == 0 && c.depth == 0;
}

/* ---- lines of a valid text ---- */

/* From an opening bracket to its closing one; `written`: without the space between tokens. */
static size_t container_length(struct bytes in, size_t *written)
{
    size_t at = 0, depth = 0;

    *written = 0;
    do {
        const size_t string = string_length(bytes_after(in, at));
        const size_t step = string > 0 ? string : 1;
        const uint8_t c = in.at[at];
        depth += c == '{' || c == '[';
        depth -= c == '}' || c == ']';
        if (!json_is_space(c))
            *written += step + (c == ',' || c == ':');
        at += step;
    } while (depth > 0 && at < in.len);
    return at;
}

static void write_compact(struct buffer *line, struct bytes in)
{
    while (in.len > 0) {
        const size_t string = string_length(in);
        const size_t step = string > 0 ? string : 1;
        if (!json_is_space(in.at[0]))
            buffer_append(line, bytes_first(in, step));
        if (in.at[0] == ',' || in.at[0] == ':')
            buffer_append_byte(line, ' ');
        in = bytes_after(in, step);
    }
}

static void take(struct json_view *v, struct buffer *line, size_t n)
{
    buffer_append(line, bytes_first(v->left, n));
    v->left = json_skip_space(bytes_after(v->left, n));
}

static void end_line(struct json_view *v, struct buffer *line)
{
    if (v->left.len > 0 && v->left.at[0] == ',')
        take(v, line, 1);
}

/* A value; true: the line ends inside it. */
static bool write_value(struct json_view *v, struct buffer *line, size_t from)
{
    size_t written;

    if (v->left.at[0] != '{' && v->left.at[0] != '[') {
        take(v, line, scalar_length(v->left));
        return false;
    }
    const size_t len = container_length(v->left, &written);
    if (line->len - from + written > v->columns) {
        take(v, line, 1);
        v->depth++;
        return true;
    }
    write_compact(line, bytes_first(v->left, len));
    v->left = json_skip_space(bytes_after(v->left, len));
    return false;
}

bool json_view_line(struct json_view *v, struct buffer *line)
{
    const size_t from = line->len;

    v->left = json_skip_space(v->left);
    if (v->left.len == 0)
        return false;
    const bool closes = v->left.at[0] == '}' || v->left.at[0] == ']';
    v->depth -= closes;
    for (size_t i = 0; i < INDENT * (size_t)v->depth; i++)
        buffer_append_byte(line, ' ');
    if (closes) {
        take(v, line, 1);
        end_line(v, line);
        return true;
    }
    const size_t string = string_length(v->left);
    const struct bytes after = json_skip_space(bytes_after(v->left, string));
    if (string > 0 && after.len > 0 && after.at[0] == ':') {
        take(v, line, string);
        take(v, line, 1);
        buffer_append_byte(line, ' ');
    }
    if (!write_value(v, line, from))
        end_line(v, line);
    return true;
}

/* SPDX-License-Identifier: MIT */
#include "output/terminal.h"

#include "base/utf8.h"
#include "output/escape.h"

#define CUT_MARK ".."

void terminal_color(struct buffer *out, bool on, enum color color)
{
    static const char *const sequence[] = {
        /* ECMA-48 s8.3.117, SGR */
        [COLOR_PLAIN] = "\033[0m", [COLOR_BOLD] = "\033[1m",     [COLOR_DIM] = "\033[2m",
        [COLOR_RED] = "\033[31m",  [COLOR_GREEN] = "\033[32m",   [COLOR_YELLOW] = "\033[33m",
        [COLOR_BLUE] = "\033[34m", [COLOR_MAGENTA] = "\033[35m", [COLOR_CYAN] = "\033[36m"};

    if (on)
        buffer_append_text(out, sequence[color]);
}

void terminal_colored(struct buffer *out, bool on, enum color color, const char *text)
{
    terminal_color(out, on, color);
    buffer_append_text(out, text);
    terminal_color(out, on, COLOR_PLAIN);
}

struct range {
    uint32_t first, last;
};

static bool is_in(const struct range *table, size_t count, uint32_t point)
{
    size_t low = 0, high = count;

    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (point > table[middle].last)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && point >= table[low].first;
}

/* Unicode: combining marks and joiners of the scripts in common use; they take no column. */
static const struct range no_column[] = {
    {0x300, 0x36f},   {0x483, 0x489},     {0x591, 0x5bd},     {0x5bf, 0x5bf},     {0x5c1, 0x5c2},
    {0x5c4, 0x5c5},   {0x610, 0x61a},     {0x64b, 0x65f},     {0x670, 0x670},     {0x6d6, 0x6dc},
    {0x6df, 0x6e4},   {0x6e7, 0x6e8},     {0x6ea, 0x6ed},     {0x900, 0x902},     {0x93c, 0x93c},
    {0x941, 0x948},   {0x94d, 0x94d},     {0x951, 0x957},     {0x981, 0x981},     {0x9bc, 0x9bc},
    {0x9c1, 0x9c4},   {0x9cd, 0x9cd},     {0xe31, 0xe31},     {0xe34, 0xe3a},     {0xe47, 0xe4e},
    {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff},   {0x200b, 0x200f},   {0x202a, 0x202e},   {0x2060, 0x206f},
    {0x20d0, 0x20f0}, {0x302a, 0x302d},   {0x3099, 0x309a},   {0xfe00, 0xfe0f},   {0xfe20, 0xfe2f},
    {0xfeff, 0xfeff}, {0x1f3fb, 0x1f3ff}, {0xe0000, 0xe007f}, {0xe0100, 0xe01ef},
};

/* Unicode, East_Asian_Width W and F (UAX #11), neighbouring ranges joined. */
static const struct range two_columns[] = {
    {0x1100, 0x115f},   {0x231a, 0x231b},   {0x2329, 0x232a},   {0x23e9, 0x23ec},
    {0x23f0, 0x23f0},   {0x23f3, 0x23f3},   {0x25fd, 0x25fe},   {0x2614, 0x2615},
    {0x2648, 0x2653},   {0x267f, 0x267f},   {0x2693, 0x2693},   {0x26a1, 0x26a1},
    {0x26aa, 0x26ab},   {0x26bd, 0x26be},   {0x26c4, 0x26c5},   {0x26ce, 0x26ce},
    {0x26d4, 0x26d4},   {0x26ea, 0x26ea},   {0x26f2, 0x26f3},   {0x26f5, 0x26f5},
    {0x26fa, 0x26fa},   {0x26fd, 0x26fd},   {0x2705, 0x2705},   {0x270a, 0x270b},
    {0x2728, 0x2728},   {0x274c, 0x274c},   {0x274e, 0x274e},   {0x2753, 0x2755},
    {0x2757, 0x2757},   {0x2795, 0x2797},   {0x27b0, 0x27b0},   {0x27bf, 0x27bf},
    {0x2b1b, 0x2b1c},   {0x2b50, 0x2b50},   {0x2b55, 0x2b55},   {0x2e80, 0x303e},
    {0x3041, 0x4dbf},   {0x4e00, 0xa4cf},   {0xa960, 0xa97c},   {0xac00, 0xd7a3},
    {0xf900, 0xfaff},   {0xfe10, 0xfe19},   {0xfe30, 0xfe6b},   {0xff01, 0xff60},
    {0xffe0, 0xffe6},   {0x16fe0, 0x18cff}, {0x1aff0, 0x1b2ff}, {0x1f004, 0x1f004},
    {0x1f0cf, 0x1f0cf}, {0x1f18e, 0x1f18e}, {0x1f191, 0x1f19a}, {0x1f200, 0x1f320},
    {0x1f32d, 0x1f335}, {0x1f337, 0x1f37c}, {0x1f37e, 0x1f393}, {0x1f3a0, 0x1f3ca},
    {0x1f3cf, 0x1f3d3}, {0x1f3e0, 0x1f3f0}, {0x1f3f4, 0x1f3f4}, {0x1f3f8, 0x1f43e},
    {0x1f440, 0x1f440}, {0x1f442, 0x1f4fc}, {0x1f4ff, 0x1f53d}, {0x1f54b, 0x1f54e},
    {0x1f550, 0x1f567}, {0x1f57a, 0x1f57a}, {0x1f595, 0x1f596}, {0x1f5a4, 0x1f5a4},
    {0x1f5fb, 0x1f64f}, {0x1f680, 0x1f6c5}, {0x1f6cc, 0x1f6cc}, {0x1f6d0, 0x1f6d2},
    {0x1f6d5, 0x1f6df}, {0x1f6eb, 0x1f6ec}, {0x1f6f4, 0x1f6fc}, {0x1f7e0, 0x1f7f0},
    {0x1f90c, 0x1f93a}, {0x1f93c, 0x1f945}, {0x1f947, 0x1f9ff}, {0x1fa70, 0x1faff},
    {0x20000, 0x3fffd},
};

static size_t width_of(uint32_t point)
{
    if (point < no_column[0].first)
        return 1;
    if (is_in(no_column, sizeof(no_column) / sizeof(no_column[0]), point))
        return 0;
    return is_in(two_columns, sizeof(two_columns) / sizeof(two_columns[0]), point) ? 2 : 1;
}

/* The longest start of `text` that takes at most `columns`; *used says how many it takes. */
static struct bytes start_within(struct bytes text, size_t columns, size_t *used)
{
    size_t at = 0;

    *used = 0;
    while (at < text.len) {
        uint32_t point = text.at[at];
        size_t len = 1;
        if (point < ' ' || point > '~') /* the rest of ASCII is as wide as it is long */
            len = utf8_decode(bytes_after(text, at), &point);
        const size_t width = len > 0 ? width_of(point) : 1;
        if (*used + width > columns)
            break;
        *used += width;
        at += len > 0 ? len : 1;
    }
    return bytes_first(text, at);
}

size_t terminal_width(struct bytes escaped)
{
    size_t used;

    start_within(escaped, SIZE_MAX / 2, &used);
    return used;
}

size_t terminal_fit(struct buffer *out, size_t from, size_t columns)
{
    const struct bytes text = bytes_after(buffer_bytes(out), from);
    const struct bytes mark = bytes_first(bytes_of_text(CUT_MARK), columns);
    size_t used;

    if (start_within(text, columns, &used).len == text.len)
        return used;
    out->len = from + start_within(text, columns - mark.len, &used).len;
    buffer_append(out, mark);
    return used + mark.len;
}

static void fill(struct buffer *out, size_t spaces)
{
    for (size_t i = 0; i < spaces; i++)
        buffer_append_byte(out, ' ');
}

/* Escapes at most what could be shown: a hostile name of megabytes costs no more than its start. */
static size_t append_fitted(struct buffer *out, struct bytes hostile, size_t columns)
{
    const size_t from = out->len;
    const size_t enough = (columns + 1) * 16; /* marks take bytes and no column */

    escape_terminal(out, bytes_first(hostile, enough));
    return terminal_fit(out, from, columns);
}

void terminal_cell(struct buffer *out, struct bytes hostile, size_t columns, enum align align)
{
    const size_t from = out->len;
    const size_t used = append_fitted(out, hostile, columns);
    const size_t spaces = columns - used;
    const size_t text_len = out->len - from;

    fill(out, spaces);
    if (align == ALIGN_LEFT || out->len - from < spaces + text_len)
        return;
    memmove(out->at + from + spaces, out->at + from, text_len);
    memset(out->at + from, ' ', spaces);
}

void terminal_tail(struct buffer *out, struct bytes hostile, size_t columns)
{
    append_fitted(out, hostile, columns);
}

void terminal_size(struct buffer *out, uint64_t bytes)
{
    static const char unit[] = "kMGTPE";
    size_t u = 0;

    if (bytes < 1000) {
        buffer_append_u64(out, bytes);
        buffer_append_text(out, " B");
        return;
    }
    while (bytes >= 1000000) {
        bytes /= 1000;
        u++;
    }
    buffer_append_u64(out, bytes / 1000);
    buffer_append_byte(out, '.');
    buffer_append_u64(out, bytes % 1000 / 100);
    buffer_append_byte(out, ' ');
    buffer_append_byte(out, (uint8_t)unit[u]);
    buffer_append_byte(out, 'B');
}

static void append_padded(struct buffer *out, uint64_t value, unsigned digits)
{
    uint64_t unit = 1;

    for (unsigned i = 1; i < digits; i++)
        unit *= 10;
    for (; unit > 1 && value < unit; unit /= 10)
        buffer_append_byte(out, '0');
    buffer_append_u64(out, value);
}

static size_t digits_of(uint64_t value)
{
    size_t digits = 1;

    for (; value >= 10; value /= 10)
        digits++;
    return digits;
}

void terminal_number(struct buffer *out, uint64_t value, size_t columns)
{
    const size_t digits = digits_of(value);

    fill(out, columns > digits ? columns - digits : 0);
    buffer_append_u64(out, value);
}

void terminal_seconds(struct buffer *out, int64_t span_ns, size_t columns)
{
    const uint64_t us = span_ns > 0 ? (uint64_t)span_ns / 1000 : 0;
    const size_t fraction = sizeof(".123456") - 1;

    terminal_number(out, us / 1000000, columns > fraction ? columns - fraction : 0);
    buffer_append_byte(out, '.');
    append_padded(out, us % 1000000, 6);
}

/* Two neighbouring units: 3h02m. */
static void append_pair(struct buffer *out, uint64_t seconds, uint64_t unit, const char *names)
{
    const uint64_t small = unit == 60 ? 1 : unit == 3600 ? 60 : 3600;

    buffer_append_u64(out, seconds / unit);
    buffer_append_byte(out, (uint8_t)names[0]);
    append_padded(out, seconds % unit / small, 2);
    buffer_append_byte(out, (uint8_t)names[1]);
}

void terminal_span(struct buffer *out, int64_t span_ns)
{
    const uint64_t ms = span_ns > 0 ? (uint64_t)span_ns / 1000000 : 0;
    const uint64_t seconds = ms / 1000;

    if (seconds >= 86400) {
        append_pair(out, seconds, 86400, "dh");
    } else if (seconds >= 3600) {
        append_pair(out, seconds, 3600, "hm");
    } else if (seconds >= 60) {
        append_pair(out, seconds, 60, "ms");
    } else {
        const bool fine = seconds < 10;
        buffer_append_u64(out, seconds);
        buffer_append_byte(out, '.');
        append_padded(out, fine ? ms % 1000 : ms % 1000 / 100, fine ? 3 : 1);
        buffer_append_byte(out, 's');
    }
}

/* SPDX-License-Identifier: MIT */
/* terminal.h - text for people: colours that can be off, and columns that stay straight.
 *
 * Captured text goes through terminal_cell() or escape_terminal() (escape.h), nothing else.
 */
#ifndef OUTPUT_TERMINAL_H
#define OUTPUT_TERMINAL_H

#include "base/buffer.h"

enum color {
    COLOR_PLAIN, /* back to the terminal's own */
    COLOR_BOLD,
    COLOR_DIM,
    COLOR_RED,
    COLOR_GREEN,
    COLOR_YELLOW,
    COLOR_BLUE,
    COLOR_MAGENTA,
    COLOR_CYAN,
};

enum align { ALIGN_LEFT, ALIGN_RIGHT };

/* Everything after it is in that colour. Nothing when `on` is false. */
void terminal_color(struct buffer *out, bool on, enum color color);
/* Our own text in a colour, and back to plain. */
void terminal_colored(struct buffer *out, bool on, enum color color, const char *text);

/* Columns that escaped text (no colours in it) takes: East Asian wide characters two, combining
 * marks none. */
size_t terminal_width(struct bytes escaped);
/* Cuts what was appended to `out` since it had `from` bytes down to `columns`; when something is
 * cut it ends with "..". Returns the columns it takes. */
size_t terminal_fit(struct buffer *out, size_t from, size_t columns);
/* Escapes `hostile`, cuts it to `columns` and fills with spaces up to that. */
void terminal_cell(struct buffer *out, struct bytes hostile, size_t columns, enum align align);
/* As terminal_cell, without the filling: the end of a line. */
void terminal_tail(struct buffer *out, struct bytes hostile, size_t columns);

/* Right-aligned in `columns`; wider when it does not fit. */
void terminal_number(struct buffer *out, uint64_t value, size_t columns);
/* "12.345678", seconds, right-aligned in `columns`; negative is 0. */
void terminal_seconds(struct buffer *out, int64_t span_ns, size_t columns);
/* 1234567 as "1.2 MB"; below 1000 as "999 B". Powers of 1000. */
void terminal_size(struct buffer *out, uint64_t bytes);
/* "0.120s", "12.3s", "4m05s", "3h02m", "2d04h"; negative is 0. */
void terminal_span(struct buffer *out, int64_t span_ns);

#endif

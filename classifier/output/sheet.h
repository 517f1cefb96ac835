/* SPDX-License-Identifier: MIT */
/* sheet.h - lines of text for people that never run past a column: the ground of table and report.
 *
 * Captured bytes are escaped here (escape_terminal), whoever calls. Words wrap; a word longer than
 * a line is cut.
 */
#ifndef OUTPUT_SHEET_H
#define OUTPUT_SHEET_H

#include "output/terminal.h"

struct sheet {
    struct buffer out;
    struct buffer raw; /* where the caller puts together what comes next; see sheet_take */
    struct buffer shown;
    size_t columns;
    size_t indent; /* of the lines that follow */
    size_t column; /* of this line; 0: nothing on it yet */
    bool one_line; /* a piece that does not fit on the line is left out */
    bool color;
};

void sheet_free(struct sheet *s);
/* All lines so far. */
void sheet_print(const struct sheet *s, struct buffer *to);

/* Ends the line, when there is something on it. */
void sheet_break(struct sheet *s);
void sheet_blank(struct sheet *s);

/* A cell of `columns`, and then `gap` spaces. */
void sheet_cell(struct sheet *s, struct bytes text, size_t columns, enum align align, size_t gap);
/* One piece that stays together where it can, after `before` unless it begins a line: a space, or
 * one character and a space ("; "). */
void sheet_piece(struct sheet *s, struct bytes text, const char *before);
/* Words that wrap. */
void sheet_words(struct sheet *s, struct bytes text);
/* Both take what is in `raw`, and empty it. Nothing for nothing. */
void sheet_piece_raw(struct sheet *s, const char *before);
void sheet_words_raw(struct sheet *s);
/* What was gathered in `raw`, as bytes good until `raw` is next added to. */
struct bytes sheet_take(struct sheet *s);

#endif

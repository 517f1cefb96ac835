/* SPDX-License-Identifier: MIT */
/* html.h - a page put together: markup is ours and goes in as it is, text is hostile and escaped.
 *
 * Captured bytes go through html_wire() or the `raw` buffer, and no other way.
 */
#ifndef OUTPUT_HTML_H
#define OUTPUT_HTML_H

#include "base/buffer.h"

struct html {
    struct buffer *out;
    struct buffer raw; /* where wording.h writes; html_raw() escapes and empties it */
};

void html_markup(struct html *h, const char *markup); /* static markup only */
void html_text(struct html *h, const char *text);     /* NULL: nothing */
void html_raw(struct html *h);
/* The same, with `markup` in the place of each `between`. */
void html_raw_with(struct html *h, const char *between, const char *markup);
/* Bytes from the wire, kept apart so that they cannot turn the text around them (bdi). */
void html_wire(struct html *h, struct bytes in);
void html_count(struct html *h, uint64_t n); /* 1,204 */
void html_size(struct html *h, uint64_t bytes);

/* A cell with a figure: empty where there is nothing. */
void html_count_cell(struct html *h, uint64_t n);
void html_size_cell(struct html *h, uint64_t bytes);
/* The same, left open: <td> that sorts by `value`. */
void html_figure(struct html *h, uint64_t value);
/* A bar under a figure: how much `part` is of `most`. `class` names its colour. */
void html_share(struct html *h, uint64_t part, uint64_t most, const char *class);
/* A verdict: "block", "alert", "allow", "none". Other words are plain. */
void html_tag(struct html *h, const char *verdict);
/* <dt>name</dt><dd> ... the caller's value ... html_fact_end() */
void html_fact(struct html *h, const char *name);
void html_fact_end(struct html *h);
/* A table that scrolls sideways on narrow screens: caption and `heads`, a NULL-ended list; a head
 * that begins with '#' stands over figures. Ends with html_table_end(). */
void html_table(struct html *h, const char *caption, const char *const *heads);
void html_table_end(struct html *h);
/* <section> with its heading; the caller ends it. */
void html_begin_section(struct html *h, const char *id, const char *title);

/* As the right half of a hex dump: dots for what is not ASCII. */
void html_dots(struct html *h, struct bytes in);
/* Hex and text side by side, eight bytes at a time; nothing for no bytes. */
void html_dump(struct html *h, struct bytes in);
/* What wording.h wrote to `raw`, a command to be copied; nothing for nothing. */
void html_command(struct html *h);
/* The same, folded away. */
void html_folded_command(struct html *h);

#endif

/* SPDX-License-Identifier: MIT */
#include "output/html.h"

#include "output/escape.h"
#include "output/terminal.h"
#include "output/wording.h"

void html_markup(struct html *h, const char *markup)
{
    buffer_append_text(h->out, markup);
}

void html_text(struct html *h, const char *text)
{
    escape_html(h->out, bytes_of_text(text));
}

void html_raw(struct html *h)
{
    escape_html(h->out, buffer_bytes(&h->raw));
    buffer_clear(&h->raw);
}

void html_raw_with(struct html *h, const char *between, const char *markup)
{
    struct bytes left = buffer_bytes(&h->raw);
    const struct bytes mark = bytes_of_text(between);

    for (size_t at; (at = bytes_find(left, mark)) < left.len;
         left = bytes_after(left, at + mark.len)) {
        escape_html(h->out, bytes_first(left, at));
        html_markup(h, markup);
    }
    escape_html(h->out, left);
    buffer_clear(&h->raw);
}

void html_wire(struct html *h, struct bytes in)
{
    html_markup(h, "<bdi>");
    escape_html(h->out, in);
    html_markup(h, "</bdi>");
}

void html_count(struct html *h, uint64_t n)
{
    wording_count(h->out, n);
}

void html_size(struct html *h, uint64_t bytes)
{
    terminal_size(h->out, bytes);
}

void html_count_cell(struct html *h, uint64_t n)
{
    html_markup(h, "<td class=\"n\">");
    if (n > 0)
        html_count(h, n);
    html_markup(h, "</td>");
}

void html_size_cell(struct html *h, uint64_t bytes)
{
    html_markup(h, "<td class=\"n\">");
    if (bytes > 0)
        html_size(h, bytes);
    html_markup(h, "</td>");
}

void html_fact(struct html *h, const char *name)
{
    html_markup(h, "<div><dt>");
    html_text(h, name);
    html_markup(h, "</dt><dd>");
}

void html_fact_end(struct html *h)
{
    html_markup(h, "</dd></div>\n");
}

void html_table(struct html *h, const char *caption, const char *const *heads)
{
    html_markup(h, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"");
    html_text(h, caption);
    html_markup(h, "\"><table><caption>");
    html_text(h, caption);
    html_markup(h, "</caption>\n<thead><tr>");
    for (; *heads != NULL; heads++) {
        const bool figure = **heads == '#';
        html_markup(h, figure ? "<th scope=\"col\" class=\"n\">" : "<th scope=\"col\">");
        html_text(h, *heads + figure);
        html_markup(h, "</th>");
    }
    html_markup(h, "</tr></thead>\n<tbody>\n");
}

void html_table_end(struct html *h)
{
    html_markup(h, "</tbody></table></div>\n");
}

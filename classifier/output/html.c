/* SPDX-License-Identifier: MIT */
#include "output/html.h"

#include "output/escape.h"
#include "output/terminal.h"
#include "output/wording.h"

#define SHARE_WIDTH 100

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

/* Scripts sort by `data-v`. */
void html_figure(struct html *h, uint64_t value)
{
    buffer_printf(h->out, "<td class=\"n\" data-v=\"%llu\">", (unsigned long long)value);
}

void html_count_cell(struct html *h, uint64_t n)
{
    html_figure(h, n);
    if (n > 0)
        html_count(h, n);
    html_markup(h, "</td>");
}

void html_size_cell(struct html *h, uint64_t bytes)
{
    html_figure(h, bytes);
    if (bytes > 0)
        html_size(h, bytes);
    html_markup(h, "</td>");
}

void html_share(struct html *h, uint64_t part, uint64_t most, const char *class)
{
    const uint64_t share = most >= SHARE_WIDTH ? part / (most / SHARE_WIDTH)
                           : most > 0          ? part * SHARE_WIDTH / most
                                               : 0;

    buffer_printf(h->out,
                  "<svg class=\"share\" viewBox=\"0 0 %d 4\" preserveAspectRatio=\"none\" "
                  "aria-hidden=\"true\"><rect class=\"%s\" x=\"%d\" width=\"%d\" height=\"4\" "
                  "rx=\"1\"/></svg>",
                  SHARE_WIDTH, class, SHARE_WIDTH - (int)(share < 1 ? 1 : share),
                  (int)(share < 1             ? 1
                        : share > SHARE_WIDTH ? SHARE_WIDTH
                                              : share));
}

void html_tag(struct html *h, const char *verdict)
{
    static const char *const known[] = {"block", "alert", "allow"};
    const char *class = "none";

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (strcmp(verdict, known[i]) == 0)
            class = known[i];
    buffer_printf(h->out, "<span class=\"tag %s\">", class);
    html_text(h, verdict);
    html_markup(h, "</span>");
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

void html_begin_section(struct html *h, const char *id, const char *title)
{
    buffer_printf(h->out, "<section id=\"%s\" aria-labelledby=\"%s-h\">\n<h2 id=\"%s-h\">%s</h2>\n",
                  id, id, id, title);
}

void html_table(struct html *h, const char *caption, const char *const *heads)
{
    html_markup(h, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"");
    html_text(h, caption);
    html_markup(h, "\"><table class=\"sorts\"><caption>");
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

/* RFC 4648 hex, eight bytes and then what they say, as often as there are eight. */
#define DUMP_UNIT       8
#define FIRST_PRINTABLE 0x20
#define LAST_PRINTABLE  0x7e

void html_dots(struct html *h, struct bytes in)
{
    for (size_t i = 0; i < in.len; i++) {
        const bool printable = in.at[i] >= FIRST_PRINTABLE && in.at[i] <= LAST_PRINTABLE;
        buffer_append_byte(&h->raw, printable ? in.at[i] : '.');
    }
    html_raw(h);
}

static void dump_unit(struct html *h, struct bytes unit, size_t offset)
{
    buffer_printf(h->out, "<span><i>%02zx</i>", offset);
    for (size_t i = 0; i < DUMP_UNIT; i++) {
        if (i < unit.len)
            buffer_printf(h->out, " %02x", unit.at[i]);
        else
            html_markup(h, "   ");
    }
    html_markup(h, " <b>");
    html_dots(h, unit);
    html_markup(h, "</b></span>");
}

void html_dump(struct html *h, struct bytes in)
{
    if (in.len == 0)
        return;
    html_markup(h, "<pre class=\"dump\">");
    for (size_t at = 0; at < in.len; at += DUMP_UNIT)
        dump_unit(h, bytes_first(bytes_after(in, at), DUMP_UNIT), at);
    html_markup(h, "</pre>");
}

void html_command(struct html *h)
{
    if (h->raw.len == 0)
        return;
    html_markup(h, "<code class=\"again\">");
    html_raw(h);
    html_markup(h, "</code>\n");
}

void html_folded_command(struct html *h)
{
    if (h->raw.len == 0)
        return;
    html_markup(h, "<details class=\"more\"><summary>See it again</summary>");
    html_command(h);
    html_markup(h, "</details>");
}

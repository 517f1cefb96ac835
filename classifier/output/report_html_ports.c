/* SPDX-License-Identifier: MIT */
/* The report's first drawing: what each port promised and what it carried, port by application. */
#include "output/report_html.h"

#include <math.h>

#include "output/wording.h"

#define PORTS_SHOWN  24
#define COLUMNS_MOST 12 /* applications; the rest share one */
#define APPS_MOST    256

/* A cell's flows by what they are. */
enum part { KEPT, BROKEN, KEPT_BLOCKED, BROKEN_BLOCKED, PARTS };

struct column {
    const char *app; /* NULL: all others */
    uint64_t flows;
};

struct matrix {
    struct column column[APPS_MOST];
    size_t count;  /* shown */
    bool others;   /* the last one is of all others */
    uint64_t most; /* flows of the fullest cell's fullest part */
};

struct square {
    uint64_t flows[PARTS];
    uint64_t bytes;
};

static void count_column(struct matrix *m, const struct port_app *app)
{
    size_t i = 0;

    while (i < m->count && m->column[i].app != app->app)
        i++;
    if (i == APPS_MOST)
        return; /* shown among the others */
    if (i == m->count)
        m->column[m->count++].app = app->app;
    m->column[i].flows += app->totals.flows;
}

static bool is_silent(const char *app)
{
    return strcmp(app, "none") == 0 || strcmp(app, "?") == 0;
}

/* Most flows first, what said nothing last. Stable: the view's order decides among equals. */
static bool comes_before(const struct column *a, const struct column *b)
{
    const bool silent = is_silent(a->app), other = is_silent(b->app);

    return silent != other ? other : a->flows > b->flows;
}

static void sort_columns(struct matrix *m)
{
    for (size_t i = 1; i < m->count; i++) {
        const struct column c = m->column[i];
        size_t at = i;
        for (; at > 0 && comes_before(&c, &m->column[at - 1]); at--)
            m->column[at] = m->column[at - 1];
        m->column[at] = c;
    }
}

static size_t column_of(const struct matrix *m, const char *app)
{
    size_t i = 0;

    while (i < m->count && m->column[i].app != NULL && m->column[i].app != app)
        i++;
    return i;
}

static void fill_row(const struct matrix *m, const struct view *v, const struct port_entry *port,
                     struct square *row)
{
    for (size_t i = 0; i < port->app_count; i++) {
        const struct port_app *app = &v->port_apps[port->first_app + i];
        const size_t at = column_of(m, app->app);
        if (at == m->count)
            continue;
        row[at].flows[app->mismatch ? BROKEN_BLOCKED : KEPT_BLOCKED] += app->blocked;
        row[at].flows[app->mismatch ? BROKEN : KEPT] += app->totals.flows - app->blocked;
        row[at].bytes += totals_bytes(&app->totals);
    }
}

static void lay_out(struct matrix *m, const struct view *v)
{
    for (size_t i = 0; i < v->port_count && i < PORTS_SHOWN; i++)
        for (size_t k = 0; k < v->ports[i].app_count; k++)
            count_column(m, &v->port_apps[v->ports[i].first_app + k]);
    sort_columns(m);
    m->others = m->count > COLUMNS_MOST;
    if (m->others) {
        m->count = COLUMNS_MOST;
        m->column[COLUMNS_MOST - 1].app = NULL;
    }
    for (size_t i = 0; i < v->port_count && i < PORTS_SHOWN; i++) {
        struct square row[COLUMNS_MOST] = {{{0}, 0}};
        fill_row(m, v, &v->ports[i], row);
        for (size_t k = 0; k < m->count; k++)
            for (size_t part = 0; part < PARTS; part++)
                m->most = row[k].flows[part] > m->most ? row[k].flows[part] : m->most;
    }
}

#define MARK_BOX   40.0 /* the side of a mark's box */
#define MARK_LEAST 5.0
#define MARK_MOST  19.0

/* Round is what the port promised, square what it did not; what is blocked is struck through. Its
 * area is as the number of flows. */
static void print_mark(struct html *h, const struct matrix *m, enum part part, uint64_t flows)
{
    static const char *const class[] = {"kept", "broken", "kept stop", "broken stop"};
    const double share = sqrt((double)flows / (double)m->most);
    const double r = MARK_LEAST + (MARK_MOST - MARK_LEAST) * share, middle = MARK_BOX / 2;

    buffer_printf(h->out,
                  "<svg class=\"mark %s\" width=\"40\" height=\"40\" viewBox=\"0 0 40 40\" "
                  "aria-hidden=\"true\">",
                  class[part]);
    if (part == KEPT || part == KEPT_BLOCKED)
        buffer_printf(h->out, "<circle cx=\"20\" cy=\"20\" r=\"%.1f\"/>", r);
    else
        buffer_printf(h->out,
                      "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"2\"/>",
                      middle - r, middle - r, 2 * r, 2 * r);
    if (part == KEPT_BLOCKED || part == BROKEN_BLOCKED)
        buffer_printf(h->out, "<path d=\"M%.1f %.1fL%.1f %.1f\"/>", middle - r * 0.55,
                      middle + r * 0.55, middle + r * 0.55, middle - r * 0.55);
    html_markup(h, "</svg>");
}

static void print_square(struct html *h, const struct matrix *m, const char *app,
                         const struct square *s)
{
    static const char *const words[] = {"", " not promised", " blocked", " not promised, blocked"};
    uint64_t all = 0;

    for (size_t part = 0; part < PARTS; part++)
        all += s->flows[part];
    if (all == 0) {
        html_markup(h, "<td role=\"cell\" class=\"none\"></td>");
        return;
    }
    html_markup(h, app != NULL && is_silent(app) ? "<td role=\"cell\" class=\"mute\" data-app=\""
                                                 : "<td role=\"cell\" data-app=\"");
    html_text(h, app != NULL ? wording_app_name(app) : "others");
    html_markup(h, "\">");
    for (size_t part = 0; part < PARTS; part++) {
        if (s->flows[part] == 0)
            continue;
        html_markup(h, "<span class=\"cell\">");
        print_mark(h, m, (enum part)part, s->flows[part]);
        html_count(h, s->flows[part]);
        if (words[part][0] != '\0')
            buffer_printf(h->out, "<span class=\"aside\">%s</span>", words[part]);
        html_markup(h, "</span>");
    }
    html_markup(h, "</td>");
}

static void print_row(struct html *h, const struct view *v, const struct matrix *m,
                      const struct port_entry *port)
{
    struct square row[COLUMNS_MOST] = {{{0}, 0}};

    fill_row(m, v, port, row);
    html_markup(h, "<tr role=\"row\"><th scope=\"row\" role=\"rowheader\">");
    wording_port(h->out, port->port, port->transport);
    html_markup(h, "<small>");
    if (port->expected != NULL) {
        html_markup(h, "promised ");
        html_text(h, port->expected);
    } else {
        html_markup(h, "no promise");
    }
    html_markup(h, "</small></th>");
    for (size_t i = 0; i < m->count; i++)
        print_square(h, m, m->column[i].app, &row[i]);
    html_markup(h, "<td role=\"cell\" class=\"sum\">");
    wording_plural(h->out, port->totals.flows, "flow");
    html_markup(h, "<small>");
    html_size(h, totals_bytes(&port->totals));
    html_markup(h, "</small></td></tr>\n");
}

static void print_heads(struct html *h, const struct matrix *m)
{
    html_markup(h, "<thead role=\"rowgroup\"><tr role=\"row\"><th scope=\"col\" "
                   "role=\"columnheader\">Port</th>");
    for (size_t i = 0; i < m->count; i++) {
        html_markup(h, "<th scope=\"col\" role=\"columnheader\" class=\"app\">");
        html_text(h, m->column[i].app != NULL ? wording_app_name(m->column[i].app) : "others");
        html_markup(h, "</th>");
    }
    html_markup(h, "<th scope=\"col\" role=\"columnheader\" class=\"sum\">In "
                   "all</th></tr></thead>\n<tbody role=\"rowgroup\">\n");
}

void report_html_ports(struct html *h, const struct view *v)
{
    struct matrix m = {.count = 0};

    if (v->port_count == 0)
        return;
    lay_out(&m, v);
    html_begin_section(h, "ports", "What each port promised, and what it carried");
    html_markup(
        h, "<p class=\"key\"><span><svg class=\"mark kept\" width=\"40\" height=\"40\" viewBox=\"0 "
           "0 40 40\" "
           "aria-hidden=\"true\"><circle cx=\"20\" cy=\"20\" r=\"16\"/></svg>as promised, or no "
           "promise</span> "
           "<span><svg class=\"mark broken\" width=\"40\" height=\"40\" viewBox=\"0 0 40 40\" "
           "aria-hidden=\"true\"><rect "
           "x=\"5\" y=\"5\" width=\"30\" height=\"30\" rx=\"2\"/></svg>not promised, let "
           "pass</span> <span><svg class=\"mark broken stop\" width=\"40\" height=\"40\" "
           "viewBox=\"0 0 40 40\" "
           "aria-hidden=\"true\"><rect x=\"5\" y=\"5\" width=\"30\" height=\"30\" rx=\"2\"/><path "
           "d=\"M12 28L28 12\"/></svg>blocked</span> <span>Flows by "
           "area.</span></p>\n"
           "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Ports by "
           "application\"><table class=\"matrix\" role=\"table\"><caption>Flows of each server "
           "port by "
           "application</caption>\n");
    print_heads(h, &m);
    for (size_t i = 0; i < v->port_count && i < PORTS_SHOWN; i++)
        print_row(h, v, &m, &v->ports[i]);
    html_markup(h, "</tbody></table></div>\n");
    if (v->port_count > PORTS_SHOWN) {
        html_markup(h, "<p>&hellip; and ");
        wording_plural(h->out, v->port_count - PORTS_SHOWN, "more port");
        html_markup(h, ".</p>\n");
    }
    html_markup(h, "</section>\n");
}

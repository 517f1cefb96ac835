/* SPDX-License-Identifier: MIT */
/* The report's second drawing: when, by application. */
#include "output/report_html.h"

#include "output/clock_text.h"
#include "output/terminal.h"
#include "output/wording.h"

#define APPS_SHOWN 12
#define TALL       100 /* units of a drawing's height */

/* What a row draws: a figure of each bucket. */
typedef uint64_t figure_fn(const struct timeline_cell *cell);

static uint64_t all_bytes(const struct timeline_cell *cell)
{
    return cell->bytes;
}

static uint64_t blocked_bytes(const struct timeline_cell *cell)
{
    return cell->blocked_bytes;
}

static unsigned height_of(uint64_t bytes, uint64_t most)
{
    if (bytes == 0 || most == 0)
        return 0;
    const unsigned height = (unsigned)((double)bytes / (double)most * TALL);
    return height > 0 ? height : 1;
}

/* One bar for each bucket that has something, as a path. */
static void print_bars(struct html *h, const struct timeline_cell *cells, size_t count,
                       figure_fn *figure, uint64_t most)
{
    html_markup(h, "<path class=\"");
    html_markup(h, figure == blocked_bytes ? "stopped" : "passed");
    html_markup(h, "\" d=\"");
    for (size_t i = 0; i < count; i++) {
        const unsigned height = height_of(figure(&cells[i]), most);
        if (height > 0)
            buffer_printf(h->out, "M%zu %dV%uh.9V%d", i, TALL, TALL - height, TALL);
    }
    html_markup(h, "\"/>");
}

/* Where flows began: a tick, the darker the more. */
static void print_begun(struct html *h, const struct timeline_cell *cells, size_t count,
                        bool blocked)
{
    html_markup(h, blocked ? "<path class=\"stopped\" d=\"" : "<path class=\"passed\" d=\"");
    for (size_t i = 0; i < count; i++) {
        const uint64_t flows =
            blocked ? cells[i].blocked_flows : cells[i].flows - cells[i].blocked_flows;
        if (flows > 0)
            buffer_printf(h->out, "M%zu %dh.9v%dh-.9", i, TALL + (blocked ? 14 : 6), 6);
    }
    html_markup(h, "\"/>");
}

static uint64_t tallest(const struct timeline_cell *cells, size_t count)
{
    uint64_t most = 0;

    for (size_t i = 0; i < count; i++)
        most = cells[i].bytes > most ? cells[i].bytes : most;
    return most;
}

static size_t busiest(const struct timeline_cell *cells, size_t count)
{
    size_t at = 0;

    for (size_t i = 1; i < count; i++)
        if (cells[i].bytes > cells[at].bytes)
            at = i;
    return at;
}

/* The drawing in words, for who cannot see it. */
static void print_words(struct html *h, const struct view *v, const struct timeline_cell *cells,
                        const struct timeline_cell *sum)
{
    const size_t count = timeline_count(v->timeline);
    const int64_t at =
        timeline_start(v->timeline) + (int64_t)busiest(cells, count) * v->timeline->width_ns;

    html_size(h, sum->bytes);
    html_markup(h, " in ");
    wording_plural(h->out, sum->flows, "flow");
    if (sum->blocked_flows > 0) {
        html_markup(h, ", of these ");
        html_count(h, sum->blocked_flows);
        html_markup(h, " blocked");
    }
    html_markup(h, "; most at ");
    clock_text_append_date(h->out, at);
    html_markup(h, " UTC");
}

static void print_drawing(struct html *h, const struct view *v, const struct timeline_cell *cells,
                          const struct timeline_cell *sum)
{
    const size_t count = timeline_count(v->timeline);
    const uint64_t most = tallest(cells, count);

    buffer_printf(h->out,
                  "<svg class=\"bars\" viewBox=\"0 0 %zu 120\" preserveAspectRatio=\"none\" "
                  "role=\"img\" aria-label=\"",
                  count);
    print_words(h, v, cells, sum);
    buffer_printf(h->out, "\"><path class=\"ground\" d=\"M0 %dh%zuv1H0z\"/>", TALL, count);
    print_bars(h, cells, count, all_bytes, most);
    print_bars(h, cells, count, blocked_bytes, most);
    print_begun(h, cells, count, false);
    print_begun(h, cells, count, true);
    html_markup(h, "</svg>");
}

static void gather(const struct view *v, const struct timeline_app *app,
                   struct timeline_cell cells[TIMELINE_BUCKETS], struct timeline_cell *sum)
{
    for (size_t i = 0; i < timeline_count(v->timeline); i++)
        timeline_sum(&cells[i], timeline_cell(v->timeline, app, i));
    timeline_sum(sum, &app->sum);
}

static void print_row(struct html *h, const struct view *v, const char *name,
                      const struct timeline_cell cells[TIMELINE_BUCKETS],
                      const struct timeline_cell *sum)
{
    html_markup(h, "<tr role=\"row\"><th scope=\"row\" role=\"rowheader\">");
    html_text(h, name);
    html_markup(h, "</th><td role=\"cell\" class=\"draw\">");
    print_drawing(h, v, cells, sum);
    html_markup(h, "</td><td role=\"cell\" class=\"n\">");
    html_size(h, sum->bytes);
    html_markup(h, "<small>");
    wording_plural(h->out, sum->flows, "flow");
    html_markup(h, "</small></td></tr>\n");
}

static void print_apps(struct html *h, const struct view *v)
{
    const size_t apps = view_timeline_count(v);
    struct timeline_cell cells[TIMELINE_BUCKETS] = {{0}}, sum = {0};

    for (size_t i = 0; i < apps && i < APPS_SHOWN; i++) {
        struct timeline_cell of[TIMELINE_BUCKETS] = {{0}}, all = {0};
        gather(v, view_timeline_app(v, i), of, &all);
        print_row(h, v, wording_app_name(view_timeline_app(v, i)->app), of, &all);
    }
    if (apps <= APPS_SHOWN)
        return;
    for (size_t i = APPS_SHOWN; i < apps; i++)
        gather(v, view_timeline_app(v, i), cells, &sum);
    buffer_printf(&h->raw, "%zu others", apps - APPS_SHOWN);
    buffer_append_byte(&h->raw, '\0');
    print_row(h, v, (const char *)h->raw.at, cells, &sum);
    buffer_clear(&h->raw);
}

/* The first row, larger: everything. */
static void print_all(struct html *h, const struct view *v)
{
    struct timeline_cell cells[TIMELINE_BUCKETS] = {{0}}, sum = {0};

    for (size_t i = 0; i < view_timeline_count(v); i++)
        gather(v, view_timeline_app(v, i), cells, &sum);
    html_markup(h, "<tbody class=\"whole\">\n");
    print_row(h, v, "Everything", cells, &sum);
    html_markup(h, "</tbody>\n");
}

#define SECOND_NS INT64_C(1000000000)
#define DAY_NS    (86400 * SECOND_NS)

/* As fine as the buckets are. */
static void print_time(struct html *h, int64_t time_ns, const struct timeline *t)
{
    if ((int64_t)timeline_count(t) * t->width_ns >= DAY_NS) {
        clock_text_append_date(h->out, time_ns);
        return;
    }
    clock_text_append_time(h->out, time_ns);
    if (t->width_ns >= SECOND_NS)
        h->out->len -= strlen(".000");
}

/* Times under the drawings: begin, middle, end. */
static void print_axis(struct html *h, const struct view *v)
{
    const int64_t start = timeline_start(v->timeline);
    const int64_t span = (int64_t)timeline_count(v->timeline) * v->timeline->width_ns;

    html_markup(h, "<tfoot><tr><td></td><td class=\"axis\"><div>");
    for (int i = 0; i <= 2; i++) {
        html_markup(h, "<span>");
        print_time(h, start + span / 2 * i, v->timeline);
        html_markup(h, "</span>");
    }
    html_markup(h, "</div></td><td></td></tr></tfoot>\n");
}

void report_html_time(struct html *h, const struct view *v)
{
    if (timeline_count(v->timeline) == 0)
        return;
    html_begin_section(h, "time", "When");
    html_markup(h, "<p class=\"key\"><span><i class=\"passed\"></i>bytes let pass</span> <span><i "
                   "class=\"stopped\"></i>of blocked flows</span> <span>Dashes under the line: "
                   "flows that began. A bar is ");
    wording_width(h->out, v->timeline->width_ns);
    html_markup(h,
                "; each row has its own scale. A flow&#39;s bytes are spread evenly from its "
                "start to its end.</span></p>\n<div class=\"time\"><table class=\"when\" "
                "role=\"table\"><caption>"
                "Bytes and flows over time, by application, UTC</caption>\n<thead><tr><th "
                "scope=\"col\">Application</th><th scope=\"col\">Over time</th><th scope=\"col\" "
                "class=\"n\">In all</th></tr></thead>\n");
    print_all(h, v);
    html_markup(h, "<tbody>\n");
    print_apps(h, v);
    html_markup(h, "</tbody>\n");
    print_axis(h, v);
    html_markup(h, "</table></div>\n</section>\n");
}

/* SPDX-License-Identifier: MIT */
/* The firewall report as one HTML file: no network, no wall clock, whole without its script. */
#include "output/report_html.h"

#include "output/clock_text.h"
#include "output/terminal.h"
#include "output/wording.h"

#define PORTS_SHOWN 24
#define APPS_SHOWN  16 /* of a port */

static void print_start(struct html *h, const struct input_note *in)
{
    html_markup(h, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                   "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                   "style-src 'unsafe-inline'; script-src '");
    html_markup(h, report_script_hash);
    html_markup(h, "'; base-uri 'none'; form-action 'none'\">\n"
                   "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                   "<meta name=\"referrer\" content=\"no-referrer\">\n"
                   "<meta name=\"generator\" content=\"portwarden " PORTWARDEN_VERSION "\">\n"
                   "<title>Firewall report: ");
    html_text(h, in->name);
    html_markup(h, "</title>\n<style>\n");
    for (size_t i = 0; report_style[i] != NULL; i++)
        html_markup(h, report_style[i]);
    html_markup(h, "</style>\n<script>");
    html_markup(h, report_script);
    html_markup(h, "</script>\n</head>\n<body>\n<main>\n");
}

static void print_figure(struct html *h, const char *name, uint64_t n, const char *when_any)
{
    html_markup(h, "<div");
    if (n > 0 && when_any != NULL)
        buffer_printf(h->out, " class=\"%s\"", when_any);
    html_markup(h, "><dt>");
    html_text(h, name);
    html_markup(h, "</dt><dd>");
    wording_short_count(h->out, n);
    html_markup(h, "</dd></div>\n");
}

static void print_meta(struct html *h, const struct view *v, const struct input_note *in)
{
    const struct summary_counts *c = v->counts;

    html_markup(h, "<p class=\"meta\">");
    html_text(h, in->name);
    html_markup(h, " &middot; ");
    wording_plural(h->out, in->packets, "packet");
    html_markup(h, ", ");
    html_size(h, in->bytes);
    if (c->all.flows > 0) {
        html_markup(h, " &middot; ");
        clock_text_append_date(h->out, c->start_ns);
        html_markup(h, " UTC, over ");
        terminal_span(h->out, c->end_ns - c->start_ns);
    }
    if (in->rules != NULL) {
        html_markup(h, " &middot; rules ");
        html_text(h, in->rules);
    }
    html_markup(h, "</p>\n");
}

static void print_link(struct html *h, bool shown, const char *id, const char *name)
{
    if (!shown)
        return;
    html_markup(h, "<li><a href=\"#");
    html_markup(h, id);
    html_markup(h, "\">");
    html_markup(h, name);
    html_markup(h, "</a></li>\n");
}

static void print_links(struct html *h, const struct view *v)
{
    html_markup(h, "<nav aria-label=\"On this page\"><ul>\n");
    print_link(h, v->port_count > 0, "ports", "Ports");
    print_link(h, v->rules.count > 0, "rules", "Rules");
    print_link(h, report_has_flows(v, RANK_BLOCKED, RANK_BLOCKED), "blocked", "Blocked");
    print_link(h, report_has_flows(v, RANK_MISMATCH, RANK_MISMATCH), "mismatches", "Mismatches");
    print_link(h, report_has_flows(v, RANK_TUNNEL, RANK_TUNNEL), "tunnels", "Tunnels");
    print_link(h, report_has_flows(v, RANK_REFUSED, RANK_UNFRAMED), "upgrades", "Upgrades");
    print_link(h, v->services.count > 0, "websockets", "WebSockets");
    print_link(h, v->swarm_hosts.count > 0, "p2p", "Peer-to-peer");
    print_link(h, v->clients.count > 0, "talkers", "Talkers");
    print_link(h, v->anomaly_count > 0, "anomalies", "Anomalies");
    print_link(h, true, "input", "Input");
    html_markup(h, "</ul></nav>\n");
}

static void print_head(struct html *h, const struct view *v, const struct input_note *in)
{
    const struct summary_counts *c = v->counts;

    html_markup(h,
                "<header>\n<p class=\"mast\"><svg viewBox=\"0 0 24 24\" aria-hidden=\"true\" "
                "fill=\"none\" stroke=\"currentColor\" stroke-width=\"2\"><circle cx=\"12\" "
                "cy=\"12\" r=\"10\"/><circle cx=\"12\" cy=\"12\" r=\"5.5\"/><path d=\"M12 2v4.5M12 "
                "17.5V22M2 12h4.5M17.5 12H22\"/></svg><span><b>portwarden</b> firewall "
                "report</span></p>\n<h1>");
    wording_headline(&h->raw, v);
    html_raw_with(h, " port ", " port&nbsp;");
    html_markup(h, "</h1>\n<p class=\"lead\">");
    wording_verdicts(&h->raw, v);
    html_raw(h);
    html_markup(h, "</p>\n");
    print_meta(h, v, in);
    html_markup(h, "<dl class=\"figures\">\n");
    print_figure(h, "flows", c->all.flows, NULL);
    print_figure(h, "blocked", c->blocked, "bad");
    print_figure(h, "not as promised", c->mismatched, "odd");
    print_figure(h, "alerts", c->alerts, "odd");
    print_figure(h, "anomalies", c->anomalies, NULL);
    html_markup(h, "</dl>\n");
    print_links(h, v);
    html_markup(h, "</header>\n");
}

/* Promised apps in shades of one colour; what nobody promised is hatched, so that it can be told
 * without colours too. */
static const char *app_class(const struct port_app *app, size_t promised_before)
{
    static const char *const shade[] = {"k0", "k1", "k2", "k3"};

    if (app->mismatch)
        return app->blocked > 0 ? "kb" : "km";
    if (strcmp(app->app, "none") == 0 || strcmp(app->app, "?") == 0)
        return "kn";
    return shade[promised_before < 3 ? promised_before : 3];
}

typedef void draw_fn(struct html *h, const struct port_app *app, const char *class);

/* First the apps of a port that were promised, then those that were not. */
static void each_app(struct html *h, const struct view *v, const struct port_entry *port,
                     draw_fn *draw)
{
    for (int mismatch = 0; mismatch < 2; mismatch++) {
        size_t before = 0;
        for (size_t i = 0; i < port->app_count && i < APPS_SHOWN; i++) {
            const struct port_app *app = &v->port_apps[port->first_app + i];
            if (app->mismatch == (mismatch == 1))
                draw(h, app, app_class(app, before++));
        }
    }
}

static void print_part(struct html *h, uint64_t flows, const char *class)
{
    if (flows > 0)
        buffer_printf(h->out, "<i class=\"%s\" style=\"flex-grow:%llu\"></i>", class,
                      (unsigned long long)flows);
}

static void print_segment(struct html *h, const struct port_app *app, const char *class)
{
    if (app->mismatch) {
        print_part(h, app->blocked, "kb");
        print_part(h, app->totals.flows - app->blocked, "km");
    } else {
        print_part(h, app->totals.flows, class);
    }
}

static void print_legend(struct html *h, const struct port_app *app, const char *class)
{
    buffer_printf(h->out, "<li><i class=\"%s\"></i><span>", class);
    if (strcmp(app->app, "none") == 0)
        html_text(h, "silent");
    else if (strcmp(app->app, "?") == 0)
        html_text(h, "unknown");
    else
        wording_app(&h->raw, app);
    html_raw(h);
    html_markup(h, " ");
    html_count(h, app->totals.flows);
    if (app->blocked > 0) {
        html_markup(h, " <em class=\"blocked\">blocked");
        if (app->blocked < app->totals.flows) {
            html_markup(h, " ");
            html_count(h, app->blocked);
        }
        html_markup(h, "</em>");
    } else if (app->mismatch) {
        html_markup(h, " <em>not promised</em>");
    }
    html_markup(h, "</span></li>");
}

static void print_port(struct html *h, const struct view *v, const struct port_entry *port)
{
    html_markup(h, "<li><header><h3>Port ");
    wording_port(h->out, port->port, port->transport);
    html_markup(h, "</h3><span>");
    if (port->expected != NULL) {
        html_markup(h, "promised ");
        html_text(h, port->expected);
    } else {
        html_markup(h, "promised nothing");
    }
    html_markup(h, "</span><span class=\"sum\">");
    wording_plural(h->out, port->totals.flows, "flow");
    html_markup(h, ", ");
    html_size(h, totals_bytes(&port->totals));
    html_markup(h, "</span></header>\n<div class=\"bar\" aria-hidden=\"true\">");
    each_app(h, v, port, print_segment);
    html_markup(h, "</div>\n<ul class=\"legend\">");
    each_app(h, v, port, print_legend);
    if (port->app_count > APPS_SHOWN)
        buffer_printf(h->out, "<li>and %zu more</li>", port->app_count - APPS_SHOWN);
    html_markup(h, "</ul></li>\n");
}

static void write_ports(struct html *h, const struct view *v)
{
    if (v->port_count == 0)
        return;
    html_markup(h,
                "<section id=\"ports\" aria-labelledby=\"ports-h\">\n<h2 id=\"ports-h\">What each "
                "port promised, and what it carried</h2>\n<p>By flows. Hatched is what the port "
                "did not promise; silent flows never carried a byte.</p>\n<ol class=\"ports\">\n");
    for (size_t i = 0; i < v->port_count && i < PORTS_SHOWN; i++)
        print_port(h, v, &v->ports[i]);
    html_markup(h, "</ol>\n");
    if (v->port_count > PORTS_SHOWN) {
        html_markup(h, "<p>&hellip; and ");
        wording_plural(h->out, v->port_count - PORTS_SHOWN, "more port");
        html_markup(h, ".</p>\n");
    }
    html_markup(h, "</section>\n");
}

void report_html(struct out *out, const struct summary *s, const struct input_note *in)
{
    struct view *v = view_create(s);
    struct html h = {.out = out_buffer(out)};

    if (v == NULL) {
        out_fail(out, "out of memory");
        return;
    }
    print_start(&h, in);
    print_head(&h, v, in);
    write_ports(&h, v);
    report_html_rules(&h, v);
    report_html_flows(&h, v);
    report_html_services(&h, v);
    report_html_swarm(&h, v);
    report_html_talkers(&h, v);
    report_html_anomalies(&h, v);
    report_html_input(&h, v, in);
    html_markup(&h, "</main>\n<footer>Generated by portwarden " PORTWARDEN_VERSION
                    ", from the capture alone: the same input gives the same page.</footer>\n"
                    "</body>\n</html>\n");
    buffer_inherit(h.out, &h.raw);
    out_record(out);
    buffer_free(&h.raw);
    view_free(v);
}

/* SPDX-License-Identifier: MIT */
/* The firewall report as one HTML file: no network, no wall clock, whole without its script. */
#include "output/report_html.h"

#include "output/clock_text.h"
#include "output/terminal.h"
#include "output/wording.h"

#define FIGURE_MOST 99999 /* written out */

static void print_start(struct html *h, const struct input_note *in)
{
    html_markup(h, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                   "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                   "style-src '");
    html_markup(h, report_style_hash);
    html_markup(h, "'; script-src '");
    html_markup(h, report_script_hash);
    html_markup(h, "'; base-uri 'none'; form-action 'none'; trusted-types 'none'; "
                   "require-trusted-types-for 'script'\">\n"
                   "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                   "<meta name=\"referrer\" content=\"no-referrer\">\n"
                   "<meta name=\"generator\" content=\"portwarden " PORTWARDEN_VERSION "\">\n"
                   "<title>Firewall report: ");
    html_text(h, in->name);
    html_markup(h, "</title>\n<style>");
    for (size_t i = 0; report_style[i] != NULL; i++)
        html_markup(h, report_style[i]);
    html_markup(h, "</style>\n<script>");
    for (size_t i = 0; report_script[i] != NULL; i++)
        html_markup(h, report_script[i]);
    html_markup(h, "</script>\n</head>\n<body>\n<a class=\"skip\" href=\"#main\">Skip to the "
                   "findings</a>\n<main>\n");
}

static void print_figure(struct html *h, const char *name, uint64_t n, const char *when_any)
{
    html_markup(h, "<div");
    if (n > 0 && when_any != NULL)
        buffer_printf(h->out, " class=\"%s\"", when_any);
    html_markup(h, "><dt>");
    html_text(h, name);
    html_markup(h, "</dt><dd>");
    if (n <= FIGURE_MOST)
        html_count(h, n);
    else
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
    print_link(h, timeline_count(v->timeline) > 0, "time", "When");
    print_link(h, v->rules.count > 0, "rules", "Rules");
    print_link(h, report_has_flows(v, RANK_BLOCKED, RANK_BLOCKED), "blocked", "Blocked");
    print_link(h, report_has_flows(v, RANK_MISMATCH, RANK_MISMATCH), "mismatches", "Mismatches");
    print_link(h, report_has_flows(v, RANK_TUNNEL, RANK_TUNNEL), "tunnels", "Tunnels");
    print_link(h, report_has_flows(v, RANK_REFUSED, RANK_UNFRAMED), "upgrades", "Upgrades");
    print_link(h, v->floods.count > 0, "floods", "Floods");
    print_link(h, v->services.count > 0, "websockets", "WebSockets");
    print_link(h, v->swarm_hosts.count > 0, "p2p", "Peer-to-peer");
    print_link(h, v->clients.count > 0, "talkers", "Talkers");
    print_link(h, v->anomaly_count > 0, "anomalies", "Anomalies");
    print_link(h, true, "input", "Input");
    html_markup(h, "</ul></nav>\n");
}

/* A clause that begins a sentence now. */
static void append_sentence(struct buffer *out, struct bytes clause)
{
    const size_t from = out->len;

    buffer_append(out, clause);
    if (out->len > from && out->at[from] >= 'a' && out->at[from] <= 'z')
        out->at[from] = (uint8_t)(out->at[from] - 'a' + 'A');
}

/* The first clause large, what comes after it below. */
static void print_headline(struct html *h, const struct view *v)
{
    struct buffer whole = {0};

    wording_headline(&whole, v);
    const struct bytes all = buffer_bytes(&whole), mark = bytes_of_text("; ");
    const size_t at = bytes_find(all, mark);
    buffer_append(&h->raw, bytes_first(all, at));
    html_raw_with(h, " port ", " port&nbsp;");
    if (at < all.len) {
        html_markup(h, ". <span>");
        append_sentence(&h->raw, bytes_after(all, at + mark.len));
        html_raw_with(h, " port ", " port&nbsp;");
        html_markup(h, "</span>");
    }
    buffer_inherit(h->out, &whole);
    buffer_free(&whole);
}

static void print_head(struct html *h, const struct view *v, const struct input_note *in)
{
    const struct summary_counts *c = v->counts;

    html_markup(h,
                "<header>\n<p class=\"mast\"><svg width=\"24\" height=\"24\" viewBox=\"0 0 24 24\" "
                "aria-hidden=\"true\" "
                "fill=\"none\" stroke=\"currentColor\" stroke-width=\"2\"><circle cx=\"12\" "
                "cy=\"12\" r=\"10\"/><circle cx=\"12\" cy=\"12\" r=\"5.5\"/><path d=\"M12 2v4.5M12 "
                "17.5V22M2 12h4.5M17.5 12H22\"/></svg><span><b>portwarden</b> firewall "
                "report</span></p>\n<h1>");
    print_headline(h, v);
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
    html_markup(h, "</header>\n<div id=\"main\" tabindex=\"-1\"></div>\n");
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
    report_html_ports(&h, v);
    report_html_time(&h, v);
    report_html_rules(&h, v);
    report_html_flows(&h, v);
    report_html_floods(&h, v);
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

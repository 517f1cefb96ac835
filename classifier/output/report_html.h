/* SPDX-License-Identifier: MIT */
/* report_html.h - the parts of the HTML report, in the order of the page. */
#ifndef OUTPUT_REPORT_HTML_H
#define OUTPUT_REPORT_HTML_H

#include "output/html.h"
#include "output/view.h"

/* The only style sheet and the only script, each in parts up to NULL: nothing is ever fetched. */
extern const char *const report_style[];
extern const char *const report_script[];
/* What the page's Content-Security-Policy allows them by (CSP3 s2.3.1): test_report.c checks that
 * they are their own. */
extern const char report_style_hash[], report_script_hash[];

void report_html_ports(struct html *h, const struct view *v);
void report_html_time(struct html *h, const struct view *v);

void report_html_rules(struct html *h, const struct view *v);
/* Blocked flows, mismatches, failed upgrades: each with its evidence. */
void report_html_flows(struct html *h, const struct view *v);
void report_html_floods(struct html *h, const struct view *v);
void report_html_services(struct html *h, const struct view *v);
void report_html_swarm(struct html *h, const struct view *v);
void report_html_talkers(struct html *h, const struct view *v);
void report_html_anomalies(struct html *h, const struct view *v);
void report_html_input(struct html *h, const struct view *v, const struct input_note *in);

/* The last row of a table that does not show all. */
void report_html_rest(struct html *h, uint64_t n, const char *noun, int columns);

/* Is there something to show in that section? */
bool report_has_flows(const struct view *v, enum flow_rank from, enum flow_rank to);

#endif

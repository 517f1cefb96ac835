/* SPDX-License-Identifier: MIT */
/* The report's tables: rules, WebSocket services, talkers, anomalies; and what was read. */
#include "output/report_html.h"

#include "output/terminal.h"
#include "output/wording.h"

#define RULES_SHOWN    60
#define SERVICES_SHOWN 40
#define FLOODS_SHOWN   60
#define TALKERS_SHOWN  10

void report_html_rest(struct html *h, uint64_t n, const char *noun, int columns)
{
    if (n == 0)
        return;
    buffer_printf(h->out, "<tr class=\"rest\"><th scope=\"row\" colspan=\"%d\">and ", columns);
    wording_plural(h->out, n, noun);
    html_markup(h, " more</th></tr>\n");
}

static void print_leak(struct html *h, const struct rule_entry *r)
{
    const uint64_t leak = r->leaked_bytes[TO_SERVER] + r->leaked_bytes[TO_CLIENT];

    html_figure(h, leak);
    if (leak > 0) {
        html_size(h, leak);
        html_markup(h, "<small>in ");
        wording_plural(h->out, r->leaked_packets[TO_SERVER] + r->leaked_packets[TO_CLIENT],
                       "packet");
        html_markup(h, "</small>");
        html_share(h, leak, totals_bytes(&r->totals), "stopped");
    }
    html_markup(h, "</td>");
}

static void print_rule(struct html *h, const struct rule_entry *r)
{
    const char *action = r->action[0] != '\0' ? r->action : "none";

    html_markup(h, "<tr><th scope=\"row\">");
    html_text(h, r->rule != NULL ? r->rule : "no rule matched: the default");
    if (r->line > 0)
        buffer_printf(h->out, "<small>line %u</small>", r->line);
    html_markup(h, "</th><td>");
    html_tag(h, action);
    html_markup(h, "</td>");
    html_count_cell(h, r->totals.flows + r->alerts);
    html_size_cell(h, totals_bytes(&r->totals));
    print_leak(h, r);
    html_size_cell(h, r->worst_leak);
    html_count_cell(h, r->too_late);
    html_markup(h, "</tr>\n");
}

void report_html_rules(struct html *h, const struct view *v)
{
    static const char *const heads[] = {
        "Rule",      "Says", "#Times", "#Bytes", "#Passed before it fired", "#Most of one flow",
        "#Too late", NULL};

    if (v->rules.count == 0)
        return;
    html_begin_section(h, "rules", "Verdicts by rule, and what each costs");
    html_markup(h, "<p>A block costs what both sides had got before the rule could be certain. Too "
                   "late: it was certain only when the flow was over.</p>\n");
    html_table(h, "Rules in order of effect", heads);
    for (size_t i = 0; i < v->rules.count && i < RULES_SHOWN; i++)
        print_rule(h, view_rule(v, i));
    if (v->rules.count > RULES_SHOWN)
        report_html_rest(h, v->rules.count - RULES_SHOWN, "rule", 7);
    html_table_end(h);
    html_markup(h, "</section>\n");
}

static void print_flood(struct html *h, const struct flood *f)
{
    html_markup(h, "<tr><th scope=\"row\">");
    wording_flood_who(&h->raw, f);
    html_raw(h);
    html_markup(h, "</th><td>");
    html_tag(h, f->action);
    html_markup(h, "<small>");
    html_text(h, f->rule);
    html_markup(h, "</small></td>");
    html_figure(h, f->count);
    html_count(h, f->count);
    html_markup(h, "<small>limit ");
    html_count(h, f->over);
    html_markup(h, "</small></td>");
    html_markup(h, "<td>");
    wording_flood_rate(&h->raw, f);
    html_raw(h);
    wording_follow(&h->raw, f->flow_id, f->source);
    html_folded_command(h);
    html_markup(h, "</td></tr>\n");
}

void report_html_floods(struct html *h, const struct view *v)
{
    static const char *const heads[] = {"Who", "Verdict", "#Counted", "What was seen", NULL};

    if (v->floods.count == 0)
        return;
    html_begin_section(h, "floods", "Floods");
    html_markup(h, "<p>Who did something more often than a rule with a rate allows.</p>\n");
    html_table(h, "Sources, blocked first, then by how much", heads);
    for (size_t i = 0; i < v->floods.count && i < FLOODS_SHOWN; i++)
        print_flood(h, view_flood(v, i));
    if (v->floods.count > FLOODS_SHOWN)
        report_html_rest(h, v->floods.count - FLOODS_SHOWN, "source", 4);
    html_table_end(h);
    html_markup(h, "</section>\n");
}

static void print_texts(struct html *h, const struct few_text *few, const char *marked)
{
    for (size_t i = 0; i < few->count; i++) {
        html_markup(h, "<li>");
        html_wire(h, bytes_of_text(few->at[i]));
        if (few->times[i] > 1) {
            html_markup(h, " &times; ");
            html_count(h, few->times[i]);
        }
        if (few->marked[i] > 0)
            html_markup(h, marked);
        html_markup(h, "</li>");
    }
    if (few->more)
        html_markup(h, "<li>and others</li>");
}

static void print_ladder(struct html *h, const struct service *s)
{
    bool first = true;

    for (int l = LADDER_UNFRAMED; l > LADDER_NONE; l--) {
        if (s->ladder[l] == 0)
            continue;
        html_markup(h, first ? "" : "<br>");
        buffer_printf(h->out, "%s ", ladder_name((enum ladder)l));
        html_count(h, s->ladder[l]);
        first = false;
    }
}

static void print_close_codes(struct html *h, const struct service *s)
{
    for (size_t i = 0; i < s->close_codes.count; i++) {
        html_markup(h, "<li>");
        wording_close_code(h->out, s->close_codes.at[i], s->close_codes.times[i]);
        html_markup(h, "</li>");
    }
    if (s->close_codes.more)
        html_markup(h, "<li>and others</li>");
}

static void print_origins(struct html *h, const struct service *s)
{
    html_markup(h, "<td><ul>");
    print_texts(h, &s->origins, " <em>cross-origin</em>");
    if (s->no_origin > 0) {
        html_markup(h, "<li class=\"soft\">none &times; ");
        html_count(h, s->no_origin);
        html_markup(h, "</li>");
    }
    html_markup(h, "</ul></td>");
}

static void print_spoken(struct html *h, const struct service *s)
{
    for (size_t i = 0; i < s->subprotocols.count; i++) {
        html_markup(h, i == 0 ? "<small>speaks " : ", ");
        html_wire(h, bytes_of_text(s->subprotocols.at[i]));
    }
    if (s->subprotocols.count > 0)
        html_markup(h, s->subprotocols.more ? " and others</small>" : "</small>");
}

static void print_service(struct html *h, const struct service *s)
{
    html_markup(h, "<tr><th scope=\"row\">");
    html_wire(h, s->host);
    html_markup(h, "<small>");
    html_wire(h, s->path);
    buffer_printf(h->out, " <span>port %u</span></small>", s->port);
    print_spoken(h, s);
    html_markup(h, "</th>");
    html_count_cell(h, s->flows);
    html_markup(h, "<td>");
    print_ladder(h, s);
    if (s->tunnels > 0) {
        html_markup(h, "<br><em>tunnel</em> ");
        html_count(h, s->tunnels);
    }
    html_markup(h, "</td>");
    print_origins(h, s);
    html_count_cell(h, s->messages[TO_SERVER]);
    html_count_cell(h, s->messages[TO_CLIENT]);
    html_markup(h, "<td><ul>");
    print_close_codes(h, s);
    html_markup(h, "</ul></td></tr>\n");
}

void report_html_services(struct html *h, const struct view *v)
{
    static const char *const heads[] = {
        "Endpoint",   "#Flows",      "Upgrades", "Origins", "#Messages to server",
        "#To client", "Closed with", NULL};

    if (v->services.count == 0)
        return;
    html_begin_section(h, "websockets", "WebSocket services");
    html_markup(h, "<p>Paths stand here without their queries, which often hold a secret.</p>\n");
    html_table(h, "By host and path", heads);
    for (size_t i = 0; i < v->services.count && i < SERVICES_SHOWN; i++)
        print_service(h, view_service(v, i));
    if (v->services.count > SERVICES_SHOWN)
        report_html_rest(h, v->services.count - SERVICES_SHOWN, "endpoint", 7);
    html_table_end(h);
    html_markup(h, "</section>\n");
}

static void print_talker(struct html *h, const struct talker *t, uint64_t largest)
{
    char text[ADDR_TEXT_ROOM];
    const uint64_t bytes = totals_bytes(&t->totals);

    addr_text(&t->addr, text);
    html_markup(h, "<tr><th scope=\"row\">");
    html_text(h, text);
    html_markup(h, "</th>");
    html_count_cell(h, t->totals.flows);
    html_count_cell(h, t->blocked);
    html_figure(h, bytes);
    html_markup(h, t->missed_bytes > 0 ? "at least " : "");
    html_size(h, bytes);
    html_share(h, bytes, largest, "passed");
    html_markup(h, "</td></tr>\n");
}

static void print_talkers(struct html *h, const char *caption, const struct sorted *all,
                          const struct totals *others)
{
    static const char *const heads[] = {"Address", "#Flows", "#Blocked", "#Bytes", NULL};
    struct totals rest = *others;

    html_table(h, caption, heads);
    for (size_t i = 0; i < all->count; i++) {
        const struct talker *t = all->at[i], *first = all->at[0];
        if (i < TALKERS_SHOWN)
            print_talker(h, t, totals_bytes(&first->totals));
        else
            totals_add(&rest, &t->totals);
    }
    if (rest.flows > 0) {
        html_markup(h, "<tr class=\"rest\"><th scope=\"row\">all others</th>");
        html_count_cell(h, rest.flows);
        html_markup(h, "<td></td>");
        html_size_cell(h, totals_bytes(&rest));
        html_markup(h, "</tr>\n");
    }
    html_table_end(h);
}

void report_html_talkers(struct html *h, const struct view *v)
{
    if (v->clients.count == 0)
        return;
    html_begin_section(h, "talkers", "Top talkers");
    html_markup(h, "<div class=\"pair\">\n");
    print_talkers(h, "Clients, by bytes", &v->clients, v->other_clients);
    print_talkers(h, "Servers, by bytes", &v->servers, v->other_servers);
    html_markup(h, "</div>\n</section>\n");
}

void report_html_anomalies(struct html *h, const struct view *v)
{
    static const char *const heads[] = {"Anomaly", "What it is", "#Times", "#First packet", NULL};

    if (v->anomaly_count == 0)
        return;
    html_begin_section(h, "anomalies", "Anomalies");
    html_markup(h, "<p>What no honest stack does, and what could not be seen.</p>\n");
    html_table(h, "By how often they were met", heads);
    for (size_t i = 0; i < v->anomaly_count; i++) {
        const struct anomaly_entry *a = &v->anomalies[i];
        const struct anomaly_info *info = anomaly_info(a->id);
        html_markup(h, "<tr><th scope=\"row\">");
        html_text(h, info->name);
        html_markup(h, "</th><td>");
        html_text(h, info->what);
        wording_follow(&h->raw, a->flow_id, a->source);
        html_folded_command(h);
        html_markup(h, "</td>");
        html_count_cell(h, a->count);
        buffer_printf(h->out, "<td class=\"n\" data-v=\"%llu\">%llu",
                      (unsigned long long)a->first_packet, (unsigned long long)a->first_packet);
        if (v->counts->several_sources && a->source != NULL) {
            html_markup(h, "<small>");
            html_text(h, a->source);
            html_markup(h, "</small>");
        }
        html_markup(h, "</td></tr>\n");
    }
    html_table_end(h);
    html_markup(h, "</section>\n");
}

static void print_stats(struct html *h, const struct view *v)
{
    static const char *const heads[] = {"Counter", "#Value", NULL};

    if (v->stat_count == 0)
        return;
    html_markup(h, "<div class=\"flows\"><details class=\"flow\"><summary><span "
                   "class=\"tag\">stats</span><span>The "
                   "engine's own counters</span><span></span><span class=\"sum\"></span></summary>"
                   "<div class=\"body\">\n");
    html_table(h, "Counters", heads);
    for (size_t i = 0; i < v->stat_count; i++) {
        html_markup(h, "<tr><td>");
        html_text(h, v->stats[i].group);
        html_markup(h, ".");
        html_text(h, v->stats[i].name);
        html_markup(h, "</td><td class=\"n\">");
        html_count(h, v->stats[i].value);
        html_markup(h, "</td></tr>\n");
    }
    html_table_end(h);
    html_markup(h, "</div></details></div>\n");
}

void report_html_input(struct html *h, const struct view *v, const struct input_note *in)
{
    html_begin_section(h, "input", "What was read, and what could not be seen");
    html_markup(h, "<p>");
    html_text(h, in->name);
    html_markup(h, ": ");
    wording_plural(h->out, in->packets, "packet");
    html_markup(h, ", ");
    html_size(h, in->bytes);
    html_markup(h, ", judged by ");
    html_text(h, in->rules != NULL ? in->rules : "no rules");
    html_markup(h, ".</p>\n<ul class=\"notes\">\n");
    if (!wording_unseen(&h->raw, v, in, 0))
        html_markup(h, "<li>All that was captured could be read.</li>\n");
    for (size_t i = 1; h->raw.len > 0; i++) {
        html_markup(h, "<li>");
        html_raw(h);
        html_markup(h, ".</li>\n");
        wording_unseen(&h->raw, v, in, i);
    }
    html_markup(h, "</ul>\n");
    print_stats(h, v);
    html_markup(h, "</section>\n");
}

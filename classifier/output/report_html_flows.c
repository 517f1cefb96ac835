/* SPDX-License-Identifier: MIT */
/* Kinds of flows that a person should look at, each folded over its evidence. */
#include "output/report_html.h"

#include "output/clock_text.h"
#include "output/escape.h"
#include "output/terminal.h"
#include "output/wording.h"

#define KINDS_SHOWN  60 /* of a section */
#define REASON_SHOWN 40 /* bytes of evidence beside a folded kind */
#define OTHERS_SHOWN 10 /* flows of a kind, besides the one shown in full */

bool report_has_flows(const struct view *v, enum flow_rank from, enum flow_rank to)
{
    for (size_t i = 0; i < v->kinds.count; i++) {
        const enum flow_rank rank = flow_rank(view_kind(v, i)->worst);
        if (rank >= from && rank <= to)
            return true;
    }
    return false;
}

/* tcp > http > ssh, and under it what says so. */
static void print_stack(struct html *h, const struct flow_info *flow)
{
    const struct evidence *reason = wording_reason(flow);

    html_markup(h, "<span class=\"stack\">");
    wording_stack(&h->raw, flow, " > ");
    wording_oddity(&h->raw, flow);
    html_raw_with(h, " > ", " <i>&rsaquo;</i> ");
    if (reason != NULL) {
        html_markup(h, "<small>");
        html_text(h, reason->what);
        html_markup(h, " ");
        html_dots(h, bytes_first(reason->detail, REASON_SHOWN));
        html_markup(h, "</small>");
    }
    html_markup(h, "</span>");
}

static void print_ends(struct html *h, const struct flow_info *flow)
{
    wording_flow_ends(&h->raw, flow);
    html_raw_with(h, " -> ", " &rarr; ");
}

static void print_summary(struct html *h, const struct flow_kind *kind)
{
    const enum verdict verdict = kind->worst->verdict;

    html_markup(h, "<summary>");
    html_tag(h, verdict != VERDICT_NONE ? verdict_name(verdict) : "none");
    print_stack(h, kind->worst);
    html_markup(h, "<span class=\"ends\">");
    wording_kind_ends(&h->raw, kind);
    buffer_append_byte(&h->raw, ':');
    buffer_append_u64(&h->raw, kind->worst->server.port);
    html_raw_with(h, " -> ", " &rarr; ");
    html_markup(h, "</span><span class=\"sum\">");
    wording_plural(h->out, kind->totals.flows, "flow");
    html_markup(h, ", ");
    html_size(h, totals_bytes(&kind->totals));
    html_markup(h, "</span></summary>\n");
}

static void wire_fact(struct html *h, const char *name, struct bytes value)
{
    if (value.len == 0)
        return;
    html_fact(h, name);
    html_wire(h, value);
    html_fact_end(h);
}

static void text_fact(struct html *h, const char *name, const char *value)
{
    if (value == NULL || value[0] == '\0')
        return;
    html_fact(h, name);
    html_text(h, value);
    html_fact_end(h);
}

static void print_hex(struct html *h, struct bytes in)
{
    for (size_t i = 0; i < in.len; i++)
        buffer_printf(h->out, "%s%02x", i > 0 ? " " : "", in.at[i]);
}

static void print_rule_facts(struct html *h, const struct flow_info *flow)
{
    if (flow->rule == NULL)
        return;
    html_fact(h, "Rule");
    html_text(h, flow->rule);
    if (flow->rule_line > 0)
        buffer_printf(h->out, " (line %u)", flow->rule_line);
    html_fact_end(h);
    if (flow->verdict != VERDICT_BLOCK)
        return;
    html_fact(h, "Had passed before the block");
    html_size(h, flow->leaked_bytes[TO_SERVER]);
    html_markup(h, " to the server, ");
    html_size(h, flow->leaked_bytes[TO_CLIENT]);
    html_markup(h, " to the client, in ");
    wording_plural(h->out, flow->leaked_packets[TO_SERVER] + flow->leaked_packets[TO_CLIENT],
                   "packet");
    if (flow->verdict_packet > 0)
        buffer_printf(h->out, "; certain at packet %llu", (unsigned long long)flow->verdict_packet);
    html_fact_end(h);
}

static void print_traffic_facts(struct html *h, const struct flow_info *flow)
{
    html_fact(h, "Client and server");
    print_ends(h, flow);
    if (!flow->direction_known)
        html_markup(h, " (which is which is a guess)");
    html_fact_end(h);
    html_fact(h, "Began");
    clock_text_append_date(h->out, flow->start_ns);
    html_markup(h, " UTC, for ");
    terminal_span(h->out, flow->end_ns - flow->start_ns);
    html_fact_end(h);
    html_fact(h, "Carried");
    html_size(h, flow->bytes[TO_SERVER]);
    html_markup(h, " to the server, ");
    html_size(h, flow->bytes[TO_CLIENT]);
    html_markup(h, " to the client, in ");
    wording_plural(h->out, flow_packets(flow), "packet");
    html_fact_end(h);
    const uint64_t missing = flow->tcp.missing[TO_SERVER] + flow->tcp.missing[TO_CLIENT];
    if (flow->transport == TRANSPORT_TCP && missing > 0) {
        html_fact(h, "Never captured");
        html_size(h, missing);
        html_fact_end(h);
    }
}

static void print_websocket_fact(struct html *h, const struct flow_info *flow)
{
    if (flow->ws == NULL)
        return;
    html_fact(h, "WebSocket");
    for (size_t next = 0; wording_websocket(&h->raw, flow, &next);) {
        html_raw(h);
        html_markup(h, "<br>");
    }
    html_fact_end(h);
}

static void print_facts(struct html *h, const struct flow_info *flow)
{
    html_markup(h, "<dl class=\"facts\">\n");
    text_fact(h, "Promised", flow->expected);
    text_fact(h, "Confidence", confidence_name(flow->confidence));
    print_rule_facts(h, flow);
    wire_fact(h, "Host", flow->host);
    wire_fact(h, "Path", path_without_query(flow->path));
    wire_fact(h, "Origin", flow->origin);
    wire_fact(h, "Subprotocol", flow->subprotocol);
    wire_fact(h, "TLS server name", flow->sni);
    text_fact(h, "Upgrade", ladder_name(flow->ladder));
    if (flow->info_hash.len > 0) {
        html_fact(h, "Info hash");
        print_hex(h, flow->info_hash);
        html_fact_end(h);
    }
    wire_fact(h, "BitTorrent client", flow->peer_client);
    text_fact(h, "nDPI calls it", flow->ndpi.proto);
    print_traffic_facts(h, flow);
    print_websocket_fact(h, flow);
    html_markup(h, "</dl>\n");
}

static void print_evidence(struct html *h, const struct flow_info *flow, bool several_sources)
{
    if (flow->evidence_count == 0)
        return;
    html_markup(h, "<h4>Evidence</h4>\n<ol class=\"evidence\">\n");
    for (size_t i = 0; i < flow->evidence_count; i++) {
        const struct evidence *e = &flow->evidence[i];
        buffer_printf(h->out, "<li><span class=\"p\">packet %llu", (unsigned long long)e->packet);
        if (several_sources && flow->source != NULL) {
            html_markup(h, " of ");
            html_text(h, wording_base_name(flow->source));
        }
        html_markup(h, "</span><div>");
        html_text(h, e->what);
        if (e->bits > 0)
            buffer_printf(h->out, " <span class=\"soft\">(%u %s)</span>", e->bits,
                          e->bits == 1 ? "bit" : "bits");
        html_dump(h, e->detail);
        html_markup(h, "</div></li>\n");
    }
    html_markup(h, "</ol>\n");
}

static void print_other(struct html *h, const struct flow_info *flow)
{
    html_markup(h, "<li>");
    print_ends(h, flow);
    html_markup(h, ", ");
    html_size(h, flow_bytes(flow));
    buffer_printf(h->out, ", from packet %llu</li>\n", (unsigned long long)flow->first_packet);
}

/* The other flows of the kind, as far as they were kept. */
static void print_others(struct html *h, const struct view *v, const struct flow_kind *kind)
{
    uint64_t left = kind->totals.flows - 1;

    if (left == 0)
        return;
    html_markup(h, "<h4>Alike</h4>\n<ul class=\"notes\">\n");
    for (size_t i = 0, shown = 0; i < v->flows.count && i < SUMMARY_WORST && shown < OTHERS_SHOWN;
         i++) {
        const struct flow_info *flow = view_flow(v, i);
        if (flow->id == kind->worst->id || !flow_alike(flow, kind->worst))
            continue;
        print_other(h, flow);
        shown++;
        left--;
    }
    if (left > 0) {
        html_markup(h, "<li>");
        html_count(h, left);
        html_markup(h, " more</li>\n");
    }
    html_markup(h, "</ul>\n");
}

static void print_kind(struct html *h, const struct view *v, const struct flow_kind *kind)
{
    const struct flow_info *flow = kind->worst;
    const bool first = kind == view_kind(v, 0); /* shows what the others have to offer */

    html_markup(h, first ? "<details class=\"flow\" open>" : "<details class=\"flow\">");
    print_summary(h, kind);
    html_markup(h, "<div class=\"body\">\n");
    print_facts(h, flow);
    print_evidence(h, flow, v->counts->several_sources);
    print_others(h, v, kind);
    wording_command(&h->raw, flow);
    if (h->raw.len > 0)
        html_markup(h, "<h4>See it again</h4>\n");
    html_command(h);
    html_markup(h, "</div></details>\n");
}

struct section {
    const char *id, *title, *lead;
    enum flow_rank from, to;
};

static void print_section(struct html *h, const struct view *v, const struct section *s)
{
    uint64_t kinds = 0;

    if (!report_has_flows(v, s->from, s->to))
        return;
    html_begin_section(h, s->id, s->title);
    html_markup(h, "<p>");
    html_markup(h, s->lead);
    html_markup(h, "</p>\n<div class=\"flows\">\n");
    for (size_t i = 0; i < v->kinds.count; i++) {
        const struct flow_kind *kind = view_kind(v, i);
        const enum flow_rank rank = flow_rank(kind->worst);
        if (rank < s->from || rank > s->to)
            continue;
        if (kinds++ < KINDS_SHOWN)
            print_kind(h, v, kind);
    }
    html_markup(h, "</div>\n");
    if (kinds > KINDS_SHOWN) {
        html_markup(h, "<p>&hellip; and ");
        wording_plural(h->out, kinds - KINDS_SHOWN, "more kind");
        html_markup(h, "; <code>portwarden analyze --all</code> shows every flow.</p>\n");
    }
    html_markup(h, "</section>\n");
}

void report_html_flows(struct html *h, const struct view *v)
{
    static const struct section sections[] = {
        {"blocked", "Blocked",
         "Flows alike stand together; the largest is shown with its evidence, the packets that "
         "prove it.",
         RANK_BLOCKED, RANK_BLOCKED},
        {"mismatches", "Let pass, though not what the port promised",
         "No rule blocks these. A rule with <code>mismatch: true</code> would.", RANK_MISMATCH,
         RANK_MISMATCH},
        {"tunnels", "WebSockets that carry another connection",
         "A protocol that is an application of its own is in their messages; or, with a question "
         "mark, bytes that look random from the first on.",
         RANK_TUNNEL, RANK_TUNNEL},
        {"upgrades", "Upgrades to WebSocket that went wrong",
         "Asked for, but refused; granted with a wrong <code>Sec-WebSocket-Accept</code>; or "
         "granted, and then no WebSocket frame came.",
         RANK_REFUSED, RANK_UNFRAMED},
    };

    for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++)
        print_section(h, v, &sections[i]);
}

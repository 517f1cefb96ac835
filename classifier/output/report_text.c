/* SPDX-License-Identifier: MIT */
/* The firewall report as plain text that survives a mail: 78 columns, no colours. */
#include "output/report_text.h"

#include "output/clock_text.h"
#include "output/wording.h"

#define COLUMNS       78
#define LIST_INDENT   2
#define DETAIL_INDENT 6
#define PORTS_SHOWN   24
#define KINDS_SHOWN   60 /* of a section */
#define RULES_SHOWN   60

struct text {
    struct sheet sheet;
    const struct view *view;
    const struct input_note *in;
};

static void print_title(struct sheet *s, const char *title, char under)
{
    sheet_words(s, bytes_of_text(title));
    sheet_break(s);
    for (size_t i = 0; i < strlen(title); i++)
        buffer_append_byte(&s->raw, (uint8_t)under);
    sheet_words_raw(s);
    sheet_break(s);
}

void report_text_section(struct sheet *s, const char *title)
{
    sheet_blank(s);
    print_title(s, title, '-');
    s->indent = LIST_INDENT;
}

void report_text_section_end(struct sheet *s)
{
    sheet_break(s);
    s->indent = 0;
}

/* The first piece of an entry; what follows hangs under it. */
void report_text_entry(struct sheet *s)
{
    sheet_piece_raw(s, "");
    s->indent = DETAIL_INDENT;
}

void report_text_entry_end(struct sheet *s)
{
    sheet_break(s);
    s->indent = LIST_INDENT;
}

void report_text_rest(struct sheet *s, size_t all, size_t shown, const char *noun)
{
    if (all <= shown)
        return;
    buffer_append_text(&s->raw, "... and ");
    wording_plural(&s->raw, all - shown, noun);
    buffer_append_text(&s->raw, " more");
    sheet_words_raw(s);
    sheet_break(s);
}

static void print_head(struct text *t)
{
    struct sheet *s = &t->sheet;
    const struct summary_counts *c = t->view->counts;

    print_title(s, "portwarden firewall report", '=');
    sheet_blank(s);
    wording_headline(&s->raw, t->view);
    sheet_words_raw(s);
    sheet_break(s);
    wording_verdicts(&s->raw, t->view);
    sheet_words_raw(s);
    sheet_blank(s);
    sheet_piece(s, bytes_of_text(t->in->name), "");
    wording_plural(&s->raw, t->in->packets, "packet");
    sheet_piece_raw(s, ": ");
    terminal_size(&s->raw, t->in->bytes);
    sheet_piece_raw(s, ", ");
    wording_plural(&s->raw, c->all.flows, "flow");
    sheet_piece_raw(s, ", ");
    if (c->all.flows > 0) {
        buffer_append_text(&s->raw, "from ");
        clock_text_append_date(&s->raw, c->start_ns);
        buffer_append_text(&s->raw, " UTC over ");
        terminal_span(&s->raw, c->end_ns - c->start_ns);
        sheet_piece_raw(s, ", ");
    }
    if (t->in->rules != NULL) {
        buffer_printf(&s->raw, "rules %s", t->in->rules);
        sheet_piece_raw(s, ", ");
    }
    sheet_break(s);
}

static void print_port(struct text *t, const struct port_entry *port)
{
    struct sheet *s = &t->sheet;

    wording_port(&s->raw, port->port, port->transport);
    buffer_append_text(&s->raw, " promised ");
    buffer_append_text(&s->raw, port->expected != NULL ? port->expected : "nothing");
    report_text_entry(s);
    for (size_t i = 0; i < port->app_count; i++) {
        const struct port_app *app = &t->view->port_apps[port->first_app + i];
        buffer_append_text(&s->raw, i == 0 ? "carried " : "");
        wording_app(&s->raw, app);
        buffer_append_byte(&s->raw, ' ');
        wording_count(&s->raw, app->totals.flows);
        buffer_append_text(&s->raw, app->mismatch ? " (not promised)" : "");
        sheet_piece_raw(s, ", ");
    }
    report_text_entry_end(s);
}

static void print_ports(struct text *t)
{
    const struct view *v = t->view;

    if (v->port_count == 0)
        return;
    report_text_section(&t->sheet, "What each port promised and carried (flows)");
    for (size_t i = 0; i < v->port_count && i < PORTS_SHOWN; i++)
        print_port(t, &v->ports[i]);
    report_text_rest(&t->sheet, v->port_count, PORTS_SHOWN, "port");
    report_text_section_end(&t->sheet);
}

static void print_rule(struct sheet *s, const struct rule_entry *r)
{
    sheet_cell(s, bytes_of_text(r->action[0] != '\0' ? r->action : "-"), 5, ALIGN_LEFT, 2);
    buffer_append_text(&s->raw, r->rule != NULL ? r->rule : "the default");
    if (r->line > 0)
        buffer_printf(&s->raw, " (line %u)", r->line);
    report_text_entry(s);
    if (r->totals.flows > 0) {
        wording_plural(&s->raw, r->totals.flows, "flow");
        sheet_piece_raw(s, ": ");
        terminal_size(&s->raw, totals_bytes(&r->totals));
        sheet_piece_raw(s, ", ");
    }
    if (r->alerts > 0) {
        wording_plural(&s->raw, r->alerts, "alert");
        sheet_piece_raw(s, ": ");
    }
    if (wording_leak(&s->raw, r->leaked_bytes, r->leaked_packets))
        sheet_piece_raw(s, ", ");
    if (r->too_late > 0) {
        wording_count(&s->raw, r->too_late);
        buffer_append_text(&s->raw, " only certain when over");
        sheet_piece_raw(s, ", ");
    }
    report_text_entry_end(s);
}

static void print_rules(struct text *t)
{
    const struct view *v = t->view;

    if (v->rules.count == 0)
        return;
    report_text_section(&t->sheet, "Verdicts by rule");
    for (size_t i = 0; i < v->rules.count && i < RULES_SHOWN; i++)
        print_rule(&t->sheet, view_rule(v, i));
    report_text_rest(&t->sheet, v->rules.count, RULES_SHOWN, "rule");
    report_text_section_end(&t->sheet);
}

static void print_evidence(struct text *t, const struct flow_info *flow)
{
    struct sheet *s = &t->sheet;
    const char *source = t->view->counts->several_sources ? flow->source : NULL;

    for (size_t i = 0; i < flow->evidence_count; i++) {
        wording_evidence(&s->raw, &flow->evidence[i], source);
        sheet_piece_raw(s, "");
        sheet_break(s);
    }
    for (size_t next = 0; wording_websocket(&s->raw, flow, &next);) {
        sheet_words_raw(s);
        sheet_break(s);
    }
    wording_command(&s->raw, flow);
    sheet_words_raw(s);
    sheet_break(s);
}

static void print_kind(struct text *t, const struct flow_kind *kind)
{
    struct sheet *s = &t->sheet;
    const struct flow_info *flow = kind->worst;

    wording_port(&s->raw, flow->server.port, flow->transport);
    report_text_entry(s);
    wording_stack(&s->raw, flow, " > ");
    wording_oddity(&s->raw, flow);
    sheet_piece_raw(s, ": ");
    sheet_piece(s, bytes_of_text(confidence_name(flow->confidence)), ", ");
    wording_plural(&s->raw, kind->totals.flows, "flow");
    sheet_piece_raw(s, ", ");
    terminal_size(&s->raw, totals_bytes(&kind->totals));
    sheet_piece_raw(s, ", ");
    if (flow->rule != NULL) {
        buffer_printf(&s->raw, "rule %s", flow->rule);
        sheet_piece_raw(s, ", ");
    }
    sheet_break(s);
    wording_flow_ends(&s->raw, flow);
    sheet_piece_raw(s, "");
    wording_name(&s->raw, flow);
    sheet_piece_raw(s, ", ");
    sheet_break(s);
    print_evidence(t, flow);
    report_text_entry_end(s);
}

static void print_kinds(struct text *t, const char *title, enum flow_rank from, enum flow_rank to)
{
    const struct view *v = t->view;
    size_t kinds = 0;

    for (size_t i = 0; i < v->kinds.count; i++) {
        const struct flow_kind *kind = view_kind(v, i);
        const enum flow_rank rank = flow_rank(kind->worst);
        if (rank < from || rank > to)
            continue;
        if (kinds == 0)
            report_text_section(&t->sheet, title);
        if (kinds++ < KINDS_SHOWN)
            print_kind(t, kind);
    }
    report_text_rest(&t->sheet, kinds, KINDS_SHOWN, "kind");
    report_text_section_end(&t->sheet);
}

static void print_unseen(struct text *t)
{
    struct sheet *s = &t->sheet;

    report_text_section(s, "What could not be seen");
    if (!wording_unseen(&s->raw, t->view, t->in, 0))
        sheet_words(s, bytes_of_text("All that was captured could be read."));
    for (size_t i = 1; s->raw.len > 0; i++) {
        sheet_words_raw(s);
        sheet_break(s);
        wording_unseen(&s->raw, t->view, t->in, i);
    }
    report_text_section_end(s);
}

void report_text(struct out *out, const struct summary *s, const struct input_note *in)
{
    struct view *view = view_create(s);
    struct text t = {.sheet = {.columns = COLUMNS}, .view = view, .in = in};

    if (view == NULL) {
        out_fail(out, "out of memory");
        return;
    }
    print_head(&t);
    print_ports(&t);
    report_text_timeline(&t.sheet, view);
    print_rules(&t);
    print_kinds(&t, "Blocked", RANK_BLOCKED, RANK_BLOCKED);
    print_kinds(&t, "Let pass, though not what the port promised", RANK_MISMATCH, RANK_MISMATCH);
    print_kinds(&t, "WebSockets that carry another connection", RANK_TUNNEL, RANK_TUNNEL);
    print_kinds(&t, "Upgrades to WebSocket that went wrong", RANK_REFUSED, RANK_UNFRAMED);
    report_text_lists(&t.sheet, view);
    print_unseen(&t);
    sheet_blank(&t.sheet);
    sheet_words(&t.sheet, bytes_of_text("portwarden " PORTWARDEN_VERSION));
    sheet_break(&t.sheet);
    sheet_print(&t.sheet, out_buffer(out));
    out_record(out);
    sheet_free(&t.sheet);
    view_free(view);
}

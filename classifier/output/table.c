/* SPDX-License-Identifier: MIT */
/* The table: what is on this port that should not be?
 *
 * A port with something wrong on it is a block: a line that says what it promised, then its kinds
 * of flows, worst first. A port that keeps its promise is one line. --all: every flow, worst first.
 */
#include "output/output.h"

#include "output/sheet.h"
#include "output/table_row.h"
#include "output/wording.h"

#define LEAST_COLUMNS   80
#define WIDE_COLUMNS    96 /* from here on a stack of four layers fits */
#define BODY_LINES      25
#define ANOMALIES_SHOWN 4

static bool kind_on_port(const struct flow_kind *kind, const struct port_entry *port)
{
    return kind->worst->server.port == port->port && kind->worst->transport == port->transport;
}

/* Something on this port that a person should look at: how many kinds it has; 0 when there is not.
 */
static size_t kinds_to_show(const struct view *v, const struct port_entry *port)
{
    enum flow_rank worst = RANK_QUIET;
    size_t kinds = 0;

    for (size_t i = 0; i < v->kinds.count; i++) {
        if (!kind_on_port(view_kind(v, i), port))
            continue;
        const enum flow_rank rank = flow_rank(view_kind(v, i)->worst);
        worst = rank > worst ? rank : worst;
        kinds++;
    }
    return worst > RANK_QUIET ? kinds : 0;
}

static void print_port(struct table *t, const struct port_entry *port)
{
    struct sheet *s = &t->sheet;

    terminal_color(&s->out, s->color, COLOR_BOLD);
    buffer_printf(&s->raw, "port %u%s", port->port, port->transport == TRANSPORT_UDP ? "/udp" : "");
    sheet_words_raw(s);
    terminal_color(&s->out, s->color, COLOR_PLAIN);
    if (port->expected != NULL) {
        buffer_printf(&s->raw, "promised %s", port->expected);
        sheet_words_raw(s);
    } else {
        sheet_words(s, bytes_of_text("promised nothing"));
    }
}

/* "port 80 promised http, websocket: 27 of 53 flows are something else" */
static void print_loud_port(struct table *t, const struct port_entry *port)
{
    struct sheet *s = &t->sheet;

    print_port(t, port);
    buffer_append_text(&s->raw, ": ");
    if (port->mismatched > 0) {
        wording_count(&s->raw, port->mismatched);
        buffer_append_text(&s->raw, " of ");
    }
    wording_plural(&s->raw, port->totals.flows, "flow");
    if (port->mismatched > 0)
        buffer_printf(&s->raw, " %s something else", port->mismatched == 1 ? "is" : "are");
    sheet_piece_raw(s, "");
    sheet_break(s);
}

/* "port 443 promised tls: tls 5, 201.1 kB" */
static void print_quiet_port(struct table *t, const struct port_entry *port)
{
    struct sheet *s = &t->sheet;

    print_port(t, port);
    for (size_t i = 0; i < port->app_count; i++) {
        const struct port_app *app = &t->view->port_apps[port->first_app + i];
        wording_app(&s->raw, app);
        buffer_append_byte(&s->raw, ' ');
        wording_count(&s->raw, app->totals.flows);
        sheet_piece_raw(s, i == 0 ? ": " : ", ");
    }
    terminal_size(&s->raw, totals_bytes(&port->totals));
    sheet_piece_raw(s, ", ");
    sheet_break(s);
}

static uint64_t print_kinds_of(struct table *t, const struct port_entry *port, size_t limit)
{
    uint64_t flows = 0;

    for (size_t i = 0, shown = 0; i < t->view->kinds.count && shown < limit; i++) {
        const struct flow_kind *kind = view_kind(t->view, i);
        if (!kind_on_port(kind, port))
            continue;
        const struct table_row row = {.flow = kind->worst, .kind = kind};
        table_row_print(t, &row);
        flows += kind->totals.flows;
        shown++;
    }
    return flows;
}

/* One line for each port and each kind to show, worst first, while there is room; what remains of
 * it goes to details. Returns the flows shown. */
static uint64_t print_ports(struct table *t)
{
    const struct view *v = t->view;
    size_t lines = 0, ports = 0;
    uint64_t flows = 0;

    for (; ports < v->port_count && lines < BODY_LINES; ports++)
        lines += 1 + kinds_to_show(v, &v->ports[ports]);
    t->detail_lines = lines < BODY_LINES ? BODY_LINES - lines : 0;
    if (t->how->explain)
        t->detail_lines = SIZE_MAX; /* as long as it takes: it was asked for */
    size_t left = BODY_LINES;
    for (size_t i = 0; i < ports; i++) {
        const struct port_entry *port = &v->ports[i];
        const size_t kinds = kinds_to_show(v, port);
        if (left < (kinds > 0 ? 2 : 1))
            break;
        left--;
        if (kinds > 0)
            print_loud_port(t, port);
        else
            print_quiet_port(t, port);
        flows += kinds > 0 ? print_kinds_of(t, port, left) : port->totals.flows;
        left -= kinds < left ? kinds : left;
    }
    return flows;
}

static uint64_t print_flows(struct table *t)
{
    for (size_t i = 0; i < t->view->flows.count; i++) {
        const struct table_row row = {.flow = view_flow(t->view, i)};
        table_row_print(t, &row);
    }
    return t->view->flows.count;
}

static void print_body(struct table *t)
{
    struct sheet *s = &t->sheet;

    table_heads_print(t);
    const uint64_t shown = t->how->all ? print_flows(t) : print_ports(t);
    const uint64_t all = t->view->counts->all.flows;
    if (shown == all)
        return;
    buffer_append_text(&s->raw, "... and ");
    wording_count(&s->raw, all - shown);
    buffer_append_text(&s->raw, t->how->all ? " more, of which only the sums are kept"
                                            : " more flows (--all)");
    sheet_words_raw(s);
    sheet_break(s);
}

static void print_head(struct table *t, const struct input_note *in)
{
    struct sheet *s = &t->sheet;
    const struct summary_counts *c = t->view->counts;

    sheet_piece(s, bytes_of_text(in->name), "");
    wording_plural(&s->raw, in->packets, "packet");
    sheet_piece_raw(s, ": ");
    terminal_size(&s->raw, in->bytes);
    sheet_piece_raw(s, ", ");
    wording_plural(&s->raw, c->all.flows, "flow");
    if (c->tcp > 0 && c->udp > 0)
        buffer_printf(&s->raw, " (%llu UDP)", (unsigned long long)c->udp);
    sheet_piece_raw(s, ", ");
    terminal_span(&s->raw, c->end_ns - c->start_ns);
    sheet_piece_raw(s, ", ");
    if (in->rules != NULL) {
        buffer_printf(&s->raw, "rules %s", in->rules);
        sheet_piece_raw(s, ", ");
    }
    sheet_blank(s);
    terminal_color(&s->out, s->color, COLOR_BOLD);
    wording_headline(&s->raw, t->view);
    sheet_words_raw(s);
    terminal_color(&s->out, s->color, COLOR_PLAIN);
    sheet_blank(s);
}

static void print_anomalies(struct table *t)
{
    struct sheet *s = &t->sheet;
    const struct view *v = t->view;

    if (v->anomaly_count == 0)
        return;
    wording_anomalies(&s->raw, v->counts->anomalies);
    sheet_piece_raw(s, "");
    for (size_t i = 0; i < v->anomaly_count && i < ANOMALIES_SHOWN; i++) {
        wording_anomaly(&s->raw, v, &v->anomalies[i]);
        sheet_piece_raw(s, i == 0 ? ": " : ", ");
    }
    if (v->anomaly_count > ANOMALIES_SHOWN)
        sheet_piece(s, bytes_of_text("..."), ", ");
    sheet_break(s);
}

static void print_closing(struct table *t, const struct input_note *in)
{
    struct sheet *s = &t->sheet;

    if (t->view->counts->all.flows > 0)
        sheet_blank(s);
    wording_verdicts(&s->raw, t->view);
    sheet_words_raw(s);
    sheet_break(s);
    print_anomalies(t);
    if (wording_unseen(&s->raw, t->view, in, 0))
        sheet_words(s, bytes_of_text("Not seen:"));
    for (size_t i = 1; s->raw.len > 0; i++) {
        buffer_append_byte(&s->raw, '.');
        sheet_words_raw(s);
        wording_unseen(&s->raw, t->view, in, i);
    }
    sheet_break(s);
}

void table_print(struct out *out, const struct summary *s, const struct input_note *in,
                 const struct table_options *how)
{
    struct view *view = view_create(s);
    const size_t columns = how->columns > LEAST_COLUMNS ? (size_t)how->columns : LEAST_COLUMNS;
    struct table t = {.sheet = {.columns = columns, .color = how->color},
                      .view = view,
                      .how = how,
                      .wide = columns >= WIDE_COLUMNS};

    if (view == NULL) {
        out_fail(out, "out of memory");
    } else {
        print_head(&t, in);
        if (view->counts->all.flows > 0)
            print_body(&t);
        print_closing(&t, in);
        sheet_print(&t.sheet, out_buffer(out));
    }
    out_record(out);
    sheet_free(&t.sheet);
    view_free(view);
}

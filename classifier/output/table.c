/* SPDX-License-Identifier: MIT */
/* The table of DESIGN s4: what is on this port that should not be? Worst first, in a few lines. */
#include "output/output.h"

#include "output/sheet.h"
#include "output/wording.h"

#define LEAST_COLUMNS   80
#define WIDE_COLUMNS    96 /* from here on a whole stack of four layers fits */
#define BODY_LINES      25
#define EXPLAIN_LINES   80
#define ANOMALIES_SHOWN 4

/* The widths of the columns; "who" takes what is left. */
enum { VERDICT = 7, STACK = 25, STACK_WIDE = 28, SURE = 8, FLOWS = 5, SIZE = 8 };
#define DETAIL_INDENT (VERDICT + 1)

struct table {
    struct sheet sheet;
    const struct view *view;
    const struct table_options *how;
    size_t stack, who; /* columns */
    size_t details;    /* lines that may still be spent on details of kinds */
};

/* One line: flows alike, or with --all a single flow. */
struct row {
    const struct flow_info *flow;
    const struct flow_kind *kind; /* NULL: a single flow */
    struct totals totals;
};

static struct row row_of_kind(const struct flow_kind *kind)
{
    return (struct row){.flow = kind->worst, .kind = kind, .totals = kind->totals};
}

static struct row row_of_flow(const struct flow_info *flow)
{
    struct row r = {.flow = flow};

    totals_add_flow(&r.totals, flow);
    return r;
}

static const char *or_dash(const char *text)
{
    return text != NULL && text[0] != '\0' ? text : "-";
}

static void text_cell(struct table *t, const char *text, size_t columns, size_t gap)
{
    sheet_cell(&t->sheet, bytes_of_text(text), columns, ALIGN_LEFT, gap);
}

/* What was gathered in `raw`, to the right. */
static void figure_cell(struct table *t, size_t columns, size_t gap)
{
    const struct bytes figure = sheet_take(&t->sheet);
    sheet_cell(&t->sheet, figure, columns, ALIGN_RIGHT, gap);
}

/* At most five digits: 99999, 123k, 45M. */
static void short_count(struct buffer *out, uint64_t n)
{
    static const char *const unit[] = {"", "k", "M", "G", "T", "P"};
    size_t u = 0;

    for (; n > 99999 && u + 1 < sizeof(unit) / sizeof(unit[0]); u++)
        n /= 1000;
    buffer_append_u64(out, n);
    buffer_append_text(out, unit[u]);
}

static void print_heads(struct table *t)
{
    struct sheet *s = &t->sheet;

    terminal_color(&s->out, t->how->color, COLOR_DIM);
    text_cell(t, "VERDICT", VERDICT, 1);
    text_cell(t, "REALLY IS", t->stack, 1);
    text_cell(t, "SURE", SURE, 1);
    if (!t->how->all)
        sheet_cell(s, bytes_of_text("FLOWS"), FLOWS, ALIGN_RIGHT, 1);
    sheet_cell(s, bytes_of_text("BYTES"), SIZE, ALIGN_RIGHT, 2);
    text_cell(t, "WHO", t->who, 0);
    terminal_color(&s->out, t->how->color, COLOR_PLAIN);
    sheet_break(s);
}

/* Too long a stack loses its lower layers: the upper ones say what it is. */
static void stack_cell(struct table *t, const struct flow_info *flow)
{
    struct sheet *s = &t->sheet;

    wording_stack(&s->raw, flow, " > ");
    struct bytes stack = sheet_take(s);
    if (stack.len <= t->stack) {
        sheet_cell(s, stack, t->stack, ALIGN_LEFT, 1);
        return;
    }
    const struct bytes between = bytes_of_text(" > ");
    while (stack.len + strlen("..") > t->stack) {
        const size_t at = bytes_find(bytes_after(stack, between.len), between);
        if (at + between.len >= stack.len)
            break;
        stack = bytes_after(stack, between.len + at);
    }
    struct buffer cut = {0};
    buffer_append_text(&cut, "..");
    buffer_append(&cut, stack);
    sheet_cell(s, buffer_bytes(&cut), t->stack, ALIGN_LEFT, 1);
    buffer_free(&cut);
}

static enum color color_of(enum flow_rank rank)
{
    switch (rank) {
    case RANK_BLOCKED: return COLOR_RED;
    case RANK_MISMATCH:
    case RANK_UNFRAMED:
    case RANK_GRANTED:
    case RANK_REFUSED: return COLOR_YELLOW;
    case RANK_ANOMALY:
    case RANK_QUIET: return COLOR_GREEN;
    }
    return COLOR_PLAIN;
}

/* Both ends and the name, or as much of that as fits. */
static void who_cell(struct table *t, const struct row *r)
{
    struct sheet *s = &t->sheet;

    append_ends(&s->raw, r);
    if (s->raw.len > t->who && r->kind != NULL) {
        buffer_clear(&s->raw);
        wording_clients(&s->raw, r->kind);
    }
    if (s->raw.len > t->who)
        buffer_clear(&s->raw);
    const size_t ends = s->raw.len;
    buffer_append_text(&s->raw, "  ");
    wording_name(&s->raw, r->flow);
    if (s->raw.len == ends + 2 || ends + 2 + NAME_LEAST > t->who)
        s->raw.len = ends;
    const struct bytes who = sheet_take(s);
    sheet_piece(s, bytes_first(who, who.len), "");
}

static void print_row(struct table *t, const struct row *r)
{
    struct sheet *s = &t->sheet;
    const struct flow_info *flow = r->flow;

    terminal_color(&s->out, t->how->color, color_of(flow_rank(flow)));
    text_cell(t, or_dash(verdict_name(flow->verdict)), VERDICT, 1);
    terminal_color(&s->out, t->how->color, COLOR_BOLD);
    stack_cell(t, flow);
    terminal_color(&s->out, t->how->color, COLOR_PLAIN);
    text_cell(t, or_dash(confidence_name(flow->confidence)), SURE, 1);
    if (!t->how->all) {
        short_count(&s->raw, r->totals.flows);
        figure_cell(t, FLOWS, 1);
    }
    terminal_size(&s->raw, totals_bytes(&r->totals));
    figure_cell(t, SIZE, 2);
    who_cell(t, r);
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
    if (c->tcp > 0 && c->udp > 0) {
        buffer_append_text(&s->raw, " (");
        wording_count(&s->raw, c->udp);
        buffer_append_text(&s->raw, " UDP)");
    }
    sheet_piece_raw(s, ", ");
    terminal_span(&s->raw, c->end_ns - c->start_ns);
    sheet_piece_raw(s, ", ");
    if (in->rules != NULL) {
        buffer_printf(&s->raw, "rules %s", in->rules);
        sheet_piece_raw(s, ", ");
    }
    sheet_blank(s);
    terminal_color(&s->out, t->how->color, COLOR_BOLD);
    wording_headline(&s->raw, t->view);
    sheet_words_raw(s);
    terminal_color(&s->out, t->how->color, COLOR_PLAIN);
    sheet_blank(s);
}

static void print_anomalies(struct table *t)
{
    struct sheet *s = &t->sheet;
    const struct view *v = t->view;

    if (v->anomaly_count == 0)
        return;
    buffer_append_text(&s->raw, v->counts->anomalies == 1 ? "1 anomaly:" : "");
    if (v->counts->anomalies != 1) {
        wording_count(&s->raw, v->counts->anomalies);
        buffer_append_text(&s->raw, " anomalies:");
    }
    sheet_words_raw(s);
    for (size_t i = 0; i < v->anomaly_count && i < ANOMALIES_SHOWN; i++) {
        const struct anomaly_entry *a = &v->anomalies[i];
        buffer_append_text(&s->raw, anomaly_info(a->id)->name);
        if (a->count > 1)
            buffer_printf(&s->raw, " x %llu", (unsigned long long)a->count);
        buffer_printf(&s->raw, " (%spacket %llu)", a->count > 1 ? "first at " : "",
                      (unsigned long long)a->first_packet);
        sheet_piece_raw(s, i > 0 ? ", " : " ");
    }
    if (v->anomaly_count > ANOMALIES_SHOWN)
        sheet_piece(s, bytes_of_text("..."), ", ");
    sheet_break(s);
}

static void print_closing(struct table *t, const struct input_note *in)
{
    struct sheet *s = &t->sheet;

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
                      .packets = columns >= PACKETS_COLUMNS};

    if (view == NULL) {
        buffer_append_text(out_buffer(out), "no memory left for the table\n");
        out_record(out);
        return;
    }
    t.really = columns - (VERDICT + 1 + PORT + 2 + PROMISED + 2 + 2 + SURE + 1 + SIZE) -
               (how->all ? 0 : FLOWS + 1) - (t.packets ? PACKETS + 1 : 0);
    print_head(&t, in);
    if (view->counts->all.flows > 0)
        print_body(&t);
    print_closing(&t, in);
    buffer_append(out_buffer(out), buffer_bytes(&t.sheet.out));
    out_record(out);
    sheet_free(&t.sheet);
    view_free(view);
}

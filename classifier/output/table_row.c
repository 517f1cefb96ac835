/* SPDX-License-Identifier: MIT */
#include "output/table_row.h"

#include "output/wording.h"

/* The widths of the columns; "who" takes what is left. */
enum { VERDICT = 7, STACK = 27, STACK_WIDE = 28, SURE = 8, FLOWS = 5, SIZE = 8 };

#define DETAIL_INDENT (VERDICT + 1)
#define NAME_LEAST    12 /* a name that gets fewer columns tells nothing */

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

static size_t stack_columns(const struct table *t)
{
    return t->wide ? STACK_WIDE : STACK;
}

void table_heads_print(struct table *t)
{
    struct sheet *s = &t->sheet;

    terminal_color(&s->out, s->color, COLOR_DIM);
    text_cell(t, "VERDICT", VERDICT, 1);
    text_cell(t, "REALLY IS", stack_columns(t), 1);
    text_cell(t, "SURE", SURE, 1);
    if (!t->how->all)
        sheet_cell(s, bytes_of_text("FLOWS"), FLOWS, ALIGN_RIGHT, 1);
    sheet_cell(s, bytes_of_text("BYTES"), SIZE, ALIGN_RIGHT, 2);
    sheet_piece(s, bytes_of_text("WHO"), "");
    terminal_color(&s->out, s->color, COLOR_PLAIN);
    sheet_break(s);
}

/* Too long a stack loses its lower layers: the upper ones say what it is. */
static void stack_cell(struct table *t, const struct flow_info *flow)
{
    static const char cut[] = "..", between[] = " > ";
    struct sheet *s = &t->sheet;
    const size_t columns = stack_columns(t);

    wording_stack(&s->raw, flow, between);
    wording_oddity(&s->raw, flow);
    const struct bytes whole = sheet_take(s);
    if (whole.len <= columns) {
        sheet_cell(s, whole, columns, ALIGN_LEFT, 1);
        return;
    }
    struct bytes upper = whole;
    do {
        const size_t at = bytes_find(bytes_after(upper, 1), bytes_of_text(between)) + 1;
        if (at >= upper.len)
            break;
        upper = bytes_after(upper, at);
    } while (strlen(cut) + upper.len > columns);
    sheet_cell(s, bytes_of_text(cut), strlen(cut), ALIGN_LEFT, 0);
    sheet_cell(s, upper, columns - strlen(cut), ALIGN_LEFT, 1);
}

static enum color color_of(enum flow_rank rank)
{
    switch (rank) {
    case RANK_BLOCKED: return COLOR_RED;
    case RANK_MISMATCH:
    case RANK_TUNNEL:
    case RANK_UNFRAMED:
    case RANK_GRANTED:
    case RANK_REFUSED: return COLOR_YELLOW;
    case RANK_ANOMALY:
    case RANK_QUIET: return COLOR_GREEN;
    }
    return COLOR_PLAIN;
}

static void append_ends(struct buffer *out, const struct table_row *row)
{
    if (row->kind != NULL)
        wording_kind_ends(out, row->kind);
    else
        wording_flow_ends(out, row->flow);
}

/* Both ends and the name, or as much of that as fits. Returns whether both ends are there. */
static bool who_cell(struct table *t, const struct table_row *row)
{
    struct sheet *s = &t->sheet;
    const size_t room = s->columns - s->column;

    append_ends(&s->raw, row);
    const bool fits = s->raw.len <= room;
    if (!fits) {
        buffer_clear(&s->raw);
        wording_clients(&s->raw, row->flow, row->kind);
    }
    const size_t ends = s->raw.len;
    if (fits && ends + 2 + NAME_LEAST <= room) {
        buffer_append_text(&s->raw, "  ");
        wording_name(&s->raw, row->flow);
    }
    const struct bytes who = sheet_take(s);
    terminal_tail(&s->out, who, room);
    sheet_break(s);
    return fits;
}

static const char *source_of(const struct table *t, const struct flow_info *flow)
{
    return t->view->counts->several_sources ? flow->source : NULL;
}

static void reason_piece(struct table *t, const struct flow_info *flow)
{
    const struct evidence *reason = wording_reason(flow);

    if (reason == NULL || t->how->explain)
        return;
    wording_evidence(&t->sheet.raw, reason, source_of(t, flow));
    sheet_piece_raw(&t->sheet, "; ");
}

static void rule_piece(struct table *t, const struct table_row *row)
{
    struct sheet *s = &t->sheet;
    const uint64_t *leaked = row->kind != NULL ? row->kind->leaked_bytes : row->flow->leaked_bytes;

    if (row->flow->verdict != VERDICT_BLOCK || row->flow->rule == NULL)
        return;
    buffer_printf(&s->raw, "rule %s", row->flow->rule);
    if (leaked[TO_SERVER] + leaked[TO_CLIENT] > 0) {
        buffer_append_text(&s->raw, " after ");
        terminal_size(&s->raw, leaked[TO_SERVER] + leaked[TO_CLIENT]);
    }
    sheet_piece_raw(s, "; ");
}

static void promise_piece(struct table *t, const struct table_row *row)
{
    if (row->kind != NULL || row->flow->mismatch != TRI_YES || row->flow->expected == NULL)
        return;
    buffer_printf(&t->sheet.raw, "promised %s", row->flow->expected);
    sheet_piece_raw(&t->sheet, "; ");
}

static void evidence_lines(struct table *t, const struct flow_info *flow)
{
    struct sheet *s = &t->sheet;

    sheet_break(s);
    for (size_t i = 0; i < flow->evidence_count; i++) {
        wording_evidence(&s->raw, &flow->evidence[i], source_of(t, flow));
        sheet_piece_raw(s, "");
        sheet_break(s);
    }
    for (size_t next = 0; wording_websocket(&s->raw, flow, &next);) {
        sheet_words_raw(s);
        sheet_break(s);
    }
}

/* Under a kind one line, what says most first; with --all and --explain as many as it takes. */
static void print_details(struct table *t, const struct table_row *row, bool ends_shown)
{
    struct sheet *s = &t->sheet;

    s->indent = DETAIL_INDENT;
    s->one_line = row->kind != NULL && !t->how->explain;
    if (row->kind == NULL && !ends_shown) {
        append_ends(&s->raw, row);
        sheet_piece_raw(s, "; ");
    }
    reason_piece(t, row->flow);
    promise_piece(t, row);
    rule_piece(t, row);
    if (row->kind != NULL && !ends_shown) {
        append_ends(&s->raw, row);
        sheet_piece_raw(s, "; ");
    }
    if (t->how->explain)
        evidence_lines(t, row->flow);
    sheet_break(s);
    s->indent = 0;
    s->one_line = false;
}

static size_t lines_since(const struct sheet *s, size_t from)
{
    size_t lines = 0;

    for (size_t i = from; i < s->out.len; i++)
        lines += s->out.at[i] == '\n';
    return lines;
}

/* Under kinds as long as there are lines for it; under the worst first, for they come first. */
static void details_within_limit(struct table *t, const struct table_row *row, bool ends_shown)
{
    struct sheet *s = &t->sheet;
    const size_t before = s->out.len;

    terminal_color(&s->out, s->color, COLOR_DIM);
    print_details(t, row, ends_shown);
    terminal_color(&s->out, s->color, COLOR_PLAIN);
    if (row->kind == NULL)
        return;
    const size_t lines = lines_since(s, before);
    if (lines > t->detail_lines) {
        s->out.len = before;
        t->detail_lines = 0;
    }
    t->detail_lines -= lines < t->detail_lines ? lines : t->detail_lines;
}

void table_row_print(struct table *t, const struct table_row *row)
{
    struct sheet *s = &t->sheet;
    const struct flow_info *flow = row->flow;
    struct totals totals = {0};

    totals_add_flow(&totals, flow);
    if (row->kind != NULL)
        totals = row->kind->totals;
    terminal_color(&s->out, s->color, color_of(flow_rank(flow)));
    text_cell(t, flow->verdict != VERDICT_NONE ? verdict_name(flow->verdict) : "-", VERDICT, 1);
    terminal_color(&s->out, s->color, flow_rank(flow) > RANK_QUIET ? COLOR_BOLD : COLOR_PLAIN);
    stack_cell(t, flow);
    terminal_color(&s->out, s->color, COLOR_PLAIN);
    text_cell(t, flow->confidence > CONFIDENCE_NONE ? confidence_name(flow->confidence) : "-", SURE,
              1);
    if (!t->how->all) {
        wording_short_count(&s->raw, totals.flows);
        figure_cell(t, FLOWS, 1);
    }
    terminal_size(&s->raw, totals_bytes(&totals));
    figure_cell(t, SIZE, 2);
    const bool ends_shown = who_cell(t, row);
    if (row->kind == NULL || flow_rank(flow) > RANK_QUIET || t->how->explain)
        details_within_limit(t, row, ends_shown);
}

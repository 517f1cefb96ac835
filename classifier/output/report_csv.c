/* SPDX-License-Identifier: MIT */
/* The firewall report as one table for spreadsheets (RFC 4180): a row for each kind of flows, worst
 * first, for each flood and each anomaly. docs/report.md says every column. */
#include "output/output.h"

#include "output/clock_text.h"
#include "output/escape.h"
#include "output/wording.h"

static const char *const columns[] = {"finding",
                                      "verdict",
                                      "rule",
                                      "rule_line",
                                      "what",
                                      "app",
                                      "layers",
                                      "confidence",
                                      "expected",
                                      "mismatch",
                                      "flows",
                                      "packets_toserver",
                                      "packets_toclient",
                                      "bytes_toserver",
                                      "bytes_toclient",
                                      "leaked_packets_toserver",
                                      "leaked_packets_toclient",
                                      "leaked_bytes_toserver",
                                      "leaked_bytes_toclient",
                                      "proto",
                                      "server_port",
                                      "clients",
                                      "servers",
                                      "client",
                                      "client_port",
                                      "server",
                                      "host",
                                      "path",
                                      "origin",
                                      "subprotocol",
                                      "sni",
                                      "info_hash",
                                      "peer_client",
                                      "first_seen",
                                      "last_seen",
                                      "first_packet",
                                      "verdict_packet",
                                      "source",
                                      "flow_id",
                                      "evidence",
                                      "command"};

#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

/* A row; each cell ends what stands before it. */
struct row {
    struct buffer *out;
    struct buffer raw; /* where wording.h writes */
    size_t cells;
};

static void next_cell(struct row *r)
{
    if (r->cells++ > 0)
        buffer_append_byte(r->out, ',');
}

static void empty_cells(struct row *r, size_t n)
{
    for (size_t i = 0; i < n; i++)
        next_cell(r);
}

static void bytes_cell(struct row *r, struct bytes text)
{
    next_cell(r);
    if (text.len > 0)
        escape_csv(r->out, text);
}

static void text_cell(struct row *r, const char *text)
{
    bytes_cell(r, bytes_of_text(text));
}

static void raw_cell(struct row *r)
{
    bytes_cell(r, buffer_bytes(&r->raw));
    buffer_clear(&r->raw);
}

static void number_cell(struct row *r, uint64_t n)
{
    next_cell(r);
    buffer_append_u64(r->out, n);
}

/* Nothing for 0: it does not apply. */
static void some_cell(struct row *r, uint64_t n)
{
    next_cell(r);
    if (n > 0)
        buffer_append_u64(r->out, n);
}

static void pair_cells(struct row *r, const uint64_t by_direction[2])
{
    number_cell(r, by_direction[TO_SERVER]);
    number_cell(r, by_direction[TO_CLIENT]);
}

static void time_cell(struct row *r, int64_t time_ns)
{
    next_cell(r);
    clock_text_append_date(r->out, time_ns);
}

static void addr_cell(struct row *r, const struct addr *a)
{
    char text[ADDR_TEXT_ROOM];

    bytes_cell(r, bytes_of(text, addr_text(a, text)));
}

/* "3", "8+" */
static void few_cell(struct row *r, const struct few_addr *few)
{
    buffer_printf(&r->raw, "%u%s", few->count, few->more ? "+" : "");
    raw_cell(r);
}

static void hex_cell(struct row *r, struct bytes in)
{
    for (size_t i = 0; i < in.len; i++)
        buffer_append_hex(&r->raw, in.at[i], 2);
    raw_cell(r);
}

/* A row has all its columns. */
static void end_row(struct row *r)
{
    empty_cells(r, COLUMNS - r->cells);
    buffer_append_text(r->out, "\r\n");
    r->cells = 0;
}

static const char *finding_of(const struct flow_info *flow)
{
    static const char *const names[] = {
        [RANK_QUIET] = "as-promised", [RANK_ANOMALY] = "with-anomalies",
        [RANK_REFUSED] = "refused",   [RANK_GRANTED] = "wrong-accept",
        [RANK_UNFRAMED] = "unframed", [RANK_TUNNEL] = "tunnel",
        [RANK_MISMATCH] = "mismatch", [RANK_BLOCKED] = "blocked"};

    return names[flow_rank(flow)];
}

static void label_cells(struct row *r, const struct flow_info *f)
{
    text_cell(r, finding_of(f));
    text_cell(r, verdict_name(f->verdict));
    text_cell(r, f->rule);
    some_cell(r, f->rule_line);
    wording_stack(&r->raw, f, " > ");
    wording_oddity(&r->raw, f);
    raw_cell(r);
    text_cell(r, f->app);
    for (size_t i = 0; i < f->layer_count; i++) {
        buffer_append_text(&r->raw, i > 0 ? " " : "");
        buffer_append_text(&r->raw, f->layers[i]);
    }
    raw_cell(r);
    text_cell(r, confidence_name(f->confidence));
    text_cell(r, f->expected);
    text_cell(r, f->mismatch == TRI_YES ? "yes" : "no");
}

static void figure_cells(struct row *r, const struct flow_kind *kind)
{
    number_cell(r, kind->totals.flows);
    pair_cells(r, kind->totals.packets);
    pair_cells(r, kind->totals.bytes);
    pair_cells(r, kind->leaked_packets);
    pair_cells(r, kind->leaked_bytes);
}

static void end_cells(struct row *r, const struct flow_kind *kind)
{
    const struct flow_info *f = kind->worst;

    text_cell(r, f->transport == TRANSPORT_UDP ? "udp" : "tcp");
    number_cell(r, f->server.port);
    few_cell(r, &kind->clients);
    few_cell(r, &kind->servers);
    addr_cell(r, &f->client.addr);
    number_cell(r, f->client.port);
    addr_cell(r, &f->server.addr);
}

static void name_cells(struct row *r, const struct flow_info *f)
{
    bytes_cell(r, f->host);
    bytes_cell(r, path_without_query(f->path));
    bytes_cell(r, f->origin);
    bytes_cell(r, f->subprotocol);
    bytes_cell(r, f->sni);
    hex_cell(r, f->info_hash);
    bytes_cell(r, f->peer_client);
}

static void evidence_cell(struct row *r, const struct flow_info *f)
{
    for (size_t i = 0; i < f->evidence_count; i++) {
        buffer_append_text(&r->raw, i > 0 ? "; " : "");
        wording_evidence(&r->raw, &f->evidence[i], NULL);
    }
    raw_cell(r);
}

static void kind_row(struct row *r, const struct flow_kind *kind)
{
    const struct flow_info *f = kind->worst;

    label_cells(r, f);
    figure_cells(r, kind);
    end_cells(r, kind);
    name_cells(r, f);
    time_cell(r, f->start_ns);
    time_cell(r, f->end_ns);
    number_cell(r, f->first_packet);
    some_cell(r, f->verdict_packet);
    text_cell(r, f->source);
    number_cell(r, f->id);
    evidence_cell(r, f);
    wording_command(&r->raw, f);
    raw_cell(r);
    end_row(r);
}

/* What stands where in every row: by name, so that columns may come and go. */
static void skip_to(struct row *r, const char *column)
{
    while (strcmp(columns[r->cells], column) != 0)
        next_cell(r);
}

static void flood_row(struct row *r, const struct flood *f)
{
    text_cell(r, "flood");
    text_cell(r, f->action);
    text_cell(r, f->rule);
    some_cell(r, f->line);
    text_cell(r, f->what);
    skip_to(r, "flows");
    number_cell(r, f->times);
    skip_to(r, "servers");
    few_cell(r, &f->targets);
    wording_flood_source(&r->raw, f);
    raw_cell(r);
    skip_to(r, "server");
    if (f->targets.count > 0)
        addr_cell(r, &f->targets.at[0]);
    skip_to(r, "first_seen");
    time_cell(r, f->first_ns);
    time_cell(r, f->last_ns);
    number_cell(r, f->first_packet);
    skip_to(r, "source");
    text_cell(r, f->source);
    some_cell(r, f->flow_id);
    wording_flood_rate(&r->raw, f);
    raw_cell(r);
    wording_follow(&r->raw, f->flow_id, f->source);
    raw_cell(r);
    end_row(r);
}

static void anomaly_row(struct row *r, const struct anomaly_entry *a)
{
    const struct anomaly_info *info = anomaly_info(a->id);

    text_cell(r, "anomaly");
    skip_to(r, "what");
    text_cell(r, info->name);
    skip_to(r, "layers");
    text_cell(r, info->layer);
    skip_to(r, "flows");
    number_cell(r, a->count);
    skip_to(r, "first_packet");
    number_cell(r, a->first_packet);
    skip_to(r, "source");
    text_cell(r, a->source);
    some_cell(r, a->flow_id);
    text_cell(r, info->what);
    wording_follow(&r->raw, a->flow_id, a->source);
    raw_cell(r);
    end_row(r);
}

void report_csv(struct out *out, const struct summary *s, const struct input_note *in)
{
    struct view *v = view_create(s);
    struct row r = {.out = out_buffer(out)};

    (void)in; /* rows only: a sentence would be one */
    if (v == NULL) {
        out_fail(out, "out of memory");
        return;
    }
    for (size_t i = 0; i < COLUMNS; i++) {
        next_cell(&r);
        buffer_append_text(r.out, columns[i]);
    }
    end_row(&r);
    for (size_t i = 0; i < v->kinds.count; i++)
        kind_row(&r, view_kind(v, i));
    for (size_t i = 0; i < v->floods.count; i++)
        flood_row(&r, view_flood(v, i));
    for (size_t i = 0; i < v->anomaly_count; i++)
        anomaly_row(&r, &v->anomalies[i]);
    buffer_inherit(r.out, &r.raw);
    out_record(out);
    buffer_free(&r.raw);
    view_free(v);
}

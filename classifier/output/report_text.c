/* SPDX-License-Identifier: MIT */
/* The firewall report as plain text that survives a mail: 78 columns, no colours. */
#include "output/output.h"

#include "output/clock_text.h"
#include "output/sheet.h"
#include "output/wording.h"

#define COLUMNS        78
#define LIST_INDENT    2
#define DETAIL_INDENT  6
#define PORTS_SHOWN    24
#define KINDS_SHOWN    60 /* of a section */
#define RULES_SHOWN    60
#define SERVICES_SHOWN 40
#define TALKERS_SHOWN  10
#define HOSTS_SHOWN    40
#define TORRENTS_SHOWN 40

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

static void begin_section(struct sheet *s, const char *title)
{
    sheet_blank(s);
    print_title(s, title, '-');
    s->indent = LIST_INDENT;
}

static void end_section(struct sheet *s)
{
    sheet_break(s);
    s->indent = 0;
}

/* The first piece of an entry; what follows hangs under it. */
static void begin_entry(struct sheet *s)
{
    sheet_piece_raw(s, "");
    s->indent = DETAIL_INDENT;
}

static void end_entry(struct sheet *s)
{
    sheet_break(s);
    s->indent = LIST_INDENT;
}

static void print_rest(struct sheet *s, size_t all, size_t shown, const char *noun)
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
    begin_entry(s);
    for (size_t i = 0; i < port->app_count; i++) {
        const struct port_app *app = &t->view->port_apps[port->first_app + i];
        buffer_append_text(&s->raw, i == 0 ? "carried " : "");
        wording_app(&s->raw, app);
        buffer_append_byte(&s->raw, ' ');
        wording_count(&s->raw, app->totals.flows);
        buffer_append_text(&s->raw, app->mismatch ? " (not promised)" : "");
        sheet_piece_raw(s, ", ");
    }
    end_entry(s);
}

static void print_ports(struct text *t)
{
    const struct view *v = t->view;

    if (v->port_count == 0)
        return;
    begin_section(&t->sheet, "What each port promised and carried (flows)");
    for (size_t i = 0; i < v->port_count && i < PORTS_SHOWN; i++)
        print_port(t, &v->ports[i]);
    print_rest(&t->sheet, v->port_count, PORTS_SHOWN, "port");
    end_section(&t->sheet);
}

static void print_rule(struct sheet *s, const struct rule_entry *r)
{
    sheet_cell(s, bytes_of_text(r->action[0] != '\0' ? r->action : "-"), 5, ALIGN_LEFT, 2);
    buffer_append_text(&s->raw, r->rule != NULL ? r->rule : "the default");
    if (r->line > 0)
        buffer_printf(&s->raw, " (line %u)", r->line);
    begin_entry(s);
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
    const uint64_t leaked = r->leaked_bytes[TO_SERVER] + r->leaked_bytes[TO_CLIENT];
    if (leaked > 0) {
        terminal_size(&s->raw, leaked);
        buffer_append_text(&s->raw, " had passed");
        sheet_piece_raw(s, ", ");
    }
    end_entry(s);
}

static void print_rules(struct text *t)
{
    const struct view *v = t->view;

    if (v->rules.count == 0)
        return;
    begin_section(&t->sheet, "Verdicts by rule");
    for (size_t i = 0; i < v->rules.count && i < RULES_SHOWN; i++)
        print_rule(&t->sheet, view_rule(v, i));
    print_rest(&t->sheet, v->rules.count, RULES_SHOWN, "rule");
    end_section(&t->sheet);
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
    begin_entry(s);
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
    end_entry(s);
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
            begin_section(&t->sheet, title);
        if (kinds++ < KINDS_SHOWN)
            print_kind(t, kind);
    }
    print_rest(&t->sheet, kinds, KINDS_SHOWN, "kind");
    end_section(&t->sheet);
}

static void print_service(struct sheet *s, const struct service *v)
{
    buffer_append(&s->raw, v->host);
    buffer_append(&s->raw, v->path);
    begin_entry(s);
    wording_plural(&s->raw, v->flows, "flow");
    sheet_piece_raw(s, ": ");
    for (int l = LADDER_UNFRAMED; l > LADDER_NONE; l--) {
        if (v->ladder[l] == 0)
            continue;
        buffer_printf(&s->raw, "%s ", ladder_name((enum ladder)l));
        wording_count(&s->raw, v->ladder[l]);
        sheet_piece_raw(s, ", ");
    }
    if (v->cross_origin > 0) {
        buffer_append_text(&s->raw, "cross-origin ");
        wording_count(&s->raw, v->cross_origin);
        sheet_piece_raw(s, ", ");
    }
    wording_plural(&s->raw, v->messages[TO_SERVER] + v->messages[TO_CLIENT], "message");
    sheet_piece_raw(s, ", ");
    end_entry(s);
}

static void print_services(struct text *t)
{
    const struct view *v = t->view;

    if (v->services.count == 0)
        return;
    begin_section(&t->sheet, "WebSocket services");
    for (size_t i = 0; i < v->services.count && i < SERVICES_SHOWN; i++)
        print_service(&t->sheet, view_service(v, i));
    print_rest(&t->sheet, v->services.count, SERVICES_SHOWN, "service");
    end_section(&t->sheet);
}

static void print_swarm_host(struct sheet *s, const struct swarm_host *h)
{
    char address[ADDR_TEXT_ROOM];

    buffer_append(&s->raw, bytes_of(address, addr_text(&h->addr, address)));
    if (h->client != NULL) {
        buffer_append_text(&s->raw, " ");
        buffer_append_text(&s->raw, h->client);
    }
    if (h->listens != 0)
        buffer_printf(&s->raw, ", listens on %u", h->listens);
    begin_entry(s);
    sheet_break(s);
    wording_plural(&s->raw, h->flows, "flow");
    buffer_append_text(&s->raw, " with ");
    wording_plural(&s->raw, h->others, "host");
    sheet_piece_raw(s, ", ");
    buffer_append_text(&s->raw, "sent ");
    terminal_size(&s->raw, h->sent);
    sheet_piece_raw(s, ", ");
    buffer_append_text(&s->raw, "received ");
    terminal_size(&s->raw, h->received);
    sheet_piece_raw(s, ", ");
    if (h->blocked > 0) {
        wording_count(&s->raw, h->blocked);
        buffer_append_text(&s->raw, " blocked");
        sheet_piece_raw(s, ", ");
    }
    sheet_break(s);
    buffer_append_text(&s->raw, "known by ");
    wording_signs(&s->raw, h->signs);
    if (h->confidence != CONFIDENCE_NONE)
        buffer_printf(&s->raw, "; %s", confidence_name(h->confidence));
    sheet_words_raw(s);
    end_entry(s);
}

static void print_torrent(struct sheet *s, const struct swarm_torrent *torrent)
{
    wording_info_hash(&s->raw, torrent->info_hash);
    begin_entry(s);
    sheet_break(s);
    wording_plural(&s->raw, torrent->hosts, "host");
    sheet_piece_raw(s, "");
    wording_plural(&s->raw, torrent->flows, "flow");
    sheet_piece_raw(s, ", ");
    terminal_size(&s->raw, torrent->bytes);
    sheet_piece_raw(s, ", ");
    sheet_break(s);
    buffer_append_text(&s->raw, "known by ");
    wording_signs(&s->raw, torrent->signs);
    sheet_words_raw(s);
    end_entry(s);
}

static void print_swarm(struct text *t)
{
    struct sheet *s = &t->sheet;
    const struct view *v = t->view;

    if (v->swarm_hosts.count == 0)
        return;
    begin_section(s, "Peer-to-peer (BitTorrent): hosts");
    for (size_t i = 0; i < v->swarm_hosts.count && i < HOSTS_SHOWN; i++)
        print_swarm_host(s, view_swarm_host(v, i));
    print_rest(s, v->swarm_hosts.count, HOSTS_SHOWN, "host");
    if (v->swarm_named > 0) {
        buffer_append_text(&s->raw, "Trackers, the DHT and peers named ");
        wording_plural(&s->raw, v->swarm_named, "endpoint");
        buffer_append_text(&s->raw, ".");
        sheet_words_raw(s);
        sheet_break(s);
    }
    end_section(s);
    if (v->swarm_torrents.count == 0)
        return;
    begin_section(s, "Peer-to-peer (BitTorrent): torrents");
    for (size_t i = 0; i < v->swarm_torrents.count && i < TORRENTS_SHOWN; i++)
        print_torrent(s, view_swarm_torrent(v, i));
    print_rest(s, v->swarm_torrents.count, TORRENTS_SHOWN, "torrent");
    end_section(s);
}

static void print_talkers(struct text *t, const char *title, const struct sorted *all)
{
    struct sheet *s = &t->sheet;
    char address[ADDR_TEXT_ROOM];

    if (all->count == 0)
        return;
    begin_section(s, title);
    for (size_t i = 0; i < all->count && i < TALKERS_SHOWN; i++) {
        const struct talker *a = all->at[i];
        addr_text(&a->addr, address);
        sheet_cell(s, bytes_of_text(address), ADDR_TEXT_ROOM - 1, ALIGN_LEFT, 1);
        buffer_append_text(&s->raw, a->missed_bytes > 0 ? ">= " : "");
        terminal_size(&s->raw, totals_bytes(&a->totals));
        const struct bytes size = sheet_take(s);
        sheet_cell(s, size, 11, ALIGN_RIGHT, 2);
        wording_plural(&s->raw, a->totals.flows, "flow");
        sheet_piece_raw(s, "");
        sheet_break(s);
    }
    print_rest(s, all->count, TALKERS_SHOWN, "address");
    end_section(s);
}

static void print_anomalies(struct text *t)
{
    struct sheet *s = &t->sheet;
    const struct view *v = t->view;

    if (v->anomaly_count == 0)
        return;
    begin_section(s, "Anomalies");
    for (size_t i = 0; i < v->anomaly_count; i++) {
        wording_anomaly(&s->raw, v, &v->anomalies[i]);
        begin_entry(s);
        sheet_break(s);
        sheet_words(s, bytes_of_text(anomaly_info(v->anomalies[i].id)->what));
        end_entry(s);
    }
    end_section(s);
}

static void print_unseen(struct text *t)
{
    struct sheet *s = &t->sheet;

    begin_section(s, "What could not be seen");
    if (!wording_unseen(&s->raw, t->view, t->in, 0))
        sheet_words(s, bytes_of_text("All that was captured could be read."));
    for (size_t i = 1; s->raw.len > 0; i++) {
        sheet_words_raw(s);
        sheet_break(s);
        wording_unseen(&s->raw, t->view, t->in, i);
    }
    end_section(s);
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
    print_rules(&t);
    print_kinds(&t, "Blocked", RANK_BLOCKED, RANK_BLOCKED);
    print_kinds(&t, "Let pass, though not what the port promised", RANK_MISMATCH, RANK_MISMATCH);
    print_kinds(&t, "WebSockets that carry another connection", RANK_TUNNEL, RANK_TUNNEL);
    print_kinds(&t, "Upgrades to WebSocket that went wrong", RANK_REFUSED, RANK_UNFRAMED);
    print_services(&t);
    print_swarm(&t);
    print_talkers(&t, "Top clients", &view->clients);
    print_talkers(&t, "Top servers", &view->servers);
    print_anomalies(&t);
    print_unseen(&t);
    sheet_blank(&t.sheet);
    sheet_words(&t.sheet, bytes_of_text("portwarden " PORTWARDEN_VERSION));
    sheet_break(&t.sheet);
    sheet_print(&t.sheet, out_buffer(out));
    out_record(out);
    sheet_free(&t.sheet);
    view_free(view);
}

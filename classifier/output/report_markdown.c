/* SPDX-License-Identifier: MIT */
/* The firewall report as Markdown (CommonMark, with tables) for tickets and wikis. What is not ours
 * goes through escape_markdown(). */
#include "output/output.h"

#include "output/clock_text.h"
#include "output/escape.h"
#include "output/terminal.h"
#include "output/wording.h"

#define PORTS_SHOWN    24
#define KINDS_SHOWN    30 /* of a section */
#define EVIDENCE_SHOWN 6
#define RULES_SHOWN    60
#define SERVICES_SHOWN 40
#define FLOODS_SHOWN   40
#define TALKERS_SHOWN  10
#define HOSTS_SHOWN    40

struct markdown {
    struct buffer *out;
    struct buffer raw; /* where wording.h writes */
    const struct view *view;
};

static void markup(struct markdown *m, const char *text)
{
    buffer_append_text(m->out, text);
}

static void wire(struct markdown *m, struct bytes in)
{
    escape_markdown(m->out, in);
}

static void text(struct markdown *m, const char *s)
{
    wire(m, bytes_of_text(s));
}

static void raw(struct markdown *m)
{
    wire(m, buffer_bytes(&m->raw));
    buffer_clear(&m->raw);
}

static void number(struct markdown *m, uint64_t n)
{
    wording_count(m->out, n);
}

static void size(struct markdown *m, uint64_t bytes)
{
    terminal_size(m->out, bytes);
}

static void begin_section(struct markdown *m, const char *title)
{
    buffer_printf(m->out, "\n## %s\n\n", title);
}

static void rest(struct markdown *m, size_t all, size_t shown, const char *noun)
{
    if (all <= shown)
        return;
    markup(m, "\nAnd ");
    wording_plural(m->out, all - shown, noun);
    markup(m, " more.\n");
}

static void print_head(struct markdown *m, const struct input_note *in)
{
    const struct summary_counts *c = m->view->counts;

    markup(m, "# Firewall report\n\n**");
    wording_headline(&m->raw, m->view);
    raw(m);
    markup(m, "**\n\n");
    wording_verdicts(&m->raw, m->view);
    raw(m);
    markup(m, "\n\n- input: ");
    text(m, in->name);
    markup(m, ", ");
    wording_plural(m->out, in->packets, "packet");
    markup(m, ", ");
    size(m, in->bytes);
    markup(m, "\n- rules: ");
    text(m, in->rules != NULL ? in->rules : "none");
    if (c->all.flows > 0) {
        markup(m, "\n- time: ");
        clock_text_append_date(m->out, c->start_ns);
        markup(m, " UTC, over ");
        terminal_span(m->out, c->end_ns - c->start_ns);
    }
    markup(m, "\n- flows: ");
    number(m, c->all.flows);
    markup(m, ", blocked ");
    number(m, c->blocked);
    markup(m, ", not as promised ");
    number(m, c->mismatched);
    markup(m, "\n");
}

static void print_port(struct markdown *m, const struct port_entry *port)
{
    markup(m, "| ");
    wording_port(m->out, port->port, port->transport);
    markup(m, " | ");
    text(m, port->expected != NULL ? port->expected : "nothing");
    markup(m, " | ");
    for (size_t i = 0; i < port->app_count; i++) {
        const struct port_app *app = &m->view->port_apps[port->first_app + i];
        markup(m, i > 0 ? ", " : "");
        markup(m, app->mismatch ? "**" : "");
        text(m, wording_app_name(app->app));
        markup(m, app->mismatch ? "** " : " ");
        number(m, app->totals.flows);
        if (app->blocked > 0) {
            markup(m, " (blocked ");
            number(m, app->blocked);
            markup(m, ")");
        }
    }
    markup(m, " | ");
    number(m, port->totals.flows);
    markup(m, " | ");
    size(m, totals_bytes(&port->totals));
    markup(m, " |\n");
}

static void print_ports(struct markdown *m)
{
    const struct view *v = m->view;

    if (v->port_count == 0)
        return;
    begin_section(m, "What each port promised and carried");
    markup(m, "| Port | Promised | Carried (bold: not promised) | Flows | Bytes |\n"
              "|---|---|---|--:|--:|\n");
    for (size_t i = 0; i < v->port_count && i < PORTS_SHOWN; i++)
        print_port(m, &v->ports[i]);
    rest(m, v->port_count, PORTS_SHOWN, "port");
}

static void print_rule(struct markdown *m, const struct rule_entry *r)
{
    markup(m, "| ");
    text(m, r->rule != NULL ? r->rule : "the default");
    markup(m, " | ");
    text(m, r->action[0] != '\0' ? r->action : "none");
    markup(m, " | ");
    number(m, r->totals.flows + r->alerts);
    markup(m, " | ");
    if (r->totals.flows > 0)
        size(m, totals_bytes(&r->totals));
    markup(m, " | ");
    wording_leak(m->out, r->leaked_bytes, r->leaked_packets);
    markup(m, " | ");
    if (r->too_late > 0)
        number(m, r->too_late);
    markup(m, " |\n");
}

static void print_rules(struct markdown *m)
{
    const struct view *v = m->view;

    if (v->rules.count == 0)
        return;
    begin_section(m, "Verdicts by rule, and what each costs");
    markup(m, "| Rule | Says | Times | Bytes | Before it fired | Too late |\n"
              "|---|---|--:|--:|---|--:|\n");
    for (size_t i = 0; i < v->rules.count && i < RULES_SHOWN; i++)
        print_rule(m, view_rule(v, i));
    rest(m, v->rules.count, RULES_SHOWN, "rule");
}

static void print_evidence(struct markdown *m, const struct flow_info *f)
{
    for (size_t i = 0; i < f->evidence_count && i < EVIDENCE_SHOWN; i++) {
        const struct evidence *e = &f->evidence[i];
        buffer_printf(m->out, "  - packet %llu: ", (unsigned long long)e->packet);
        text(m, e->what);
        markup(m, e->detail.len > 0 ? " " : "");
        wire(m, e->detail);
        markup(m, "\n");
    }
    wording_command(&m->raw, f);
    if (m->raw.len == 0)
        return;
    markup(m, "  - again: ");
    raw(m);
    markup(m, "\n");
}

static void print_kind(struct markdown *m, const struct flow_kind *kind)
{
    const struct flow_info *f = kind->worst;

    markup(m, "- **");
    wording_port(m->out, f->server.port, f->transport);
    markup(m, "** ");
    wording_stack(&m->raw, f, " > ");
    wording_oddity(&m->raw, f);
    raw(m);
    markup(m, ": ");
    text(m, confidence_name(f->confidence));
    markup(m, ", ");
    wording_plural(m->out, kind->totals.flows, "flow");
    markup(m, ", ");
    size(m, totals_bytes(&kind->totals));
    if (f->rule != NULL) {
        markup(m, ", rule ");
        text(m, f->rule);
    }
    markup(m, "\n  - ");
    wording_flow_ends(&m->raw, f);
    raw(m);
    wording_name(&m->raw, f);
    markup(m, m->raw.len > 0 ? " " : "");
    raw(m);
    markup(m, "\n");
    print_evidence(m, f);
}

static void print_kinds(struct markdown *m, const char *title, enum flow_rank from,
                        enum flow_rank to)
{
    const struct view *v = m->view;
    size_t kinds = 0;

    for (size_t i = 0; i < v->kinds.count; i++) {
        const struct flow_kind *kind = view_kind(v, i);
        const enum flow_rank rank = flow_rank(kind->worst);
        if (rank < from || rank > to)
            continue;
        if (kinds == 0)
            begin_section(m, title);
        if (kinds++ < KINDS_SHOWN)
            print_kind(m, kind);
    }
    rest(m, kinds, KINDS_SHOWN, "kind");
}

static void print_floods(struct markdown *m)
{
    const struct view *v = m->view;

    if (v->floods.count == 0)
        return;
    begin_section(m, "Floods");
    for (size_t i = 0; i < v->floods.count && i < FLOODS_SHOWN; i++) {
        const struct flood *f = view_flood(v, i);
        markup(m, "- **");
        text(m, f->action);
        markup(m, "** ");
        wording_flood_who(&m->raw, f);
        raw(m);
        markup(m, ", rule ");
        text(m, f->rule);
        markup(m, "\n  - ");
        wording_flood_rate(&m->raw, f);
        raw(m);
        markup(m, "\n");
    }
    rest(m, v->floods.count, FLOODS_SHOWN, "source");
}

static void print_origins(struct markdown *m, const struct few_text *few)
{
    for (size_t i = 0; i < few->count; i++) {
        markup(m, i == 0 ? "\n  - origins: " : ", ");
        text(m, few->at[i]);
        markup(m, few->marked[i] > 0 ? " (cross-origin)" : "");
    }
    markup(m, few->more ? " and others" : "");
}

static void print_service(struct markdown *m, const struct service *s)
{
    markup(m, "- ");
    wire(m, s->host);
    markup(m, " ");
    wire(m, s->path);
    markup(m, ": ");
    wording_plural(m->out, s->flows, "flow");
    for (int l = LADDER_UNFRAMED; l > LADDER_NONE; l--) {
        if (s->ladder[l] == 0)
            continue;
        buffer_printf(m->out, ", %s ", ladder_name((enum ladder)l));
        number(m, s->ladder[l]);
    }
    markup(m, ", ");
    wording_plural(m->out, s->messages[TO_SERVER] + s->messages[TO_CLIENT], "message");
    for (size_t i = 0; i < s->subprotocols.count; i++) {
        markup(m, i == 0 ? ", speaks " : ", ");
        text(m, s->subprotocols.at[i]);
    }
    print_origins(m, &s->origins);
    for (size_t i = 0; i < s->close_codes.count; i++) {
        markup(m, i == 0 ? "\n  - closed with " : ", ");
        wording_close_code(m->out, s->close_codes.at[i], s->close_codes.times[i]);
    }
    markup(m, "\n");
}

static void print_services(struct markdown *m)
{
    const struct view *v = m->view;

    if (v->services.count == 0)
        return;
    begin_section(m, "WebSocket services");
    for (size_t i = 0; i < v->services.count && i < SERVICES_SHOWN; i++)
        print_service(m, view_service(v, i));
    rest(m, v->services.count, SERVICES_SHOWN, "endpoint");
}

static void print_swarm(struct markdown *m)
{
    const struct view *v = m->view;
    char address[ADDR_TEXT_ROOM];

    if (v->swarm_hosts.count == 0)
        return;
    begin_section(m, "Peer-to-peer (BitTorrent)");
    markup(m,
           "| Host | Program | Flows | Sent | Received | Known by |\n|---|---|--:|--:|--:|---|\n");
    for (size_t i = 0; i < v->swarm_hosts.count && i < HOSTS_SHOWN; i++) {
        const struct swarm_host *host = view_swarm_host(v, i);
        addr_text(&host->addr, address);
        buffer_printf(m->out, "| %s | ", address);
        text(m, host->client);
        markup(m, " | ");
        number(m, host->flows);
        markup(m, " | ");
        size(m, host->sent);
        markup(m, " | ");
        size(m, host->received);
        markup(m, " | ");
        wording_signs(&m->raw, host->signs);
        raw(m);
        markup(m, " |\n");
    }
    rest(m, v->swarm_hosts.count, HOSTS_SHOWN, "host");
}

static void print_talkers(struct markdown *m, const char *title, const struct sorted *all)
{
    char address[ADDR_TEXT_ROOM];

    if (all->count == 0)
        return;
    begin_section(m, title);
    markup(m, "| Address | Flows | Blocked | Bytes |\n|---|--:|--:|--:|\n");
    for (size_t i = 0; i < all->count && i < TALKERS_SHOWN; i++) {
        const struct talker *t = all->at[i];
        addr_text(&t->addr, address);
        buffer_printf(m->out, "| %s | ", address);
        number(m, t->totals.flows);
        markup(m, " | ");
        number(m, t->blocked);
        markup(m, t->missed_bytes > 0 ? " | at least " : " | ");
        size(m, totals_bytes(&t->totals));
        markup(m, " |\n");
    }
    rest(m, all->count, TALKERS_SHOWN, "one");
}

static void print_anomalies(struct markdown *m)
{
    const struct view *v = m->view;

    if (v->anomaly_count == 0)
        return;
    begin_section(m, "Anomalies");
    for (size_t i = 0; i < v->anomaly_count; i++) {
        markup(m, "- ");
        wording_anomaly(&m->raw, v, &v->anomalies[i]);
        raw(m);
        markup(m, ": ");
        text(m, anomaly_info(v->anomalies[i].id)->what);
        markup(m, "\n");
    }
}

static void print_unseen(struct markdown *m, const struct input_note *in)
{
    begin_section(m, "What could not be seen");
    if (!wording_unseen(&m->raw, m->view, in, 0))
        markup(m, "- All that was captured could be read.\n");
    for (size_t i = 1; m->raw.len > 0; i++) {
        markup(m, "- ");
        raw(m);
        markup(m, "\n");
        wording_unseen(&m->raw, m->view, in, i);
    }
}

void report_markdown(struct out *out, const struct summary *s, const struct input_note *in)
{
    struct view *v = view_create(s);
    struct markdown m = {.out = out_buffer(out), .view = v};

    if (v == NULL) {
        out_fail(out, "out of memory");
        return;
    }
    print_head(&m, in);
    print_ports(&m);
    print_rules(&m);
    print_kinds(&m, "Blocked", RANK_BLOCKED, RANK_BLOCKED);
    print_kinds(&m, "Let pass, though not what the port promised", RANK_MISMATCH, RANK_MISMATCH);
    print_kinds(&m, "WebSockets that carry another connection", RANK_TUNNEL, RANK_TUNNEL);
    print_kinds(&m, "Upgrades to WebSocket that went wrong", RANK_REFUSED, RANK_UNFRAMED);
    print_floods(&m);
    print_services(&m);
    print_swarm(&m);
    print_talkers(&m, "Top clients", &v->clients);
    print_talkers(&m, "Top servers", &v->servers);
    print_anomalies(&m);
    print_unseen(&m, in);
    markup(&m, "\nportwarden " PORTWARDEN_VERSION "\n");
    buffer_inherit(m.out, &m.raw);
    out_record(out);
    buffer_free(&m.raw);
    view_free(v);
}

/* SPDX-License-Identifier: MIT */
#include "output/view.h"

#include <stdlib.h>

/* Server ports while they are gathered from the kinds of flows. */
struct port_key {
    const char *app; /* NULL: the port itself */
    uint32_t port;
    uint8_t transport, mismatch, pad[2];
};

struct cell {
    struct port_entry *port;
    struct port_app app;
};

/* Descending. */
static int more(uint64_t a, uint64_t b)
{
    return a > b ? -1 : a < b;
}

static int text_compare(const char *a, const char *b)
{
    return strcmp(a != NULL ? a : "", b != NULL ? b : "");
}

/* A kind of which no flow could be copied counts for nothing, and comes last. */
static int kind_compare(const void *a, const void *b)
{
    const struct flow_kind *x = a, *y = b;

    if (x->worst == NULL || y->worst == NULL)
        return (x->worst == NULL) - (y->worst == NULL);
    int by = more(flow_rank(x->worst), flow_rank(y->worst));
    if (by == 0)
        by = more(totals_bytes(&x->totals), totals_bytes(&y->totals));
    return by != 0 ? by : flow_compare(x->worst, y->worst);
}

static int port_compare(const void *a, const void *b)
{
    const struct port_entry *x = a, *y = b;
    int by = more(x->mismatched, y->mismatched);

    if (by == 0)
        by = more(x->blocked, y->blocked);
    if (by == 0)
        by = more(x->totals.flows, y->totals.flows);
    if (by == 0)
        by = x->port - y->port;
    return by != 0 ? by : x->transport - y->transport;
}

static int cell_compare(const void *a, const void *b)
{
    const struct cell *x = a, *y = b;
    int by = more(y->port->first_app, x->port->first_app);

    if (by == 0)
        by = more(x->app.totals.flows, y->app.totals.flows);
    if (by == 0)
        by = text_compare(x->app.app, y->app.app);
    return by != 0 ? by : x->app.mismatch - y->app.mismatch;
}

static int action_order(const char *action)
{
    return strcmp(action, "block") == 0 ? 0 : strcmp(action, "alert") == 0 ? 1 : 2;
}

static int rule_compare(const void *a, const void *b)
{
    const struct rule_entry *x = a, *y = b;
    int by = action_order(x->action) - action_order(y->action);

    if (by == 0)
        by = more(x->totals.flows + x->alerts, y->totals.flows + y->alerts);
    if (by == 0)
        by = more(y->line, x->line);
    return by != 0 ? by : text_compare(x->rule, y->rule);
}

static int bytes_compare(struct bytes a, struct bytes b)
{
    const size_t both = a.len < b.len ? a.len : b.len;
    const int by = both > 0 ? memcmp(a.at, b.at, both) : 0;

    return by != 0 ? by : more(b.len, a.len);
}

static int service_compare(const void *a, const void *b)
{
    const struct service *x = a, *y = b;
    int by = more(x->flows, y->flows);

    if (by == 0)
        by = more(x->handshakes, y->handshakes);
    if (by == 0)
        by = bytes_compare(x->host, y->host);
    return by != 0 ? by : bytes_compare(x->path, y->path);
}

static int anomaly_compare(const void *a, const void *b)
{
    const struct anomaly_entry *x = a, *y = b;

    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    return (int)x->id - (int)y->id;
}

/* What counts by itself on a port: an app, or a WebSocket subprotocol. */
static const char *what_of(const struct flow_info *flow)
{
    if (flow->speaks != NULL)
        return flow->speaks;
    return flow->app != NULL ? flow->app : "?";
}

/* The port's entry, or with `app` the entry of one app on it. */
static void *port_slot(struct tally *t, const struct flow_info *flow, const char *app)
{
    bool fresh;
    const struct port_key key = {.app = app,
                                 .port = flow->server.port,
                                 .transport = flow->transport,
                                 .mismatch = app != NULL && flow->mismatch == TRI_YES};

    return tally_get(t, bytes_of(&key, sizeof(key)), &fresh);
}

static bool add_to_port(struct tally *ports, struct tally *cells, const struct flow_kind *kind)
{
    const struct flow_info *flow = kind->worst;
    struct port_entry *port = port_slot(ports, flow, NULL);
    struct cell *cell = port_slot(cells, flow, what_of(flow));

    if (port == NULL || cell == NULL)
        return false;
    const uint64_t blocked = flow->verdict == VERDICT_BLOCK ? kind->totals.flows : 0;
    port->transport = flow->transport;
    port->port = flow->server.port;
    if (flow->expected != NULL)
        port->expected = flow->expected;
    totals_add(&port->totals, &kind->totals);
    port->blocked += blocked;
    port->mismatched += flow->mismatch == TRI_YES ? kind->totals.flows : 0;
    cell->port = port;
    cell->app.app = flow->app != NULL ? flow->app : "?";
    cell->app.speaks = flow->speaks;
    cell->app.mismatch = flow->mismatch == TRI_YES;
    totals_add(&cell->app.totals, &kind->totals);
    cell->app.blocked += blocked;
    return true;
}

/* Copies the sorted ports and cells into the view. `first_app` serves as the port's place while the
 * cells are sorted. */
static bool lay_out_ports(struct view *v, const struct sorted *ports, const struct sorted *cells)
{
    v->ports = calloc(ports->count + 1, sizeof(*v->ports));
    v->port_apps = calloc(cells->count + 1, sizeof(*v->port_apps));
    if (v->ports == NULL || v->port_apps == NULL)
        return false;
    v->port_count = ports->count;
    for (size_t i = 0; i < ports->count; i++)
        v->ports[i] = *(const struct port_entry *)ports->at[i];
    for (size_t i = 0; i < cells->count; i++) {
        const struct cell *c = cells->at[i];
        struct port_entry *p = &v->ports[c->port->first_app];
        if (p->app_count++ == 0)
            p->first_app = i;
        v->port_apps[i] = c->app;
    }
    return true;
}

static bool sort_ports(struct view *v, const struct tally *ports, const struct tally *cells)
{
    struct sorted port = tally_sorted(ports, port_compare);

    for (size_t i = 0; i < port.count; i++)
        ((struct port_entry *)port.at[i])->first_app = i;
    struct sorted cell = tally_sorted(cells, cell_compare);
    const bool good = port.at != NULL && cell.at != NULL && lay_out_ports(v, &port, &cell);
    free(port.at);
    free(cell.at);
    return good;
}

static bool view_ports(struct view *v)
{
    struct tally ports, cells;
    bool good = true;

    tally_init(&ports, sizeof(struct port_entry), SUMMARY_KINDS);
    tally_init(&cells, sizeof(struct cell), SUMMARY_KINDS);
    for (size_t i = 0; good && i < v->kinds.count; i++)
        good = add_to_port(&ports, &cells, view_kind(v, i));
    if (good && v->kinds.count > 0)
        good = sort_ports(v, &ports, &cells);
    tally_free(&ports);
    tally_free(&cells);
    return good;
}

static int kept_compare(const void *a, const void *b)
{
    return flow_compare(a, b);
}

static bool view_flows(struct view *v, const struct kept *kept)
{
    if (kept->count == 0)
        return true;
    v->flows.at = malloc(kept->count * sizeof(*v->flows.at));
    if (v->flows.at == NULL)
        return false;
    for (v->flows.count = 0; v->flows.count < kept->count; v->flows.count++)
        v->flows.at[v->flows.count] = kept->at[v->flows.count].flow;
    return sorted_sort(&v->flows, kept_compare);
}

static void view_anomalies(struct view *v, const struct summary *s)
{
    for (size_t i = 0; i < ANOMALY_COUNT; i++)
        if (s->anomalies[i].count > 0)
            v->anomalies[v->anomaly_count++] = s->anomalies[i];
    qsort(v->anomalies, v->anomaly_count, sizeof(v->anomalies[0]), anomaly_compare);
}

static void drop_empty_kinds(struct sorted *kinds)
{
    while (kinds->count > 0 && ((struct flow_kind *)kinds->at[kinds->count - 1])->worst == NULL)
        kinds->count--;
}

/* Or memory ran out. */
static bool whole(const struct sorted *s, const struct tally *of)
{
    return s->count == of->count;
}

static bool view_fill(struct view *v, const struct summary *s)
{
    v->counts = &s->counts;
    v->other_clients = &s->clients.others;
    v->other_servers = &s->servers.others;
    v->stats = s->stats;
    v->stat_count = s->stat_count;
    v->kinds = tally_sorted(&s->kinds, kind_compare);
    v->rules = tally_sorted(&s->rules, rule_compare);
    v->services = tally_sorted(&s->services, service_compare);
    v->clients = tally_sorted(&s->clients.tally, talker_compare);
    v->servers = tally_sorted(&s->servers.tally, talker_compare);
    v->swarm_hosts = tally_sorted(&s->swarm.hosts, swarm_host_compare);
    v->swarm_torrents = tally_sorted(&s->swarm.torrents, swarm_torrent_compare);
    v->swarm_named = s->swarm.named.count;
    v->floods = tally_sorted(&s->floods.tally, flood_compare);
    v->other_floods = s->floods.others;
    v->timeline = &s->timeline;
    v->timeline_apps = tally_sorted(&s->timeline.apps, timeline_app_compare);
    view_anomalies(v, s);
    if (!whole(&v->kinds, &s->kinds))
        return false;
    drop_empty_kinds(&v->kinds);
    return whole(&v->rules, &s->rules) && whole(&v->services, &s->services) &&
           whole(&v->floods, &s->floods.tally) && whole(&v->timeline_apps, &s->timeline.apps) &&
           whole(&v->swarm_hosts, &s->swarm.hosts) &&
           whole(&v->swarm_torrents, &s->swarm.torrents) && whole(&v->clients, &s->clients.tally) &&
           whole(&v->servers, &s->servers.tally) && view_flows(v, &s->worst) && view_ports(v);
}

struct view *view_create(const struct summary *s)
{
    struct view *v = calloc(1, sizeof(*v));

    if (v != NULL && !view_fill(v, s)) {
        view_free(v);
        return NULL;
    }
    return v;
}

void view_free(struct view *v)
{
    if (v == NULL)
        return;
    free(v->flows.at);
    free(v->kinds.at);
    free(v->ports);
    free(v->port_apps);
    free(v->rules.at);
    free(v->clients.at);
    free(v->servers.at);
    free(v->services.at);
    free(v->floods.at);
    free(v->timeline_apps.at);
    free(v->swarm_hosts.at);
    free(v->swarm_torrents.at);
    free(v);
}

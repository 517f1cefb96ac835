/* SPDX-License-Identifier: MIT */
/* The JSON report's lists of who and when: timeline, floods, WebSocket services, peer-to-peer,
 * talkers. */
#include "output/report_json.h"

#include "output/wording.h"

void report_json_pair(struct json *j, const char *key, const uint64_t by_direction[2])
{
    json_object(j, key);
    json_u64(j, "toserver", by_direction[TO_SERVER]);
    json_u64(j, "toclient", by_direction[TO_CLIENT]);
    json_end(j);
}

void report_json_totals(struct json *j, const struct totals *t)
{
    json_u64(j, "flows", t->flows);
    report_json_pair(j, "packets", t->packets);
    report_json_pair(j, "bytes", t->bytes);
}

static void put_signs(struct json *j, uint32_t signs)
{
    json_array(j, "known_by");
    for (unsigned n = 0; n < SWARM_SIGNS; n++)
        if ((signs >> n & 1) != 0)
            json_text(j, NULL, swarm_sign_name(n));
    json_end(j);
}

static void put_swarm_host(struct json *j, const struct swarm_host *h)
{
    char address[ADDR_TEXT_ROOM];

    json_object(j, NULL);
    json_string(j, "ip", bytes_of(address, addr_text(&h->addr, address)));
    if (h->client != NULL)
        json_text(j, "client", h->client);
    if (h->listens != 0)
        json_u64(j, "listen_port", h->listens);
    json_u64(j, "flows", h->flows);
    json_u64(j, "peers", h->others);
    json_u64(j, "blocked", h->blocked);
    json_u64(j, "bytes_sent", h->sent);
    json_u64(j, "bytes_received", h->received);
    put_signs(j, h->signs);
    json_text(j, "confidence", confidence_name(h->confidence));
    json_end(j);
}

void report_json_swarm(struct json *j, const struct view *v)
{
    json_object(j, "p2p");
    json_u64(j, "endpoints_named", v->swarm_named);
    json_array(j, "hosts");
    for (size_t i = 0; i < v->swarm_hosts.count; i++)
        put_swarm_host(j, view_swarm_host(v, i));
    json_end(j);
    json_array(j, "torrents");
    for (size_t i = 0; i < v->swarm_torrents.count; i++) {
        const struct swarm_torrent *t = view_swarm_torrent(v, i);
        json_object(j, NULL);
        json_hex(j, "info_hash", bytes_of(t->info_hash, sizeof(t->info_hash)));
        json_u64(j, "hosts", t->hosts);
        json_u64(j, "flows", t->flows);
        json_u64(j, "bytes", t->bytes);
        put_signs(j, t->signs);
        json_end(j);
    }
    json_end(j);
    json_end(j);
}

static void put_service(struct json *j, const struct service *s)
{
    json_object(j, NULL);
    json_string(j, "host", s->host);
    json_string(j, "path", s->path);
    json_u64(j, "port", s->port);
    json_u64(j, "flows", s->flows);
    json_u64(j, "handshakes", s->handshakes);
    json_object(j, "ladder");
    for (int l = LADDER_ASKED; l <= LADDER_UNFRAMED; l++)
        if (s->ladder[l] > 0)
            json_u64(j, ladder_name((enum ladder)l), s->ladder[l]);
    json_end(j);
    json_array(j, "origins");
    for (size_t i = 0; i < s->origins.count; i++) {
        json_object(j, NULL);
        json_text(j, "origin", s->origins.at[i]);
        json_u64(j, "times", s->origins.times[i]);
        json_u64(j, "cross_origin", s->origins.marked[i]);
        json_end(j);
    }
    json_end(j);
    json_bool(j, "more_origins", s->origins.more);
    json_u64(j, "cross_origin", s->cross_origin);
    json_u64(j, "no_origin", s->no_origin);
    json_array(j, "subprotocols");
    for (size_t i = 0; i < s->subprotocols.count; i++)
        json_text(j, NULL, s->subprotocols.at[i]);
    json_end(j);
    json_u64(j, "tunnels", s->tunnels);
    report_json_pair(j, "messages", s->messages);
    report_json_pair(j, "payload_bytes", s->payload);
    json_array(j, "close_codes");
    for (size_t i = 0; i < s->close_codes.count; i++) {
        json_object(j, NULL);
        json_u64(j, "code", s->close_codes.at[i]);
        json_u64(j, "times", s->close_codes.times[i]);
        json_end(j);
    }
    json_end(j);
    json_end(j);
}

void report_json_services(struct json *j, const struct view *v)
{
    json_array(j, "websockets");
    for (size_t i = 0; i < v->services.count; i++)
        put_service(j, view_service(v, i));
    json_end(j);
}

static void put_talkers(struct json *j, const char *key, const struct sorted *all,
                        const struct totals *others)
{
    char text[ADDR_TEXT_ROOM];

    json_object(j, key);
    json_array(j, "addresses");
    for (size_t i = 0; i < all->count; i++) {
        const struct talker *t = all->at[i];
        addr_text(&t->addr, text);
        json_object(j, NULL);
        json_text(j, "ip", text);
        report_json_totals(j, &t->totals);
        json_u64(j, "blocked", t->blocked);
        json_u64(j, "mismatched", t->mismatched);
        json_u64(j, "missed_bytes", t->missed_bytes);
        json_end(j);
    }
    json_end(j);
    json_object(j, "others");
    report_json_totals(j, others);
    json_end(j);
    json_end(j);
}

void report_json_talkers(struct json *j, const struct view *v)
{
    put_talkers(j, "clients", &v->clients, v->other_clients);
    put_talkers(j, "servers", &v->servers, v->other_servers);
}

/* One figure of each cell, on one line. */
static void put_cells(struct json *j, const char *key, const struct view *v,
                      const struct timeline_app *app)
{
    const bool pretty = j->pretty;
    const size_t count = timeline_count(v->timeline);

    json_array(j, key);
    j->pretty = false;
    for (size_t i = 0; i < count; i++) {
        const struct timeline_cell *cell = timeline_cell(v->timeline, app, i);
        json_array(j, NULL);
        json_u64(j, NULL, cell->flows);
        json_u64(j, NULL, cell->bytes);
        json_u64(j, NULL, cell->blocked_flows);
        json_u64(j, NULL, cell->blocked_bytes);
        json_end(j);
    }
    json_end(j);
    j->pretty = pretty;
}

void report_json_timeline(struct json *j, const struct view *v)
{
    json_object(j, "timeline");
    if (timeline_count(v->timeline) > 0)
        json_time(j, "start", timeline_start(v->timeline));
    json_u64(j, "bucket_ms", (uint64_t)(v->timeline->width_ns / 1000000));
    json_array(j, "apps");
    for (size_t i = 0; i < view_timeline_count(v); i++) {
        const struct timeline_app *app = view_timeline_app(v, i);
        json_object(j, NULL);
        json_text(j, "app", app->app);
        json_u64(j, "flows", app->sum.flows);
        json_u64(j, "bytes", app->sum.bytes);
        json_u64(j, "blocked_flows", app->sum.blocked_flows);
        json_u64(j, "blocked_bytes", app->sum.blocked_bytes);
        put_cells(j, "buckets", v, app);
        json_end(j);
    }
    json_end(j);
    json_end(j);
}

static void put_flood(struct json *j, const struct flood *f)
{
    char address[ADDR_TEXT_ROOM];

    json_object(j, NULL);
    json_text(j, "rule", f->rule);
    json_text(j, "action", f->action);
    json_u64(j, "line", f->line);
    json_text(j, "what", f->what);
    json_text(j, "by", f->by);
    json_string(j, "ip", bytes_of(address, addr_text(&f->addr, address)));
    json_u64(j, "prefix", f->prefix);
    json_u64(j, "count", f->count);
    json_u64(j, "over", f->over);
    json_u64(j, "within_ms", (uint64_t)(f->within_ns / 1000000));
    json_u64(j, "ban_ms", (uint64_t)(f->for_ns / 1000000));
    json_bool(j, "adaptive", f->adaptive);
    json_u64(j, "times", f->times);
    json_time(j, "first", f->first_ns);
    json_time(j, "last", f->last_ns);
    json_u64(j, "first_packet", f->first_packet);
    json_text(j, "source", f->source);
    if (f->flow_id != 0)
        json_u64(j, "flow_id", f->flow_id);
    json_array(j, "targets");
    for (size_t i = 0; i < f->targets.count; i++)
        json_string(j, NULL, bytes_of(address, addr_text(&f->targets.at[i], address)));
    json_end(j);
    json_bool(j, "more_targets", f->targets.more);
    json_end(j);
}

void report_json_floods(struct json *j, const struct view *v)
{
    json_array(j, "floods");
    for (size_t i = 0; i < v->floods.count; i++)
        put_flood(j, view_flood(v, i));
    json_end(j);
}

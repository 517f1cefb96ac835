/* SPDX-License-Identifier: MIT */
/* view.h - a summary, sorted to be read: worst or largest first. The same input gives the same
 * view.
 */
#ifndef OUTPUT_VIEW_H
#define OUTPUT_VIEW_H

#include "output/summary.h"

/* What one server port promised and carried. */
struct port_app {
    const char *app;    /* "?": never known */
    const char *speaks; /* what its WebSocket messages are, or NULL */
    bool mismatch;
    struct totals totals;
    uint64_t blocked; /* flows */
};
struct port_entry {
    uint8_t transport; /* enum transport */
    uint16_t port;
    const char *expected; /* or NULL */
    struct totals totals;
    uint64_t blocked, mismatched; /* flows */
    size_t first_app, app_count;  /* in view.port_apps, most flows first */
};

/* Borrows from the summary; its arrays are its own. */
struct view {
    const struct summary_counts *counts;
    struct sorted flows;      /* struct flow_info, worst first: the worst that were kept */
    struct sorted kinds;      /* struct flow_kind, worst first */
    struct port_entry *ports; /* most mismatches first, then most flows */
    struct port_app *port_apps;
    size_t port_count;
    struct sorted rules;                                /* struct rule_entry, blocks first */
    struct sorted clients, servers;                     /* struct talker, most bytes first */
    const struct totals *other_clients, *other_servers; /* who is not listed */
    struct sorted services;                             /* struct service, most flows first */
    struct anomaly_entry anomalies[ANOMALY_COUNT];      /* most first */
    size_t anomaly_count;
    struct sorted swarm_hosts;    /* struct swarm_host, most bytes first */
    struct sorted swarm_torrents; /* struct swarm_torrent, the same */
    struct sorted floods;         /* struct flood, blocked first, then the worst */
    uint64_t other_floods;        /* times that a rate was passed by who is not listed */
    const struct timeline *timeline;
    struct sorted timeline_apps; /* struct timeline_app, most bytes first */
    size_t swarm_named;          /* endpoints that trackers, the DHT and peers named */
    const struct counter *stats; /* of the last EVENT_STATS */
    size_t stat_count;
};

/* NULL when memory ran out. */
struct view *view_create(const struct summary *s);
void view_free(struct view *v);

static inline const struct flow_info *view_flow(const struct view *v, size_t i)
{
    return v->flows.at[i];
}

static inline const struct flow_kind *view_kind(const struct view *v, size_t i)
{
    return v->kinds.at[i];
}

static inline const struct rule_entry *view_rule(const struct view *v, size_t i)
{
    return v->rules.at[i];
}

static inline const struct service *view_service(const struct view *v, size_t i)
{
    return v->services.at[i];
}

static inline const struct flood *view_flood(const struct view *v, size_t i)
{
    return v->floods.at[i];
}

/* Its applications, and at the end all others, if there are any. */
static inline size_t view_timeline_count(const struct view *v)
{
    return v->timeline_apps.count + (v->timeline->others.sum.flows > 0);
}

static inline const struct timeline_app *view_timeline_app(const struct view *v, size_t i)
{
    return i < v->timeline_apps.count ? v->timeline_apps.at[i] : &v->timeline->others;
}

static inline const struct swarm_host *view_swarm_host(const struct view *v, size_t i)
{
    return v->swarm_hosts.at[i];
}

static inline const struct swarm_torrent *view_swarm_torrent(const struct view *v, size_t i)
{
    return v->swarm_torrents.at[i];
}

#endif

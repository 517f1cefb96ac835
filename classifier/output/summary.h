/* SPDX-License-Identifier: MIT */
/* summary.h - what table and reports say, added up flow by flow (see output.h for its life).
 *
 * In:    EVENT_FLOW of flows that ended, EVENT_HANDSHAKE, EVENT_ALERT, EVENT_ANOMALY, EVENT_STATS.
 * Out:   struct view (view.h): everything sorted, worst or largest first.
 * Bound: SUMMARY_* entries of each table; what does not fit is counted in `others`, never lost. At
 *        most some 26 MiB for a report, and with SUMMARY_ALL_FLOWS about 1 KiB more for each flow.
 */
#ifndef OUTPUT_SUMMARY_H
#define OUTPUT_SUMMARY_H

#include "output/floods.h"
#include "output/kept.h"
#include "output/kind_key.h"
#include "output/output.h"
#include "output/swarm.h"
#include "output/talkers.h"
#include "output/timeline.h"
#include "output/totals.h"

#define SUMMARY_WORST    1000    /* flows kept in full, for a report */
#define SUMMARY_MANY     1000000 /* with SUMMARY_ALL_FLOWS */
#define SUMMARY_KINDS    4096    /* kinds of flows */
#define SUMMARY_RULES    1024
#define SUMMARY_SERVICES 1024
#define SUMMARY_NAMES    65536 /* texts: apps, layers, rules, files */
#define SUMMARY_STATS    128

/* Flows alike: a line of the table. */
struct flow_kind {
    struct flow_info *worst; /* the one to show: of a higher flow_compare() than the others */
    struct totals totals;
    uint64_t leaked_bytes[2], leaked_packets[2];
    struct few_addr clients, servers;
};

struct rule_entry {
    const char *rule;   /* NULL: the default */
    const char *action; /* "block", "allow", "alert" */
    uint32_t line;
    struct totals totals;                        /* of the flows whose verdict it gave */
    uint64_t leaked_bytes[2], leaked_packets[2]; /* had passed before it could fire */
    uint64_t worst_leak;                         /* bytes, both ways, of one flow */
    uint64_t too_late;     /* blocked flows of which it was certain only when they were over */
    uint64_t alerts;       /* times an alert rule matched */
    uint64_t first_packet; /* of the flows; of the alerts when it gave no verdict */
};

/* A WebSocket endpoint: host and path without the query. */
struct service {
    struct bytes host, path; /* hostile */
    uint16_t port;
    uint64_t handshakes, cross_origin, no_origin;
    uint64_t ladder[LADDER_UNFRAMED + 1]; /* flows, by enum ladder */
    struct few_text origins;              /* marked: cross-origin */
    struct few_text subprotocols;         /* agreed */
    uint64_t flows, compressed, tunnels;
    uint64_t messages[2], payload[2];
    struct few_u64 close_codes;
};

struct anomaly_entry {
    enum anomaly id;
    uint64_t count, first_packet;
    const char *source; /* of the first; NULL: not known */
    uint64_t flow_id;   /* the same; 0: no flow's */
};

struct summary_counts {
    struct totals all;
    uint64_t tcp, udp;                             /* flows */
    uint64_t blocked, allowed, mismatched, alerts; /* flows, but alerts: matches */
    uint64_t torrents;                             /* flows: BitTorrent's */
    uint64_t tunnels, perhaps_tunnels;             /* flows: enum tri tunnel */
    uint64_t silent, unknown;                      /* flows that said nothing; never known */
    uint64_t gap_flows, missing_bytes, late_flows; /* late: began before the capture */
    uint64_t bare_syns; /* unanswered, and too many to be told as flows */
    uint64_t evicted;   /* flows that ended because memory was full */
    uint64_t hasty;     /* times that a flow did not wait for missing bytes, for the same reason */
    uint64_t refused;   /* packets that got no flow, for the same reason */
    uint64_t leaked_bytes[2], leaked_packets[2];
    uint64_t anomalies;
    int64_t start_ns, end_ns;
    bool several_sources; /* packet numbers need their file's name */
    struct totals other_kinds;
    uint64_t other_rules, other_services; /* flows and alerts; handshakes and flows */
};

/* An endpoint's path. The query is no part of its name, and often holds a secret. */
static inline struct bytes path_without_query(struct bytes path)
{
    size_t len = 0;

    while (len < path.len && path.at[len] != '?' && path.at[len] != '#')
        len++;
    return bytes_first(path, len);
}

struct summary { /* private to summary.c and view.c */
    struct sink sink;
    bool reports; /* SUMMARY_REPORT */
    struct summary_counts counts;
    struct tally names, kinds, rules, services; /* kinds: struct flow_kind, and so on */
    struct talkers clients, servers;
    struct kept worst;
    struct swarm swarm;
    struct timeline timeline;
    struct floods floods;
    struct anomaly_entry anomalies[ANOMALY_COUNT]; /* by enum anomaly */
    struct counter stats[SUMMARY_STATS];
    size_t stat_count;
    const char *source; /* of the first flow */
    struct kind_lately lately[KINDS_LATELY];
    struct service *service; /* of the last flow or handshake, or NULL */
    struct flow_info told;   /* of which only that is known that a scribe writes */
};

#endif

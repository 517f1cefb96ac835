/* SPDX-License-Identifier: MIT */
/* eve_read.h - one line of EVE back into one event. For eve_reader.c.
 *
 * Each takes what its writer in eve_body.h wrote; what another program wrote is taken as far as it
 * goes. Borrows from the line and from the store.
 */
#ifndef OUTPUT_EVE_READ_H
#define OUTPUT_EVE_READ_H

#include "model/event.h"
#include "output/eve_line.h"

#define EVE_RISKS     64
#define EVE_NAME_MAX  1024 /* bytes, as engine/learn.c keeps of a name */
#define EVE_NAMES     6
#define EVE_ALPN_MAX  64
#define EVE_COUNTERS  128
#define EVE_LIST_ROOM 4096 /* of a list that is one text in the event: extensions and the like */

/* What an event borrows, besides the line. */
struct eve_store {
    struct flow_info flow;
    struct evidence evidence[EVIDENCE_MAX];
    uint8_t detail[EVIDENCE_MAX][EVIDENCE_DETAIL];
    const char *risks[EVE_RISKS];
    struct ws_totals ws;
    struct ws_figures figures;
    uint8_t name[EVE_NAMES][EVE_NAME_MAX];
    uint8_t info_hash[20];
    struct endpoint peers[BITTORRENT_PEERS], nodes[BITTORRENT_PEERS];
    struct bytes alpn[EVE_ALPN_MAX];
    uint8_t list[3][EVE_LIST_ROOM];
    struct rate_alert rate;
    struct counter counters[EVE_COUNTERS];
};

typedef void eve_read_body(struct eve_line *l, struct event *e, struct eve_store *s);

eve_read_body eve_read_flow;                                    /* eve_read_flow.c */
eve_read_body eve_read_http, eve_read_tls;                      /* eve_read_app.c */
eve_read_body eve_read_handshake, eve_read_bittorrent;          /* eve_read_app.c */
eve_read_body eve_read_alert, eve_read_anomaly, eve_read_stats; /* eve_read_finding.c */

/* Who, when and where: the members that every line of a flow has, into s->flow; false: the line
 * belongs to no flow of TCP or UDP. eve_read_flow.c */
bool eve_read_common(struct eve_line *l, struct event *e, struct eve_store *s, bool by_sender);
/* Evidence of a flow or an alert. */
void eve_read_evidence(struct eve_line *l, struct eve_store *s);

#endif

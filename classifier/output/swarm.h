/* SPDX-License-Identifier: MIT */
/* swarm.h - who took part in BitTorrent: hosts, torrents, and who exchanged with whom.
 *
 * In:    EVENT_BITTORRENT, and EVENT_FLOW of flows whose app it is.
 * Out:   tables in the order in which they were first seen; sorted by swarm_*_compare().
 * Bound: SWARM_* entries of each; what does not fit is counted in `others`.
 */
#ifndef OUTPUT_SWARM_H
#define OUTPUT_SWARM_H

#include "model/event.h"
#include "output/tally.h"
#include "output/totals.h"

#define SWARM_HOSTS    4096
#define SWARM_TORRENTS 1024
#define SWARM_PAIRS    16384
#define SWARM_NAMED    65536

/* How it is known, ored. */
enum swarm_sign {
    SWARM_WIRE = 1 << 0,       /* the peer wire in the clear (BEP 3) */
    SWARM_ENCRYPTED = 1 << 1,  /* MSE */
    SWARM_UTP = 1 << 2,        /* BEP 29 */
    SWARM_DHT = 1 << 3,        /* BEP 5 */
    SWARM_TRACKER = 1 << 4,    /* announces to one, BEP 3 or 15 */
    SWARM_LOCAL = 1 << 5,      /* announces itself, BEP 14 */
    SWARM_EXCHANGE = 1 << 6,   /* names peers, BEP 11 */
    SWARM_WEBTORRENT = 1 << 7, /* announces in a WebSocket */
    SWARM_WEB_SEED = 1 << 8,   /* BEP 17 */
    SWARM_NAMED_BY = 1 << 9,   /* only because others named an end of its flow */
    SWARM_IS_TRACKER = 1 << 10,
    SWARM_SIGNS = 11
};

struct swarm_host {
    struct addr addr;
    const char *client; /* the program, as it calls itself; NULL: not known. Hostile */
    uint32_t signs;
    uint32_t others;                /* hosts that it exchanged with */
    uint64_t flows, sent, received; /* bytes: whole frames */
    uint64_t probable, blocked;     /* flows: not surer than that; by verdict */
    uint16_t listens;               /* a port where it says it can be reached; 0: not said */
    enum confidence confidence;     /* the best of its flows */
};

struct swarm_torrent {
    uint8_t info_hash[20];
    uint32_t signs;
    uint64_t flows, bytes;
    uint32_t hosts; /* that named it; each counted once */
};

/* Two hosts, the client of their first flow first. */
struct swarm_pair {
    struct addr client, server;
    uint32_t signs;
    struct totals totals;
    const uint8_t *info_hash; /* the last one that they named, or NULL */
};

struct swarm {
    struct tally hosts, torrents, pairs, named;
    struct tally members; /* of torrents: no two alike */
    uint64_t others;      /* flows, events of what found no room */
};

void swarm_init(struct swarm *s);
void swarm_free(struct swarm *s);
bool swarm_whole(const struct swarm *s);
/* `names` keeps texts. */
void swarm_event(struct swarm *s, const struct event *e, struct tally *names);
void swarm_flow(struct swarm *s, const struct flow_info *flow);

/* The n-th sign's words: "peer wire", "MSE" ... Static lifetime; n < SWARM_SIGNS. */
const char *swarm_sign_name(unsigned n);

/* tally_sorted() orders: most bytes first. */
int swarm_host_compare(const void *a, const void *b);
int swarm_torrent_compare(const void *a, const void *b);
int swarm_pair_compare(const void *a, const void *b);

#endif

/* SPDX-License-Identifier: MIT */
/* floods.h - who did something more often than a rule with a rate allows.
 *
 * In:    EVENT_ALERT of such rules.
 * Out:   one entry for each rule and client, server, pair or network, in the order in which they
 *        were first seen; sorted by flood_compare().
 * Bound: FLOODS entries; what does not fit is counted in `others`.
 */
#ifndef OUTPUT_FLOODS_H
#define OUTPUT_FLOODS_H

#include "model/event.h"
#include "output/few.h"
#include "output/tally.h"

#define FLOODS 1024

struct flood {
    const char *rule, *action; /* "block", "alert", "allow" */
    uint32_t line;
    const char *what, *by; /* as in struct rate_alert */
    struct addr addr;
    uint8_t prefix;
    struct few_addr targets;    /* servers of the flows in which it was noticed */
    uint64_t times;             /* the rule fired */
    uint64_t count, over;       /* the most that was counted at once, and the limit then */
    int64_t within_ns, for_ns;  /* for_ns: how long it is banned; 0: it is not */
    bool adaptive;              /* the limit came from the baseline */
    int64_t first_ns, last_ns;  /* when the rule fired */
    uint64_t first_packet;      /* of the first time */
    uint64_t flow_id;           /* the same; 0: no flow */
    const char *source;         /* the same; NULL: not known */
    uint64_t leaked_packets[2]; /* before it fired, in its flows */
};

struct floods {
    struct tally tally;
    uint64_t others; /* times, of what found no room */
};

void floods_init(struct floods *f);
void floods_free(struct floods *f);
/* `names` keeps texts. */
void floods_add(struct floods *f, const struct event *alert, struct tally *names);

/* tally_sorted() order: blocked first, then the most times over the limit. */
int flood_compare(const void *a, const void *b);

#endif

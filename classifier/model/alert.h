/* SPDX-License-Identifier: MIT */
/* alert.h - a rule matched: what EVENT_ALERT says. Borrowed, as all events. */
#ifndef MODEL_ALERT_H
#define MODEL_ALERT_H

#include <stdbool.h>
#include <stdint.h>

#include "model/endpoint.h"

/* Why a rule with `rate` fired: how often something came, and from whom. */
struct rate_alert {
    const char *what;          /* "websocket-handshake", "request" ...: what was counted */
    const char *by;            /* "client", "server", "pair", "network", "client, server-port" */
    struct addr addr;          /* the client, server or network; of a pair: the client */
    uint8_t prefix;            /* bits of addr that count: 32 or 128 for one host */
    uint64_t count;            /* at least so many within within_ns */
    uint64_t over;             /* the limit; where the baseline gave it, what it gave */
    int64_t within_ns, for_ns; /* for_ns: how long the ban lasts from here; 0: no ban */
    bool adaptive;             /* the baseline gave the limit, not the file */
};

struct alert_event {
    bool blocked; /* else allowed to pass */
    const char *rule;
    uint32_t rule_id;   /* 1 + place in the file */
    uint32_t line;      /* in the rules file; 0 = built in */
    uint32_t severity;  /* 1 block, 2 alert, 3 allow */
    const char *action; /* "block", "allow", "alert" */
    uint64_t leaked_bytes[2],
        leaked_packets[2];         /* had passed before the rule could fire; by direction */
    const struct rate_alert *rate; /* NULL: the rule has no rate */
};

#endif

/* SPDX-License-Identifier: MIT */
/* rate.h - rules that count: how often something happens, by client, server or network, and what
 * becomes of who does it too often.
 *
 * In:    what happened on a flow, from the engine: policy_count(). Time is the packets'.
 * Out:   rules that match, through policy_decide(); once a key, policy_rate_alert().
 * State: the worker's, fixed when it is created: for each rule with a rate at most RATE_ENTRIES
 *        counters (rate_table.h), RATE_BANS bans for all of them (rate_ban.h), counted in the
 *        budget; a quarter of it at most, so that --memory makes them fewer.
 *
 * Addresses of TCP can be forged as long as nobody has shown that he hears the answers. What comes
 * before that (facts.proven) is not counted for a client or network, or anybody could have another
 * banned; save `connection`, which counts bare SYNs and says so.
 */
#ifndef POLICY_RATE_H
#define POLICY_RATE_H

#include "model/alert.h"
#include "policy/policy.h"

#define RATE_RULES 64 /* in a file: a bit each in every flow */

enum rate_event {
    RATE_FLOW,        /* a flow that all the rule's other conditions hold for: once */
    RATE_CONNECTION,  /* a SYN, or the first datagram of a flow */
    RATE_ESTABLISHED, /* the client answered the server's SYN: its address is no forgery */
    RATE_REQUEST,     /* an HTTP request's head was read */
    RATE_HANDSHAKE,   /* ... which asks for WebSocket */
    RATE_REFUSED,     /* ... in vain */
    RATE_ERROR,       /* an HTTP answer of 400 or more */
    RATE_UNFINISHED,  /* an HTTP request is not whole after policy_unfinished_ns() */
    RATE_MESSAGE,     /* a WebSocket message that the client sent: text or binary */
    RATE_PING,
    RATE_PONG,
    RATE_CLOSE,
    RATE_FRAGMENT, /* a frame that is not a whole message */
    RATE_ANOMALY,
    RATE_EVENTS
};

/* Which of them any rule counts: bit 1 << event each; 0: none, and no call below is of use. */
uint32_t policy_rate_events(const struct policy *p);
/* How long a request may take before it is RATE_UNFINISHED. */
int64_t policy_unfinished_ns(const struct policy *p);

/* It happened on this flow (`f` may be NULL), now (facts->time_ns). True: a rule matches that did
 * not before: call policy_decide(). */
bool policy_count(struct policy_worker *w, struct policy_flow *f, const struct facts *facts,
                  enum rate_event what);
/* A bare SYN, which has no flow. True: it breaks a limit, and that is not told yet: it needs a
 * flow, of which policy_look() then says the same. */
bool policy_count_syn(struct policy_worker *w, const struct facts *facts);

/* Changes whenever somebody is banned; never 0 after that. */
uint32_t policy_rate_epoch(const struct policy_worker *w);
/* Is the flow of somebody who is? True: call policy_decide(). At its first packet, and when the
 * epoch has changed. */
bool policy_look(struct policy_worker *w, struct policy_flow *f, const struct facts *facts);

enum rate_told {
    RATE_NOT_RATED,  /* the rule has no rate */
    RATE_TOLD_FIRST, /* of this key: to be told */
    RATE_TOLD_AGAIN, /* it was told with another flow */
};

/* The rule, which matched, on this flow: why? `out` is filled unless RATE_NOT_RATED. */
enum rate_told policy_rate_alert(struct policy_worker *w, const struct facts *facts,
                                 const struct rule_info *rule, struct rate_alert *out);

struct rate_totals {
    uint64_t counted, bans, bans_displaced, crowded_out;
};
struct rate_totals policy_rate_totals(const struct policy_worker *w);

/* What follows has nothing to do with what was: forgets every count and ban. */
void policy_rate_forget(struct policy_worker *w);

#endif

/* SPDX-License-Identifier: MIT */
/* rates.h - `rate` of a rule, as the files of this folder see it; and what a worker remembers. */
#ifndef POLICY_RATES_H
#define POLICY_RATES_H

#include "policy/rate.h"
#include "policy/rate_ban.h"
#include "policy/rate_table.h"

/* What a key is made of. */
enum rate_by {
    BY_CLIENT = 1 << 0,  /* the whole address */
    BY_NETWORK = 1 << 1, /* the client's, cut to a prefix */
    BY_SERVER = 1 << 2,
    BY_SERVER_PORT = 1 << 3,
};

struct rate {
    uint32_t place; /* of its rule in the policy */
    uint8_t number; /* its place among the rates */
    uint8_t event;  /* enum rate_event */
    uint8_t by;     /* enum rate_by, ored */
    uint8_t prefix_ipv4, prefix_ipv6;
    bool adaptive;
    bool any_message;    /* `message` says which: text, binary and control frames count */
    const char *by_text; /* "client", "client, server-port" */
    uint64_t over;
    int64_t within_ns, for_ns; /* for_ns 0: no ban */
    int64_t unfinished_ns;     /* RATE_UNFINISHED; else 0 */
};

struct rates {
    struct budget *budget;
    struct hash_key key;
    struct rate_table *table[RATE_RULES];
    struct ban_table *bans;
    uint64_t banned; /* rules that have banned anybody, by number */
    uint32_t epoch;
    uint64_t counted;
};

/* The names of events, in their order; NULL-terminated. */
extern const char *const rate_event_names[];

/* NULL with a sentence when there is no memory. */
struct rates *rates_create(const struct policy *p, struct budget *budget, struct err *err);
void rates_free(struct rates *r); /* NULL is fine */

/* "more than 100 x request within 10s, by client" */
struct buffer;
void rate_append(struct buffer *out, const struct rate *rate);
/* A message that has ended and is all that the rule asks for. True: the rule matches. */
bool rates_message(struct policy_worker *w, struct policy_flow *f, const struct facts *facts,
                   const struct rate *rate);
/* Does this opcode (RFC 6455 s11.8) count for it? */
bool rate_wants(const struct rate *rate, uint8_t opcode);

#endif

/* SPDX-License-Identifier: MIT */
/* policy.h - rules: YAML in, verdicts out. The only door to libyaml and to Hyperscan.
 *
 * Matching is three-valued (label.h, enum tri). A flow's verdict is that of the first allow or
 * block rule, in file order, that ever matches during the flow's life; alert rules never end the
 * search. A verdict is final at the packet where no earlier rule of another action can match any
 * more. State: struct policy is read-only after loading and shared; struct policy_worker is per
 * thread (scratch); struct policy_flow is per flow.
 */
#ifndef POLICY_POLICY_H
#define POLICY_POLICY_H

#include "base/budget.h"
#include "base/err.h"
#include "model/facts.h"
#include "model/message_facts.h"
#include "model/overlap.h"

enum rule_action { RULE_ALLOW, RULE_BLOCK, RULE_ALERT };

struct rule_info {
    const char *name;
    uint32_t id;      /* 1 + place in the file */
    uint32_t line;    /* of its name in the file */
    const char *file; /* that it is in: the one that was loaded, or one that it includes */
    enum rule_action action;
};

struct policy;
struct policy_worker;
struct policy_flow;

/* NULL path: no rules, default allow, the built-in port promises. On error NULL, and
 * "FILE:LINE:COLUMN: sentence" in err. Warnings (a rule shadowed by an earlier one) go to `warn`,
 * which may be NULL, as the same kind of sentence. */
struct policy *policy_load(const char *path, void (*warn)(void *ctx, const char *sentence),
                           void *ctx, struct err *err);
void policy_free(struct policy *p);
/* enum interest that the rules need: messages, payload. */
uint32_t policy_interest(const struct policy *p);
/* enum asks, ored: what has to be kept, counted and told for them. */
uint32_t policy_asks(const struct policy *p);
/* The headers that rules ask for: kept_facts.header has a place for each, by number. */
size_t policy_headers(const struct policy *p);
struct bytes policy_header(const struct policy *p, size_t number, bool *of_response);
size_t policy_rule_count(const struct policy *p);
/* The rules as compiled, as text for `rules show`. `out` owns nothing of the policy. */
struct buffer;
void policy_show(const struct policy *p, struct buffer *out);
/* Every key, with an example, for `rules show --keys`; or as the tables of docs/rules.md. */
void policy_show_keys(struct buffer *out, bool markdown);

/* What a port promises: "http, websocket", or NULL. Lives as long as the policy. */
const char *policy_promise(const struct policy *p, uint8_t transport, uint16_t port);
/* Do the layers break the promise? NO where there is none, where the app is a guess, or "none";
 * NOT_YET until f->app is known. A "tls" promise is kept by anything inside TLS. */
enum tri policy_mismatch(const struct policy *p, const struct facts *f);

/* How the host with this address reads overlapping bytes (`overlap`; Linux's way where nothing is
 * said). */
enum overlap_policy policy_overlap(const struct policy *p, const struct addr *receiver);

/* Does the group of that name hold an address that begins with the first `prefix` (of 128) bits of
 * `a`? No, where there is no such group. */
bool policy_group_meets(const struct policy *p, const char *group, const struct addr *a,
                        unsigned prefix);

/* Why a flow cannot be read as it should. */
enum policy_exception {
    EXCEPTION_MEMORY,    /* there was none left for some of it */
    EXCEPTION_DEPTH,     /* more layers than are followed */
    EXCEPTION_MIDSTREAM, /* it began before the capture */
    EXCEPTION_ERROR,     /* a layer found that its bytes are not what had been agreed */
    EXCEPTIONS
};
/* What the rules file says then; NULL: nothing, and the rules go on. */
const struct rule_info *policy_exception(const struct policy *p, enum policy_exception which);
const char *policy_exception_name(enum policy_exception which);

/* Of Hyperscan (or Vectorscan) and libyaml. */
const char *policy_matcher_version(void);
const char *policy_yaml_version(void);

struct policy_worker *policy_worker_create(const struct policy *p, struct budget *budget,
                                           struct err *err);
void policy_worker_free(struct policy_worker *w);

struct policy_result {
    enum verdict verdict;         /* as it stands; VERDICT_NONE: could still be either */
    bool final;                   /* will not change any more */
    bool counted;                 /* the rule has a rate: other flows had a part in it */
    const struct rule_info *rule; /* NULL: the default */
};

/* A rule matches this flow for the first time. */
typedef void policy_fired(void *ctx, const struct rule_info *rule); /* a function, not a struct */

/* NULL when there is nothing to remember (no rules) or no memory: policy_decide copes with NULL. */
struct policy_flow *policy_flow_create(struct policy_worker *w);
void policy_flow_free(struct policy_worker *w, struct policy_flow *f);

/* After any change of the facts, and once more with facts->over. Cheap when nothing can change. */
struct policy_result policy_decide(struct policy_worker *w, struct policy_flow *f,
                                   const struct facts *facts, policy_fired *fired, void *ctx);

/* A message passes: begin, slices of clear payload (if INTEREST_PAYLOAD is in policy_interest),
 * end. `facts`: NULL where no rule counts. True when an answer changed: call policy_decide. */
bool policy_message(struct policy_worker *w, struct policy_flow *f, const struct facts *facts,
                    const struct message_facts *m);
bool policy_payload(struct policy_worker *w, struct policy_flow *f, const struct facts *facts,
                    const struct message_facts *m, struct bytes slice);

/* An anomaly of the WebSocket message of this direction that is spoken of next (ASK_VIOLATIONS). */
void policy_violation(struct policy_worker *w, struct policy_flow *f, enum direction d,
                      enum anomaly what);
/* A frame header passes. True as above. */
bool policy_frame(struct policy_worker *w, struct policy_flow *f,
                  const struct ws_frame_facts *frame);

#endif

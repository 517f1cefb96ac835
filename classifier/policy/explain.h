/* SPDX-License-Identifier: MIT */
/* explain.h - why the rules said of one flow what they said: for each rule whether it matched,
 * where, and else the first condition that kept it from matching, with what was seen instead.
 *
 * In:    what policy_decide() and policy_message() were just told, each time.
 * State: a handle; some 100 bytes a rule and its texts, which are cut to EXPLAINED_SEEN bytes of
 *        what was seen (hostile). Costs nothing to flows that have none.
 */
#ifndef POLICY_EXPLAIN_H
#define POLICY_EXPLAIN_H

#include "base/apart.h"
#include "base/buffer.h"
#include "policy/policy.h"

#define EXPLAINED_SEEN 80

enum rule_state {
    RULE_WAITS,   /* may still match */
    RULE_MATCHED, /* alert rules: fired; else: it decides, unless an earlier one does */
    RULE_FAILED,  /* some condition said no for good, or the flow ended before it was met */
    RULE_PASSED,  /* not asked any more: `by` matched first */
    RULE_SETTLED, /* not asked any more: the verdict was final */
};

struct explained_rule {
    const struct rule_info *rule;
    enum rule_state state;
    uint64_t packet;            /* where it came to that; 0: when the flow was over */
    const struct rule_info *by; /* RULE_PASSED */
    struct buffer text; /* RULE_MATCHED: all conditions; else the first that was not met, at the
                           rule's best. As written, "server-port: 80" */
    struct buffer seen; /* instead: "22"; empty: nothing was */
    size_t met;         /* conditions that were met then, in order */
    uint64_t message;   /* the packet in which `message` was met */
    bool framing;       /* `frame` was not met yet */
};

struct explanation;

/* NULL when memory runs out. The policy outlives it. */
struct explanation *explanation_create(const struct policy *p);
void explanation_free(struct explanation *x); /* NULL is fine */
struct explained_moment {
    struct policy_worker *worker;
    struct policy_flow *flow; /* may be NULL, as in policy_decide() */
    const struct facts *facts;
    uint64_t packet; /* 0: the flow is over */
};
/* After each policy_decide(). */
RARE void explanation_decided(struct explanation *x, const struct explained_moment *now);
/* After each policy_message() and policy_payload(), and before what it changed is decided. */
RARE void explanation_message(struct explanation *x, const struct explained_moment *now,
                              const struct message_facts *m);
/* `default` of the rules. */
enum rule_action explanation_default(const struct explanation *x);
size_t explanation_count(const struct explanation *x);
const struct explained_rule *explanation_rule(const struct explanation *x, size_t i);

#endif

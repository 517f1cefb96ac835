/* SPDX-License-Identifier: MIT */
/* tests.h - the section `tests` of a rules file: which flows of which capture, and what must come
 * of them.
 *
 * Who loads a policy with its tests gets their selectors as alert rules behind all others: a flow
 * that one of them fires for is meant by its test. They decide nothing, and are in no other policy.
 * Bound: TESTS_MAX tests.
 */
#ifndef POLICY_TESTS_H
#define POLICY_TESTS_H

#include "policy/policy.h"

#define TESTS_MAX 4096

struct rules_test {
    const char *name;    /* NULL: it has none */
    const char *capture; /* a file or folder, as written: relative to the rules file */
    uint32_t line;
    uint32_t selector; /* id of the rule that fires for its flows */
    const struct expectation *expect;
};

/* policy_load() with the section `tests`. */
struct policy *policy_load_tests(const char *path, void (*warn)(void *ctx, const char *sentence),
                                 void *ctx, struct err *err);
size_t policy_test_count(const struct policy *p);
const struct rules_test *policy_test(const struct policy *p, size_t i);

/* Which rules have fired for a flow: a bit each, by id - 1. */
size_t policy_fired_words(const struct policy *p);

struct buffer;
/* It fired: but `app` means what the flow was in the end. */
bool test_means_flow(const struct policy *p, const struct rules_test *t,
                     const struct flow_info *flow, const uint64_t *fired);
/* Has this flow, which is over, become what the test expects? If not, why is added to `why`:
 * "verdict is allow, not block; rule is the default, not x". */
bool test_flow_meets(const struct policy *p, const struct rules_test *t,
                     const struct flow_info *flow, const uint64_t *fired, struct buffer *why);
/* Were so many flows meant? */
bool test_count_meets(const struct rules_test *t, uint64_t flows, struct buffer *why);

#endif

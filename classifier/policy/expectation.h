/* SPDX-License-Identifier: MIT */
/* expectation.h - what a test says of its flows. Private to policy/: tests.h asks it. */
#ifndef POLICY_EXPECTATION_H
#define POLICY_EXPECTATION_H

#include "policy/rules.h"

struct expectation {
    bool has_rule, has_app, has_alerts, has_leaked, has_count, has_mismatch;
    bool mismatch;
    enum verdict verdict;       /* NONE: not asked */
    const char *rule;           /* has_rule: NULL is the default */
    enum confidence confidence; /* at least; NONE: not asked */
    struct value app, leaked, count;
    const char **alert; /* the alert rules that must have fired, and no others */
    uint32_t *alert_id; /* theirs */
    size_t alert_count;
};

#endif

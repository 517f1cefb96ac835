/* SPDX-License-Identifier: MIT */
/* rules.h - an engine with rules for a fuzz target that feeds it packets. */
#ifndef TESTS_FUZZ_RULES_H
#define TESTS_FUZZ_RULES_H

#include <assert.h>

#include "engine/engine.h"
#include "policy/policy.h"

/* With the shipped rules, or where they are not found (another working folder) without any. */
static inline struct engine *engine_with_rules(struct sink *sink, size_t memory,
                                               struct policy **policy)
{
    *policy = policy_load("rules/default.yaml", NULL, NULL, NULL);
    if (*policy == NULL)
        *policy = policy_load(NULL, NULL, NULL, NULL);
    const struct engine_config config = {
        .policy = *policy, .sinks = sink, .memory = memory, .seed = 1};
    struct engine *e = engine_create(&config, NULL);
    assert(e != NULL);
    engine_source(e, "fuzz");
    return e;
}

#endif

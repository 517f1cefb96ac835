/* SPDX-License-Identifier: MIT */
/* load.h - from the bytes of a rules file to a policy; what the readers of its parts share. */
#ifndef POLICY_LOAD_H
#define POLICY_LOAD_H

#include "policy/rules.h"

#define RULES_FILE_MAX (16u * 1024 * 1024) /* bytes */
#define RULES_MAX      65536

/* Takes a warning, a sentence as errors are. */
typedef void policy_warn(void *ctx, const char *sentence);

struct loader {
    struct policy *policy; /* being built */
    struct source source;
    policy_warn *warn; /* may be NULL */
    void *ctx;
    bool wants_tests; /* the section `tests`, too: tests.h */
};

/* policy_load() for a text that is in memory; `name` stands in sentences. */
struct policy *policy_load_text(struct bytes text, const char *name, policy_warn *warn, void *ctx,
                                struct err *err);

/* The conditions of a map whose keys are in `table`; `what` names the map in sentences. What is no
 * condition (`message`) is left out. */
bool load_conditions(struct loader *l, const struct node *map, const struct key *table,
                     const char *what, struct condition_list *out);
/* policy_load_tests() for a text that is in memory. */
struct policy *policy_load_tests_text(struct bytes text, const char *name, policy_warn *warn,
                                      void *ctx, struct err *err);

/* With its tests; every mistake is heard, not only the first. */
struct policy *policy_load_heard(const char *path, struct fault_ear *ear, policy_warn *warn,
                                 void *ctx, struct err *err);

/* `tests`, after the rules. */
bool load_tests(struct loader *l, const struct node *n);
/* One entry of `rules`. */
bool load_rule(struct loader *l, const struct node *n, struct rule *out);
/* Its `rate`, `event` and `for`, after its match. */
bool load_rate(struct loader *l, const struct node *rule, struct rule *out);
/* `ports`. */
bool load_promises(struct loader *l, const struct node *n);
/* `exceptions`. */
bool load_exceptions(struct loader *l, const struct node *n);
/* `overlap`. */
bool load_overlap(struct loader *l, const struct node *n);
const struct group *group_find(const struct policy *p, struct bytes name);

/* Warns of each rule that can never match. */
void warn_of_shadows(struct loader *l);

/* Zero-filled, in the policy's arena; NULL with the sentence when there is no memory. */
void *loader_alloc(struct loader *l, size_t count, size_t size);

/* Is each key of the map one of `known` (NULL-terminated)? `what` names the map in the sentence. */
bool check_keys(const struct loader *l, const struct node *map, const char *what,
                const char *const *known);

/* Words of the format that a later version will read: to ignore them would be to pass in silence.
 */
bool refuse_keys(const struct loader *l, const struct node *map, const char *const *later);

#endif

/* SPDX-License-Identifier: MIT */
/* load.h - from the bytes of a rules file to a policy; what the readers of its parts share. */
#ifndef POLICY_LOAD_H
#define POLICY_LOAD_H

#include "policy/rules.h"

#define RULES_FILE_MAX (16u * 1024 * 1024) /* bytes */
#define RULES_MAX      65536

/* Takes a warning, a sentence as errors are. */
typedef void policy_warn(void *ctx, const char *sentence);

#define INCLUDE_DEPTH 8   /* files that include each other, below the first */
#define INCLUDE_FILES 256 /* in all */

/* One rules file. */
struct document {
    const char *name;
    const struct node *root;
    const struct document *by; /* that includes it; NULL: the first */
    uint64_t device, inode;    /* which file it is; 0: none */
    struct document *next;
};
struct documents {
    struct document *first, *last; /* in the order in which they count */
    size_t count;                  /* that were included */
};

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

/* The text, and all that it includes. */
bool read_documents(struct loader *l, struct bytes text, struct documents *out);
/* Of the sections that an included file has in vain. */
void warn_of_passed_over(const struct loader *l, const struct document *d);
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

/* By which hits the rules that wait for a message are found. */
bool index_messages(struct loader *l);
/* Which rules beside each other may be asked as one. */
bool find_alike(struct loader *l);
/* Does whatever meets all of `narrow` meet all of `wide`? True only where it is certain. */
bool conditions_cover(const struct condition_list *wide, const struct condition_list *narrow);
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

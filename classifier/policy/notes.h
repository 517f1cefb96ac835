/* SPDX-License-Identifier: MIT */
/* notes.h - what there is to say of a rules file before it decides anything: mistakes, warnings,
 * hints about cost. Each says where, what and why; a hint also what would help.
 *
 * Bounds: FAULTS_MAX mistakes of a file are told; NOTES_MAX warnings and hints.
 */
#ifndef POLICY_NOTES_H
#define POLICY_NOTES_H

#include "policy/policy.h"

#define NOTES_MAX 1000

enum note_kind { NOTE_ERROR, NOTE_WARNING, NOTE_HINT };

struct policy_note {
    enum note_kind kind;
    const char *code; /* a fixed word: "shadowed", "never-in-time" ...; docs/rules.md lists them */
    const char *file;
    uint32_t line, column;
    const char *rule; /* its name, or NULL */
    const char *sentence;
};

/* Hears notes; what it is given is good for the call. */
struct policy_ear {
    void (*hear)(void *ctx, const struct policy_note *note);
    void *ctx;
};

/* Loads the file with its tests, and tells everything. NULL: mistakes, all told. */
struct policy *policy_check(const char *path, const struct policy_ear *ear);

/* Rules of the file: without the selectors of its tests. */
size_t policy_listed(const struct policy *p);
const struct rule_info *policy_rule(const struct policy *p, size_t place);

struct notes { /* for those who find something */
    const struct policy *policy;
    const char *file;
    const struct policy_ear *ear;
    unsigned count;
    enum note_kind kind; /* of what is being looked for */
};

struct rule;
void note_rule(struct notes *n, const struct rule *r, const char *code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* shadow.c: rules that never match, because an earlier one takes all their flows. */
void lint_shadows(struct notes *n);
/* lint.c: rules whose own conditions exclude each other. */
void lint_impossible(struct notes *n);
/* lint_time.c: blocks that come when all is over, or wait for what does. */
void lint_time(struct notes *n);
/* lint_cost.c: what rules cost. */
void lint_cost(struct notes *n);

#endif

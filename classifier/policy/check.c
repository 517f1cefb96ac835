/* SPDX-License-Identifier: MIT */
/* check.c - a rules file as `rules check` sees it: every mistake, every warning, every hint. */
#include <stdlib.h>

#include "policy/load.h"
#include "policy/notes.h"

struct checker {
    const struct policy_ear *ear;
    const char *file;
};

static void hear_fault(void *ctx, const struct node *where, const char *sentence)
{
    const struct checker *c = ctx;
    const struct policy_note note = {.kind = NOTE_ERROR,
                                     .code = "mistake",
                                     .file = where != NULL && where->file != NULL ? where->file
                                                                                  : c->file,
                                     .line = where != NULL ? where->line : 0,
                                     .column = where != NULL ? where->column : 0,
                                     .sentence = sentence};

    c->ear->hear(c->ear->ctx, &note);
}

size_t policy_listed(const struct policy *p)
{
    return p->listed;
}

const struct rule_info *policy_rule(const struct policy *p, size_t place)
{
    return &p->rule[place].info;
}

/* What loading warns of says its place: "FILE:LINE:COLUMN: sentence". */
static void hear_warning(void *ctx, const char *sentence)
{
    const struct checker *c = ctx;
    const size_t name = strlen(c->file);
    struct policy_note note = {
        .kind = NOTE_WARNING, .code = "warning", .file = c->file, .sentence = sentence};
    char *end;

    if (strncmp(sentence, c->file, name) == 0 && sentence[name] == ':') {
        note.line = (uint32_t)strtoul(sentence + name + 1, &end, 10);
        note.column = *end == ':' ? (uint32_t)strtoul(end + 1, &end, 10) : 0;
        note.sentence = strncmp(end, ": ", 2) == 0 ? end + 2 : sentence;
    }
    c->ear->hear(c->ear->ctx, &note);
}

struct policy *policy_check(const char *path, const struct policy_ear *ear)
{
    struct checker checker = {ear, path};
    struct fault_ear faults = {.hear = hear_fault, .ctx = &checker};
    struct err err = {0};
    struct policy *p = policy_load_heard(path, &faults, hear_warning, &checker, &err);

    if (p == NULL && faults.count == 0) { /* the file itself */
        const struct policy_note note = {
            .kind = NOTE_ERROR, .code = "unreadable", .file = path, .sentence = err.text};
        ear->hear(ear->ctx, &note);
    }
    if (p == NULL)
        return NULL;
    struct notes notes = {.policy = p, .file = path, .ear = ear, .kind = NOTE_WARNING};
    lint_shadows(&notes);
    lint_impossible(&notes);
    lint_time(&notes);
    lint_cost(&notes);
    return p;
}

/* SPDX-License-Identifier: MIT */
/* rules check: every mistake, warning and hint, for people or as JSON. */
#include <stdio.h>
#include <string.h>

#include "cli/rules.h"
#include "cli/say.h"
#include "output/json.h"
#include "policy/notes.h"

static const char *const kinds[] = {"error", "warning", "hint"}; /* enum note_kind */

struct check {
    const struct options *options;
    struct json json;
    unsigned count[3]; /* by enum note_kind */
};

/* Mistakes and warnings are said; hints, which are no fault, are results. */
static void hear_text(const struct policy_note *n)
{
    char place[32] = "";

    if (n->column > 0)
        snprintf(place, sizeof(place), ":%u:%u", n->line, n->column);
    else if (n->line > 0) /* of a list */
        snprintf(place, sizeof(place), ":%u", n->line);
    if (n->kind == NOTE_HINT)
        printf("%s%s: hint: %s\n", n->file, place, n->sentence);
    else if (n->kind == NOTE_WARNING)
        say_error("%s%s: warning: %s", n->file, place, n->sentence);
    else if (n->line > 0)
        say_error("%s%s: %s", n->file, place, n->sentence);
    else
        say_error("%s", n->sentence);
}

static void hear_json(struct json *j, const struct policy_note *n)
{
    json_object(j, NULL);
    json_text(j, "kind", kinds[n->kind]);
    json_text(j, "code", n->code);
    json_text(j, "file", n->file);
    json_u64(j, "line", n->line);
    json_u64(j, "column", n->column);
    json_text(j, "rule", n->rule);
    json_text(j, "sentence", n->sentence);
    json_end(j);
}

static void hear(void *ctx, const struct policy_note *n)
{
    struct check *c = ctx;

    c->count[n->kind]++;
    if (c->options->json)
        hear_json(&c->json, n);
    else
        hear_text(n);
}

static void check_one(struct check *c, const char *path)
{
    const struct policy_ear ear = {hear, c};

    if (c->options->json) {
        json_object(&c->json, NULL);
        json_text(&c->json, "file", path);
        json_array(&c->json, "notes");
    }
    struct policy *p = policy_check(path, &ear);
    const size_t count = p != NULL ? policy_listed(p) : 0;
    if (c->options->json) {
        json_end(&c->json);
        json_bool(&c->json, "good", p != NULL);
        json_u64(&c->json, "rules", count);
        json_end(&c->json);
    } else if (p != NULL) {
        printf("%s: good, %zu rule%s\n", path, count, count == 1 ? "" : "s");
    }
    policy_free(p);
}

int rules_check(const struct options *o)
{
    struct buffer text = {0};
    struct check c = {.options = o, .json = json_into(&text, true)};

    if (o->input_count == 0) {
        say_error("rules check: which rules file? see --help");
        return EXIT_USAGE;
    }
    if (o->json)
        json_array(&c.json, NULL);
    for (int i = 0; i < o->input_count; i++)
        check_one(&c, o->inputs[i]);
    if (o->json) {
        json_end(&c.json);
        buffer_append_byte(&text, '\n');
        fwrite(text.at, 1, text.len, stdout);
    }
    const bool failed = text.failed;
    buffer_free(&text);
    return failed || c.count[NOTE_ERROR] > 0 || (o->strict && c.count[NOTE_WARNING] > 0)
               ? EXIT_USAGE
               : EXIT_GOOD;
}

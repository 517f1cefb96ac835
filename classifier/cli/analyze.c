/* SPDX-License-Identifier: MIT */
#include <unistd.h>

#include "cli/commands.h"
#include "cli/explain.h"
#include "cli/outputs.h"
#include "cli/say.h"
#include "cli/session.h"
#include "cli/slice.h"

#define NAME_ROOM 256

static void print_table(struct session *s, const char *name)
{
    const struct options *o = s->options;
    const struct table_options how = {
        .all = o->all,
        .explain = o->explain,
        .color = options_color(o, STDOUT_FILENO),
        .columns = options_columns(),
    };
    const struct input_note note = session_note(s, name);
    table_print(s->results, s->summary, &note, &how);
}

static void run(struct session *s, struct slice *slice)
{
    char name[NAME_ROOM];

    inputs_read(s);
    inputs_name(s, name, sizeof(name));
    session_end_input(s, name, NULL);
    if (s->follow != NULL && !follow_found(s->follow))
        session_problem(
            s, "--follow: no such flow in the input; --eve - lists them with their flow_id");
    if (s->explain != NULL && !explain_found(s->explain))
        session_problem(s,
                        "--flow: no such flow in the input; --eve - lists them with their flow_id");
    if (s->summary != NULL)
        print_table(s, name);
    if (slice != NULL && !session_interrupted())
        slice_write(slice, s);
}

/* NULL in `out`: nobody asked for one. */
static bool open_slice(const struct options *o, struct slice **out)
{
    struct err err = {0};

    if (o->slice == NULL)
        return true;
    *out = slice_create(o, &err);
    if (*out == NULL)
        say_error("%s", err.text);
    return *out != NULL;
}

int command_analyze(int argc, char **argv)
{
    struct slice *slice = NULL;
    struct options o;
    struct session s;
    int code;

    if (!options_read(COMMAND_ANALYZE, argc, argv, &o))
        return EXIT_USAGE;
    if (o.help) {
        options_help(COMMAND_ANALYZE);
        return EXIT_GOOD;
    }
    if (o.input_count == 0) {
        say_error(
            "analyze: which capture? Name a file, a folder, or - for standard input; see --help");
        return EXIT_USAGE;
    }
    if (o.flow != NULL && (!o.explain || o.follow != NULL)) {
        say_error("analyze: --flow goes with --explain, and without --follow");
        return EXIT_USAGE;
    }
    if (!open_slice(&o, &slice))
        return EXIT_USAGE;
    const struct session_wants wants = {
        .results = true,
        .summary = outputs_for_people(&o) && o.follow == NULL && o.flow == NULL,
        .sink = slice != NULL ? slice_sink(slice) : NULL,
    };
    if (session_open(&s, &o, &wants, &code)) {
        session_catch_signals();
        run(&s, slice);
        code = session_close(&s);
    } else {
        session_close(&s);
    }
    slice_free(slice);
    return code;
}

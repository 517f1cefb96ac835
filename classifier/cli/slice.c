/* SPDX-License-Identifier: MIT */
/* --slice: which flows are asked for, and the order of the passes. */
#include "cli/slice.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/outputs.h"
#include "cli/say.h"
#include "cli/slice_parts.h"
#include "output/pcapng_write.h"

/* Asked for by its name, or by the rule that decided it: of these the first. */
static bool is_wanted(const struct slice *x, const struct event *e)
{
    if (x->rule == NULL)
        return flow_name_fits(&x->name, e->flow);
    if (x->targets > 0)
        return false;
    const char *rule = e->kind == EVENT_ALERT ? e->as.alert.rule : e->flow->rule;
    return rule != NULL && strcmp(rule, x->rule) == 0;
}

/* NULL: nobody asked for this flow. */
static struct slice_target *target_of(struct slice *x, const struct event *e)
{
    for (size_t i = 0; i < x->targets; i++)
        if (x->target[i].id == e->flow->id)
            return &x->target[i];
    if (!is_wanted(x, e))
        return NULL;
    if (x->targets == SLICE_FLOWS) {
        x->more_targets += e->kind == EVENT_FLOW;
        return NULL;
    }
    x->target[x->targets] = (struct slice_target){.id = e->flow->id};
    return &x->target[x->targets++];
}

static void add_alert(struct slice *x, struct slice_target *t, const struct event *e)
{
    const struct alert_event *a = &e->as.alert;

    if (t->alerts == SLICE_ALERTS)
        return;
    struct slice_alert *out = &t->alert[t->alerts++];
    *out = (struct slice_alert){.rule = tally_text(&x->names, a->rule),
                                .action = tally_text(&x->names, a->action),
                                .line = a->line,
                                .packet = e->packet,
                                .blocked = a->blocked};
    memcpy(out->leaked_bytes, a->leaked_bytes, sizeof(out->leaked_bytes));
}

static void on_event(void *ctx, const struct event *e)
{
    struct slice *x = ctx;

    if (e->flow == NULL || (e->kind != EVENT_ALERT && e->kind != EVENT_FLOW) ||
        (e->kind == EVENT_FLOW && e->flow->end == FLOW_GOES_ON))
        return;
    struct slice_target *t = target_of(x, e);
    if (t == NULL)
        return;
    if (e->kind == EVENT_ALERT) {
        add_alert(x, t, e);
    } else if (t->flow == NULL) {
        t->flow = flow_copy(e->flow, &x->names);
        x->failed |= t->flow == NULL;
    }
}

static bool inputs_are_good(const struct options *o, struct err *err)
{
    struct stat info;

    for (int i = 0; i < o->input_count; i++) {
        const char *path = o->inputs[i];
        const bool twice =
            !outputs_is_stdout(path) &&
            (stat(path, &info) != 0 || S_ISREG(info.st_mode) || S_ISDIR(info.st_mode));
        if (!twice) {
            err_set(err,
                    "--slice reads its input twice, and %s can be read once: save it to a file",
                    outputs_is_stdout(path) ? "standard input" : path);
            return false;
        }
    }
    return true;
}

struct slice *slice_create(const struct options *o, struct err *err)
{
    if (outputs_is_stdout(o->slice)) {
        err_set(err, "--slice writes a capture: it needs the name of a file");
        return NULL;
    }
    if (!inputs_are_good(o, err))
        return NULL;
    struct slice *x = calloc(1, sizeof(*x));
    if (x == NULL) {
        err_set(err, "--slice: out of memory");
        return NULL;
    }
    x->sink = (struct sink){.event = on_event, .ctx = x};
    x->options = o;
    if (!flow_name_read(o->slice_what, &x->name))
        x->rule = o->slice_what;
    tally_init(&x->names, 0, SLICE_NAMES);
    return x;
}

struct sink *slice_sink(struct slice *x)
{
    return &x->sink;
}

/* The same pass again, for nobody but us: what went wrong was said the first time. */
static bool read_again(struct slice *x, const struct session *s)
{
    struct session again = {.options = s->options, .policy = s->policy, .silent = true};
    const struct engine_config config = {
        .policy = s->policy, .memory = s->options->memory, .trace = slice_keep, .trace_ctx = x};
    struct err err = {0};

    again.crew = crew_create(&config, 1, &err);
    if (again.crew == NULL) {
        say_error("--slice: %s", err.text);
        return false;
    }
    inputs_read(&again);
    crew_free(again.crew);
    session_forget_problems(&again);
    return true;
}

static size_t write_frames(const struct slice *x, bool proved, struct out *out, bool *good)
{
    struct pcapng_writer *w = calloc(1, sizeof(*w));
    struct buffer comments = {0};
    size_t written = 0;

    slice_title(x, proved, &comments);
    pcapng_begin(out_buffer(out), "portwarden " PORTWARDEN_VERSION, buffer_bytes(&comments));
    *good = w != NULL;
    for (size_t i = 0; i < x->frames && w != NULL; i++) {
        const struct slice_frame *f = &x->frame[i];
        if (!f->chosen)
            continue;
        buffer_clear(&comments);
        slice_comments(x, f, &comments);
        *good &= pcapng_frame(w, out_buffer(out), &f->frame, f->source, buffer_bytes(&comments)) &&
                 !comments.failed;
        out_record(out);
        written++;
    }
    buffer_free(&comments);
    free(w);
    return written;
}

static void write_file(const struct slice *x, struct session *s, bool proved)
{
    const char *path = x->options->slice;
    struct err err = {0};
    bool good;

    struct out *out = out_open_renamed(path, &err);
    if (out == NULL) {
        session_problem(s, err.text);
        return;
    }
    const size_t written = write_frames(x, proved, out, &good);
    if (!good)
        out_fail(out, "out of memory");
    if (!out_close(out, &err))
        session_problem(s, err.text);
    else if (!x->options->quiet)
        say_error("%s: %zu of %" PRIu64 " packets", path, written, x->read);
}

static bool all_ended(const struct slice *x)
{
    for (size_t i = 0; i < x->targets; i++)
        if (x->target[i].flow == NULL)
            return false;
    return x->targets > 0;
}

void slice_write(struct slice *x, struct session *s)
{
    char sentence[512];

    if (!all_ended(x)) {
        snprintf(sentence, sizeof(sentence),
                 x->rule != NULL ? "--slice: no flow was decided by a rule \"%s\""
                                 : "--slice: no flow %s in the input; --eve - lists them",
                 x->options->slice_what);
        session_problem(s, sentence);
        return;
    }
    if (!read_again(x, s) || x->failed) {
        session_problem(s, "--slice: out of memory");
        return;
    }
    const bool proved = slice_choose(x, s);
    if (!proved)
        session_problem(s, "--slice: analysed alone, these packets do not give the same answer: it "
                           "needs what came before, and that is more than is kept");
    write_file(x, s, proved);
}

void slice_free(struct slice *x)
{
    if (x == NULL)
        return;
    slice_forget(x);
    for (size_t i = 0; i < x->targets; i++)
        free(x->target[i].flow);
    tally_free(&x->names);
    free(x);
}

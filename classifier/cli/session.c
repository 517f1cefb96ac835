/* SPDX-License-Identifier: MIT */
#include "cli/session.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/eve_inputs.h"
#include "cli/explain.h"
#include "cli/outputs.h"
#include "cli/say.h"

#define HAR_PAYLOAD_LIMIT     (1U << 20) /* bytes of a message */
#define EXTRACT_MESSAGE_LIMIT (64U << 20)
#define EXTRACT_TOTAL_LIMIT   (1U << 30)

/* The one variable that a signal may write. */
static volatile sig_atomic_t stop_asked;

static void on_signal(int number)
{
    stop_asked = 1;
    signal(number, SIG_DFL);
}

void session_catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal};

    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a file-size limit is an error of write(2), like a full disk */
}

bool session_interrupted(void)
{
    return stop_asked;
}

bool session_stopped(const struct session *s)
{
    return stop_asked || (s->results != NULL && out_closed(s->results)) ||
           (s->eve_out != NULL && out_closed(s->eve_out));
}

void session_show(struct session *s)
{
    crew_settle(s->crew);
    if (s->eve_out != NULL)
        out_flush(s->eve_out);
    if (s->results != NULL)
        out_flush(s->results);
}

void session_frames(struct session *s, const struct frame *f, size_t count)
{
    if (s->beside == NULL)
        crew_frames(s->crew, f, count);
    for (size_t i = 0; s->beside != NULL && i < count; i++) {
        crew_frames(s->crew, &f[i], 1);
        crew_frames(s->beside, &f[i], 1);
    }
}

void session_source(struct session *s, const char *name)
{
    crew_source(s->crew, name);
    if (s->beside != NULL)
        crew_source(s->beside, name);
}

void session_flush(struct session *s)
{
    crew_flush(s->crew);
    if (s->beside != NULL)
        crew_flush(s->beside);
}

void session_remember(struct session *s, const char *sentence, bool quiet)
{
    if (!quiet && !s->silent)
        say_error("%s", sentence);
    if (s->problem_count == PROBLEMS_MAX)
        return;
    s->problems[s->problem_count] = strdup(sentence);
    if (s->problems[s->problem_count] != NULL)
        s->problem_count++;
}

void session_problem(struct session *s, const char *sentence)
{
    session_remember(s, sentence, false);
    s->failed = true;
}

void session_forget_problems(struct session *s)
{
    for (size_t i = 0; i < s->problem_count; i++)
        free(s->problems[i]);
    s->problem_count = 0;
}

static void add_sink(struct session *s, struct sink *sink)
{
    sink->next = s->sinks;
    s->sinks = sink;
}

static void on_warning(void *ctx, const char *sentence)
{
    (void)ctx;
    say_error("%s", sentence);
}

static bool open_eve(struct session *s, struct err *err)
{
    const struct options *o = s->options;
    struct eve_options how = {.payload = o->payload, .live = o->iface_count > 0};

    if (!outputs_eve_events(o, &how.events, err))
        return false;
    if (o->eve == NULL)
        return true;
    s->eve_out =
        strcmp(o->eve, "-") == 0 && s->results != NULL ? s->results : out_open(o->eve, err);
    if (s->eve_out == NULL)
        return false;
    s->eve = eve_create(s->eve_out, &how, err);
    if (s->eve != NULL)
        add_sink(s, eve_sink(s->eve));
    return s->eve != NULL;
}

static void on_eve_sentence(void *ctx, const char *sentence, bool wrong)
{
    struct session *s = ctx;

    session_remember(s, sentence, false);
    s->failed |= wrong;
}

/* EVE among the inputs is told to the sinks that are there by now. */
static bool open_eve_reader(struct session *s, struct err *err)
{
    const struct eve_reader_config how = {
        .sinks = s->sinks,
        .several = inputs_are_several(s->options),
        .say = on_eve_sentence,
        .ctx = s,
    };

    s->eve_reader = eve_reader_create(&how, err);
    if (s->eve_reader != NULL)
        add_sink(s, eve_reader_sink(s->eve_reader));
    return s->eve_reader != NULL;
}

static bool open_har(struct session *s, struct err *err)
{
    const char *har = s->options->har;

    if (har == NULL)
        return true;
    s->har_out =
        outputs_is_stdout(har) && s->results != NULL ? s->results : out_open_renamed(har, err);
    if (s->har_out == NULL)
        return false;
    s->har = har_create(s->har_out, PORTWARDEN_VERSION, err);
    if (s->har != NULL)
        add_sink(s, har_sink(s->har));
    return s->har != NULL;
}

static bool open_graph(struct session *s, struct err *err)
{
    const char *graph = s->options->graph;

    if (graph == NULL)
        return true;
    s->graph_out =
        outputs_is_stdout(graph) && s->results != NULL ? s->results : out_open_renamed(graph, err);
    if (s->graph_out == NULL)
        return false;
    s->graph = graph_create(s->graph_out, err);
    if (s->graph != NULL)
        add_sink(s, graph_sink(s->graph));
    return s->graph != NULL;
}

static bool open_extract(struct session *s, struct err *err)
{
    const struct options *o = s->options;
    const struct extract_options how = {
        .message_limit = o->payload_limit > 0 ? o->payload_limit : EXTRACT_MESSAGE_LIMIT,
        .total_limit = o->extract_limit > 0 ? o->extract_limit : EXTRACT_TOTAL_LIMIT};

    if (o->extract == NULL)
        return true;
    s->extract = extract_create(o->extract, &how, err);
    if (s->extract != NULL)
        add_sink(s, extract_sink(s->extract));
    return s->extract != NULL;
}

static bool open_explain(struct session *s, struct err *err)
{
    const struct options *o = s->options;
    const struct explain_options how = {
        .rules = o->rules, .color = options_color(o, STDOUT_FILENO), .columns = options_columns()};

    s->explain = explain_create(s->results, o->flow, s->policy, &how, err);
    if (s->explain != NULL)
        add_sink(s, explain_sink(s->explain));
    return s->explain != NULL;
}

static bool open_for_people(struct session *s, const struct session_wants *wants, struct err *err)
{
    const struct options *o = s->options;
    const bool color = options_color(o, STDOUT_FILENO);

    if (wants->live && outputs_for_people(o)) {
        s->live = live_create(s->results, color, options_columns(), err);
        if (s->live == NULL)
            return false;
        add_sink(s, live_sink(s->live));
    }
    if (outputs_show_frames(o)) {
        s->frames = frames_create(s->results, color, options_columns(), err);
        if (s->frames == NULL)
            return false;
        add_sink(s, frames_sink(s->frames));
    }
    if (o->flow != NULL && !open_explain(s, err))
        return false;
    if (o->follow != NULL) {
        const struct follow_options how = {.color = color, .columns = options_columns()};
        s->follow = follow_create(s->results, o->follow, &how, err);
        if (s->follow == NULL)
            return false;
        add_sink(s, follow_sink(s->follow));
    }
    return true;
}

/* A command without results on standard output makes a report. */
static uint32_t summary_parts(const struct session *s, const struct session_wants *wants)
{
    return (s->options->all ? SUMMARY_ALL_FLOWS : 0U) | (wants->results ? 0U : SUMMARY_REPORT);
}

static bool open_outputs(struct session *s, const struct session_wants *wants, struct err *err)
{
    if (wants->results) {
        s->results = out_open("-", err);
        if (s->results == NULL)
            return false;
    }
    if (wants->sink != NULL)
        add_sink(s, wants->sink);
    if (wants->summary) {
        s->summary = summary_create(summary_parts(s, wants), err);
        if (s->summary == NULL)
            return false;
        if (s->options->explain || !wants->results)
            summary_sink(s->summary)->interest |= INTEREST_FIGURES | INTEREST_VALIDITY;
        add_sink(s, summary_sink(s->summary));
    }
    return open_eve(s, err) && open_har(s, err) && open_graph(s, err) && open_extract(s, err) &&
           open_for_people(s, wants, err) && (!wants->eve || open_eve_reader(s, err));
}

/* Engine's own default unless somebody needs more. */
static size_t payload_limit(const struct options *o)
{
    return o->payload_limit == 0 && o->har != NULL ? HAR_PAYLOAD_LIMIT : o->payload_limit;
}

/* Nothing will be read: an archive that was there before stays. */
static void abandon(struct session *s, struct out **out)
{
    if (*out == NULL)
        return;
    out_fail(*out, "not begun");
    out_close(*out, NULL);
    if (s->results == *out)
        s->results = NULL;
    *out = NULL;
}

static void abandon_files(struct session *s)
{
    har_free(s->har);
    graph_free(s->graph);
    s->har = NULL;
    s->graph = NULL;
    abandon(s, &s->har_out);
    abandon(s, &s->graph_out);
}

bool session_open(struct session *s, const struct options *o, const struct session_wants *wants,
                  int *code)
{
    struct err err = {0};

    *s = (struct session){.options = o};
    s->eve_inputs_end = &s->eve_inputs;
    *code = EXIT_USAGE;
    if (outputs_apart(o, &err))
        s->policy = policy_load(o->rules, on_warning, NULL, &err);
    if (s->policy != NULL && open_outputs(s, wants, &err)) {
        const struct engine_config config = {
            .policy = s->policy,
            .sinks = s->sinks,
            .memory = o->memory,
            .payload_limit = payload_limit(o),
            .live = wants->live,
            .explain = s->explain != NULL ? explain_explainer(s->explain) : NULL,
        };
        s->crew = crew_create(&config, o->workers, &err);
    }
    if (s->crew != NULL && (wants->live || crew_start(s->crew, &err)))
        return true;
    say_error("%s", err.text);
    abandon_files(s);
    return false;
}

/* What could not be seen when the files were written is not seen now. */
static void end_eve_inputs(struct session *s)
{
    eve_reader_finish(s->eve_reader, s->inputs_read > 0);
    const struct input_note read = eve_reader_input(s->eve_reader);
    for (size_t i = 0; i < read.problem_count; i++)
        session_remember(s, read.problems[i], true);
}

void session_end_input(struct session *s, const char *name, const struct engine_capture *counts)
{
    struct input_note note = session_note(s, name);

    if (counts != NULL) {
        note.live = true;
        note.kernel_drops = counts->kernel_drops;
    }
    if (s->eve != NULL)
        eve_note_input(s->eve, &note);
    crew_stats(s->crew, counts, true);
    if (s->eve != NULL)
        eve_note_input(s->eve, NULL);
    if (s->eve_read > 0)
        end_eve_inputs(s);
    if (crew_totals(s->crew).memory_lacked > 0 ||
        (s->summary != NULL && !summary_whole(s->summary)))
        session_problem(s, "out of memory: not all that was seen could be kept and told");
}

struct input_note session_note(const struct session *s, const char *name)
{
    const struct engine_totals totals = crew_totals(s->crew);

    struct input_note note = {
        .name = name,
        .rules = s->options->rules,
        .captures = s->inputs_read,
        .packets = totals.frames,
        .bytes = totals.bytes,
        .problems = (const char *const *)s->problems,
        .problem_count = s->problem_count,
    };

    eve_inputs_note(s, &note);
    return note;
}

static void close_out(struct session *s, struct out *out)
{
    struct err err = {0};

    if (out_close(out, &err))
        return;
    say_error("%s", err.text);
    s->failed = true;
}

static void say_totals(const struct session *s)
{
    const struct engine_totals t = crew_totals(s->crew);

    say_error("%" PRIu64 " packets, %" PRIu64 " bytes, %" PRIu64 " flows, %" PRIu64
              " evicted; at most %" PRIu64 " KiB of memory held",
              t.frames, t.bytes, t.flows, t.flows_evicted, t.memory_peak / 1024);
}

static bool anything_blocked(const struct session *s)
{
    if (s->eve_reader != NULL && eve_reader_blocked(s->eve_reader) > 0)
        return true;
    return s->crew != NULL && crew_totals(s->crew).flows_blocked > 0;
}

/* After the last flow has ended. */
static void finish_files(struct session *s)
{
    struct err err = {0};

    if (s->har != NULL && !har_finish(s->har, &err))
        out_fail(s->har_out, err.text);
    if (s->extract != NULL && !extract_finish(s->extract, &err)) {
        say_error("%s", err.text);
        s->failed = true;
    }
    if (s->graph != NULL && !graph_finish(s->graph, &err))
        out_fail(s->graph_out, err.text);
    har_free(s->har);
    graph_free(s->graph);
    extract_free(s->extract);
}

int session_close(struct session *s)
{
    const bool blocked = anything_blocked(s);

    if (s->options->verbose && s->crew != NULL)
        say_totals(s);
    crew_free(s->crew);
    crew_free(s->beside);
    eve_inputs_free(s);
    eve_reader_free(s->eve_reader);
    finish_files(s);
    follow_free(s->follow);
    explain_free(s->explain);
    frames_free(s->frames);
    live_free(s->live);
    eve_free(s->eve);
    summary_free(s->summary);
    policy_free(s->policy);
    if (s->eve_out != s->results)
        close_out(s, s->eve_out);
    if (s->har_out != s->results)
        close_out(s, s->har_out);
    if (s->graph_out != s->results)
        close_out(s, s->graph_out);
    close_out(s, s->results);
    session_forget_problems(s);
    if (s->refused)
        return EXIT_USAGE;
    if (s->failed)
        return EXIT_INPUT;
    return s->options->exit_code && blocked ? EXIT_BLOCKED : EXIT_GOOD;
}

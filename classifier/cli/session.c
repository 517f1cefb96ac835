/* SPDX-License-Identifier: MIT */
#include "cli/session.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/say.h"

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

void session_problem(struct session *s, const char *sentence)
{
    say_error("%s", sentence);
    s->failed = true;
    if (s->problem_count == PROBLEMS_MAX)
        return;
    s->problems[s->problem_count] = strdup(sentence);
    if (s->problems[s->problem_count] != NULL)
        s->problem_count++;
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
    const struct eve_options how = {
        .frames = o->frames, .payload = o->payload, .live = o->iface_count > 0};

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

/* Is standard output for people, or does EVE have it? */
static bool for_people(const struct options *o)
{
    return !o->quiet && (o->eve == NULL || strcmp(o->eve, "-") != 0);
}

static bool open_for_people(struct session *s, const struct session_wants *wants, struct err *err)
{
    const struct options *o = s->options;
    const bool color = options_color(o, STDOUT_FILENO);

    if (wants->live && for_people(o)) {
        s->live = live_create(s->results, color, options_columns(), err);
        if (s->live == NULL)
            return false;
        add_sink(s, live_sink(s->live));
    }
    if (o->frames && for_people(o)) {
        s->frames = frames_create(s->results, color, options_columns(), err);
        if (s->frames == NULL)
            return false;
        add_sink(s, frames_sink(s->frames));
    }
    if (o->follow != NULL) {
        const struct follow_options how = {.color = color, .columns = options_columns()};
        s->follow = follow_create(s->results, o->follow, &how, err);
        if (s->follow == NULL)
            return false;
        add_sink(s, follow_sink(s->follow));
    }
    return true;
}

static bool open_outputs(struct session *s, const struct session_wants *wants, struct err *err)
{
    if (wants->results) {
        s->results = out_open("-", err);
        if (s->results == NULL)
            return false;
    }
    if (wants->summary) {
        s->summary = summary_create(s->options->all, err);
        if (s->summary == NULL)
            return false;
        add_sink(s, summary_sink(s->summary));
    }
    return open_eve(s, err) && open_for_people(s, wants, err);
}

bool session_open(struct session *s, const struct options *o, const struct session_wants *wants,
                  int *code)
{
    struct err err = {0};

    *s = (struct session){.options = o};
    *code = EXIT_USAGE;
    s->policy = policy_load(o->rules, on_warning, NULL, &err);
    if (s->policy != NULL && open_outputs(s, wants, &err)) {
        const struct engine_config config = {
            .policy = s->policy,
            .sinks = s->sinks,
            .memory = o->memory,
            .payload_limit = o->payload_limit,
            .live = wants->live,
        };
        s->engine = engine_create(&config, &err);
    }
    if (s->engine != NULL)
        return true;
    say_error("%s", err.text);
    return false;
}

struct input_note session_note(const struct session *s, const char *name)
{
    const struct engine_totals totals = engine_totals(s->engine);

    return (struct input_note){
        .name = name,
        .rules = s->options->rules,
        .packets = totals.frames,
        .bytes = totals.bytes,
        .problems = (const char *const *)s->problems,
        .problem_count = s->problem_count,
    };
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
    const struct engine_totals t = engine_totals(s->engine);

    say_error("%" PRIu64 " packets, %" PRIu64 " bytes, %" PRIu64 " flows, %" PRIu64
              " evicted; at most %" PRIu64 " KiB of memory held",
              t.frames, t.bytes, t.flows, t.flows_evicted, t.memory_peak / 1024);
}

static bool anything_blocked(const struct session *s)
{
    return s->engine != NULL && engine_totals(s->engine).flows_blocked > 0;
}

int session_close(struct session *s)
{
    const bool blocked = anything_blocked(s);

    if (s->options->verbose && s->engine != NULL)
        say_totals(s);
    engine_free(s->engine);
    follow_free(s->follow);
    frames_free(s->frames);
    live_free(s->live);
    eve_free(s->eve);
    summary_free(s->summary);
    policy_free(s->policy);
    if (s->eve_out != s->results)
        close_out(s, s->eve_out);
    close_out(s, s->results);
    for (size_t i = 0; i < s->problem_count; i++)
        free(s->problems[i]);
    if (s->failed)
        return EXIT_INPUT;
    return s->options->exit_code && blocked ? EXIT_BLOCKED : EXIT_GOOD;
}

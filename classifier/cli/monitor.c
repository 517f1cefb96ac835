/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "capture/capture.h"
#include "cli/commands.h"
#include "cli/privileges.h"
#include "cli/say.h"
#include "cli/session.h"

#define SECOND_NS      1000000000LL
#define STATS_EVERY_NS (8 * SECOND_NS)
#define SHOW_EVERY_NS  (SECOND_NS / 10)
#define LAST_BLOCK_NS  (SECOND_NS / 4) /* the kernel looks twice whether it is old enough */
#define BATCH          1024            /* frames of one interface before the next has its turn */
#define ALL_THERE_IS   (-1)
#define NAME_ROOM      256

struct interfaces {
    struct capture *at[INTERFACES_MAX];
    uint64_t frames;
    int64_t started_ns, stats_ns; /* of the wall clock: live, time passes without packets */
    int64_t shown_ns;             /* packet time to which all that is to be told can be read */
    size_t open;
};

static int64_t wall_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * SECOND_NS + now.tv_nsec;
}

static bool open_all(const struct options *o, struct interfaces *all)
{
    for (size_t i = 0; i < o->iface_count; i++) {
        const struct capture_live how = {
            .iface = o->ifaces[i],
            .filter = o->filter,
            .timeout_ms = o->iface_count > 1 ? 20 : 0,
            .buffer_mib = (int)(o->buffer >> 20),
        };
        struct err err = {0};
        all->at[i] = capture_open_live(&how, &err);
        if (all->at[i] == NULL) {
            say_error("%s", err.text);
            return false;
        }
        all->open++;
    }
    return true;
}

static void close_all(struct interfaces *all)
{
    for (size_t i = 0; i < INTERFACES_MAX; i++)
        capture_close(all->at[i]);
}

static struct engine_capture kernel_counts(const struct interfaces *all)
{
    struct engine_capture sum = {0};

    for (size_t i = 0; i < INTERFACES_MAX; i++) {
        struct capture_stats one;
        if (all->at[i] == NULL || !capture_stats(all->at[i], &one))
            continue;
        sum.known = true;
        sum.kernel_packets += one.kernel_packets;
        sum.kernel_drops += one.kernel_drops + one.interface_drops;
    }
    return sum;
}

static uint64_t frames_wanted(const struct session *s)
{
    return s->options->count > 0 ? (uint64_t)s->options->count : UINT64_MAX;
}

static bool enough(const struct session *s, const struct interfaces *all)
{
    const struct options *o = s->options;

    return session_stopped(s) || all->open == 0 || all->frames >= frames_wanted(s) ||
           (o->duration_s > 0 && wall_ns() - all->started_ns >= o->duration_s * SECOND_NS);
}

/* However busy it is: packets that come and come leave no pause to show things in. */
static bool must_show(const struct interfaces *all, int64_t now_ns)
{
    return llabs(now_ns - all->shown_ns) >= SHOW_EVERY_NS;
}

static void show(struct session *s, struct interfaces *all, int64_t now_ns)
{
    all->shown_ns = now_ns;
    session_show(s);
}

/* Who takes frames of an interface, till which packet time. */
struct taker {
    struct session *session;
    struct interfaces *all;
    int64_t until_ns;
    bool sated;
};

static bool on_frame(void *ctx, const struct frame *f)
{
    struct taker *t = ctx;

    t->sated = f->time_ns > t->until_ns;
    if (t->sated)
        return false;
    crew_frames(t->session->crew, f, 1);
    if (must_show(t->all, f->time_ns))
        show(t->session, t->all, f->time_ns);
    t->sated = ++t->all->frames >= frames_wanted(t->session);
    return !t->sated;
}

/* What one interface has now, at most a batch. */
static void read_some(struct session *s, struct interfaces *all, size_t i)
{
    struct taker t = {.session = s, .all = all, .until_ns = INT64_MAX};
    struct err err = {0};

    crew_source(s->crew, s->options->ifaces[i]);
    const enum capture_result result = capture_take(all->at[i], BATCH, on_frame, &t, &err);
    if (result == CAPTURE_NOTHING) {
        crew_tick(s->crew, wall_ns());
        show(s, all, wall_ns());
    }
    if (result == CAPTURE_BROKEN) {
        session_problem(s, err.text);
        capture_close(all->at[i]);
        all->at[i] = NULL;
        all->open--;
    }
}

static void stats_if_due(struct session *s, struct interfaces *all)
{
    const int64_t now = wall_ns();

    if (now - all->stats_ns < STATS_EVERY_NS)
        return;
    const struct engine_capture counts = kernel_counts(all);
    all->stats_ns = now;
    crew_stats(s->crew, &counts, false);
}

/* What came until then: the kernel gives it away in blocks, a moment later. */
static void read_until(struct session *s, struct interfaces *all, size_t i, int64_t until_ns)
{
    struct taker t = {
        .session = s, .all = all, .until_ns = until_ns, .sated = all->frames >= frames_wanted(s)};
    enum capture_result result = CAPTURE_NOTHING;
    struct err err = {0};

    crew_source(s->crew, s->options->ifaces[i]);
    while (!t.sated && result != CAPTURE_END && result != CAPTURE_BROKEN &&
           wall_ns() - until_ns < LAST_BLOCK_NS)
        result = capture_take(all->at[i], ALL_THERE_IS, on_frame, &t, &err);
}

static void watch(struct session *s, struct interfaces *all)
{
    all->started_ns = all->stats_ns = wall_ns();
    while (!enough(s, all)) {
        for (size_t i = 0; i < s->options->iface_count; i++)
            if (all->at[i] != NULL)
                read_some(s, all, i);
        stats_if_due(s, all);
    }
    const int64_t until_ns = wall_ns();
    for (size_t i = 0; i < s->options->iface_count; i++)
        if (all->at[i] != NULL)
            read_until(s, all, i, until_ns);
}

static void names_text(const struct options *o, char *out, size_t room)
{
    size_t len = 0;

    for (size_t i = 0; i < o->iface_count && len < room; i++)
        len += (size_t)snprintf(out + len, room - len, "%s%s", i > 0 ? ", " : "", o->ifaces[i]);
}

static void sum_up(struct session *s, const struct interfaces *all)
{
    const struct options *o = s->options;
    const struct engine_capture counts = kernel_counts(all);
    char name[NAME_ROOM] = "";

    crew_flush(s->crew);
    names_text(o, name, sizeof(name));
    session_end_input(s, name, &counts);
    if (s->summary == NULL)
        return;
    const struct table_options how = {
        .all = o->all,
        .explain = o->explain,
        .color = options_color(o, STDOUT_FILENO),
        .columns = options_columns(),
    };
    struct input_note note = session_note(s, name);
    note.live = true;
    note.kernel_drops = counts.kernel_drops;
    table_print(s->results, s->summary, &note, &how);
}

/* Everything is open; from here on without root. */
static void run(struct session *s, struct interfaces *all)
{
    struct err err = {0};

    if (!privileges_drop(&err) || !crew_start(s->crew, &err)) {
        session_problem(s, err.text);
        return;
    }
    if (!s->options->quiet)
        say_error("listening; Ctrl-C ends with a summary");
    watch(s, all);
    sum_up(s, all);
}

int command_monitor(int argc, char **argv)
{
    struct interfaces all = {0};
    struct options o;
    struct session s;
    int code;

    if (!options_read(COMMAND_MONITOR, argc, argv, &o))
        return EXIT_USAGE;
    if (o.help) {
        options_help(COMMAND_MONITOR);
        return EXIT_GOOD;
    }
    if (o.iface_count == 0 || o.input_count > 0) {
        say_error("monitor: which interface? Name it with -i, as in 'monitor -i eth0'");
        return EXIT_USAGE;
    }
    const bool eve_on_stdout = o.eve != NULL && o.eve[0] == '-' && o.eve[1] == 0;
    const struct session_wants wants = {
        .results = true, .live = true, .summary = !o.quiet && !eve_on_stdout};
    if (!session_open(&s, &o, &wants, &code)) {
        session_close(&s);
        return code;
    }
    session_catch_signals();
    if (open_all(&o, &all))
        run(&s, &all);
    else
        s.failed = true;
    code = session_close(&s);
    close_all(&all);
    return code;
}

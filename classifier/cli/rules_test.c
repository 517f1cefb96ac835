/* SPDX-License-Identifier: MIT */
/* rules test: are the expectations that stand in a rules file met? */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/reading.h"
#include "cli/rules.h"
#include "cli/say.h"
#include "output/flow_map.h"
#include "policy/tests.h"

#define WRONG_SHOWN 5 /* flows of a test; more are counted */

struct tested {
    uint64_t flows, wrong;
    struct buffer why;
    bool done, unread;
};

/* The tests of one rules file. */
struct run {
    const struct options *options;
    const struct policy *policy;
    const char *capture;   /* being read */
    struct tested *tested; /* by test */
    struct flow_map fired; /* of each flow that goes on: a bit a rule, by id - 1 */
    bool out_of_memory;
};

static void on_alert(struct run *run, const struct event *e)
{
    const uint32_t id = e->as.alert.rule_id;
    uint64_t *fired = flow_map_find(&run->fired, e->flow->id);

    if (id > policy_rule_count(run->policy))
        return; /* an exception */
    if (fired == NULL) {
        fired = calloc(policy_fired_words(run->policy), sizeof(*fired));
        if (fired == NULL || !flow_map_add(&run->fired, e->flow->id, fired)) {
            free(fired);
            run->out_of_memory = true;
            return;
        }
    }
    fired[(id - 1) / 64] |= UINT64_C(1) << ((id - 1) % 64);
}

static void tell_wrong(struct tested *t, const struct flow_info *flow, struct buffer *why)
{
    char client[ENDPOINT_TEXT_ROOM], server[ENDPOINT_TEXT_ROOM];

    if (t->wrong++ >= WRONG_SHOWN)
        return;
    endpoint_text(&flow->client, client);
    endpoint_text(&flow->server, server);
    buffer_printf(&t->why, "flow %" PRIu64 " %s > %s from packet %" PRIu64 ": ", flow->id, client,
                  server, flow->first_packet);
    buffer_append(&t->why, buffer_bytes(why));
    buffer_append_byte(&t->why, '\n');
}

static void on_flow(struct run *run, const struct flow_info *flow)
{
    uint64_t *fired = flow_map_remove(&run->fired, flow->id);
    struct buffer why = {0};

    for (size_t i = 0; fired != NULL && i < policy_test_count(run->policy); i++) {
        const struct rules_test *t = policy_test(run->policy, i);
        if (strcmp(t->capture, run->capture) != 0 || !test_means_flow(run->policy, t, flow, fired))
            continue;
        run->tested[i].flows++;
        if (!test_flow_meets(run->policy, t, flow, fired, &why))
            tell_wrong(&run->tested[i], flow, &why);
        buffer_clear(&why);
    }
    free(fired);
    buffer_free(&why);
}

static void on_event(void *ctx, const struct event *e)
{
    struct run *run = ctx;

    if (e->kind == EVENT_ALERT && e->flow != NULL)
        on_alert(run, e);
    else if (e->kind == EVENT_FLOW && e->flow->end != FLOW_GOES_ON)
        on_flow(run, e->flow);
}

/* The capture's path: relative to the rules file, unless it is absolute. */
static char *path_beside(const char *file, const char *capture)
{
    const char *slash = strrchr(file, '/');
    const int folder = capture[0] == '/' || slash == NULL ? 0 : (int)(slash - file) + 1;
    const size_t room = (size_t)folder + strlen(capture) + 1;
    char *path = malloc(room);

    if (path != NULL)
        snprintf(path, room, "%.*s%s", folder, file, capture);
    return path;
}

/* One capture: for all its tests at once. */
static void read_capture(struct run *run, const char *file, size_t first)
{
    struct sink sink = {.event = on_event, .ctx = run};
    const struct reading reading = {.options = run->options, .policy = run->policy, .sink = &sink};
    char *path = path_beside(file, policy_test(run->policy, first)->capture);
    int code = EXIT_INPUT;

    run->capture = policy_test(run->policy, first)->capture;
    if (path != NULL)
        code = reading_run(&reading, &path, 1);
    run->out_of_memory = run->out_of_memory || path == NULL;
    for (size_t i = first; i < policy_test_count(run->policy); i++) {
        struct tested *t = &run->tested[i];
        if (strcmp(policy_test(run->policy, i)->capture, run->capture) != 0)
            continue;
        t->done = true;
        t->unread = code != EXIT_GOOD || run->out_of_memory;
        if (t->unread)
            buffer_printf(&t->why, "%s could not be read whole\n", path != NULL ? path : file);
    }
    free(path);
}

static void judge(struct run *run, const char *file, size_t i, struct test_report *report)
{
    const struct rules_test *t = policy_test(run->policy, i);
    struct tested *tested = &run->tested[i];
    struct buffer count = {0};

    if (tested->wrong > WRONG_SHOWN)
        buffer_printf(&tested->why, "and %" PRIu64 " more flow%s\n", tested->wrong - WRONG_SHOWN,
                      tested->wrong - WRONG_SHOWN == 1 ? "" : "s");
    if (!tested->unread && !test_count_meets(t, tested->flows, &count))
        buffer_append_byte(&count, '\n');
    buffer_append(&tested->why, buffer_bytes(&count));
    const struct test_case result = {.file = file,
                                     .line = t->line,
                                     .name = t->name,
                                     .capture = t->capture,
                                     .flows = tested->flows,
                                     .failed = tested->why.len > 0 || tested->why.failed,
                                     .why = buffer_bytes(&tested->why)};
    test_report_add(report, &result);
    buffer_free(&count);
}

static bool run_tests(const struct options *o, const struct policy *p, const char *file,
                      struct test_report *report)
{
    const size_t count = policy_test_count(p);
    struct run run = {.options = o, .policy = p};

    run.tested = calloc(count + 1, sizeof(*run.tested));
    if (run.tested == NULL) {
        say_error("%s: out of memory", file);
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (!run.tested[i].done)
            read_capture(&run, file, i);
        judge(&run, file, i, report);
        buffer_free(&run.tested[i].why);
    }
    flow_map_free(&run.fired);
    free(run.tested);
    return true;
}

static bool test_one(const struct options *o, const char *file, struct test_report *report)
{
    struct err err = {0};
    struct policy *p = o->captures != NULL ? policy_load(file, rules_warn, NULL, &err)
                                           : policy_load_tests(file, rules_warn, NULL, &err);
    bool good = false;

    if (p == NULL)
        say_error("%s", err.text);
    else if (o->captures != NULL)
        good = rules_golden(o, p, file, report);
    else if (policy_test_count(p) == 0)
        say_error("%s: no \"tests\" in it", file);
    else
        good = run_tests(o, p, file, report);
    policy_free(p);
    return good;
}

int rules_test(const struct options *o)
{
    struct test_report report = {.format = o->test_format};
    bool good = true;

    if (o->input_count == 0 || (o->captures != NULL && o->input_count > 1)) {
        say_error(o->input_count == 0 ? "rules test: which rules file? see --help"
                                      : "rules test: --captures goes with one rules file");
        return EXIT_USAGE;
    }
    if (o->update && o->captures == NULL) {
        say_error("rules test: --update goes with --captures");
        return EXIT_USAGE;
    }
    for (int i = 0; i < o->input_count; i++)
        good = test_one(o, o->inputs[i], &report) && good;
    const struct bytes text = test_report_end(&report);
    if (text.len > 0)
        fwrite(text.at, 1, text.len, stdout);
    const bool failed = report.failed > 0 || report.text.failed;
    test_report_free(&report);
    return !good ? EXIT_USAGE : failed ? EXIT_INPUT : EXIT_GOOD;
}

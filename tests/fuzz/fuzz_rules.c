/* SPDX-License-Identifier: MIT */
/* Any bytes as a rules file: it loads or a sentence says why not; what is shown of it loads again
 * and shows the same; a flow can be judged by it, and its verdict never changes once it is final.
 */
#include <stdlib.h>

#include "base/buffer.h"
#include "policy/load.h"
#include "policy/notes.h"

#define FIRST_LINE "fuzz.yaml:"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Line numbers stand in comments only, and the second round is of a text that has them all. */
static void check_shown(const struct policy *p)
{
    struct buffer first = {0}, second = {0};
    struct err err = {0};

    policy_show(p, &first);
    struct policy *again = policy_load_text(buffer_bytes(&first), "shown", NULL, NULL, &err);
    if (again == NULL || policy_rule_count(again) != policy_rule_count(p))
        abort();
    policy_show(again, &second);
    policy_free(again);
    again = policy_load_text(buffer_bytes(&second), "shown", NULL, NULL, &err);
    buffer_clear(&first);
    if (again == NULL)
        abort();
    policy_show(again, &first);
    if (!bytes_equal(buffer_bytes(&first), buffer_bytes(&second)))
        abort();
    policy_free(again);
    buffer_free(&first);
    buffer_free(&second);
}

static struct fact value(const char *text)
{
    return (struct fact){KNOWN_VALUE, bytes_of_text(text)};
}

/* What is asked of the sections beside the rules. */
static void check_sections(const struct policy *p)
{
    struct addr a;

    for (unsigned i = 0; i < 256; i += 5) {
        memset(a.byte, (int)i, sizeof(a.byte));
        if (overlap_name(policy_overlap(p, &a))[0] == '\0')
            abort();
    }
    for (unsigned i = 0; i < EXCEPTIONS; i++) {
        const struct rule_info *rule = policy_exception(p, (enum policy_exception)i);
        if (rule != NULL && (rule->name == NULL || rule->line == 0 || rule->action > RULE_ALERT))
            abort();
    }
}

/* Facts as they come to be known: the start, a request, an upgrade, the end. */
static void learn(struct facts *f, int step)
{
    f->direction_known = step >= 1;
    f->server.port = 80;
    f->app = step >= 3 ? "websocket" : step == 2 ? "http" : NULL;
    f->layers[0] = "tcp";
    f->layers[1] = "http";
    f->layers[2] = "websocket";
    f->layer_count = (uint8_t)(step >= 3 ? 3 : step == 2 ? 2 : 1);
    f->confidence = step >= 2 ? CONFIDENCE_CERTAIN : CONFIDENCE_NONE;
    f->settled = step >= 4;
    f->over = step >= 5;
    if (step == 2) {
        f->host = value("chat.example.com:80");
        f->path = value("/chat?room=1");
        f->origin.known = KNOWN_ABSENT;
    }
    if (step == 3)
        f->subprotocol = value("chat.v1");
    if (step == 4)
        f->sni.known = KNOWN_NEVER;
}

static void pass_message(struct policy_worker *w, struct policy_flow *flow, const struct facts *f)
{
    struct message_facts m = {.direction = TO_SERVER, .opcode = 1};

    policy_message(w, flow, f, &m);
    m.size = 5;
    policy_payload(w, flow, f, &m, bytes_of("hello", 5));
    m.ended = true;
    policy_message(w, flow, f, &m);
}

static void check_flow(const struct policy *p)
{
    struct budget budget = {0};
    struct facts facts = {.transport = TRANSPORT_TCP};
    struct policy_result last = {0};
    struct policy_worker *w = policy_worker_create(p, &budget, NULL);
    struct policy_flow *flow = policy_flow_create(w);

    for (int step = 0; step <= 5; step++) {
        learn(&facts, step);
        if (step == 4)
            pass_message(w, flow, &facts);
        const struct policy_result now = policy_decide(w, flow, &facts, NULL, NULL);
        if (last.final && (!now.final || now.verdict != last.verdict || now.rule != last.rule))
            abort();
        last = now;
    }
    if (!last.final || last.verdict == VERDICT_NONE)
        abort();
    policy_flow_free(w, flow);
    policy_worker_free(w);
    if (budget.used != 0)
        abort();
}

static void ignore(void *ctx, const char *sentence)
{
    (void)ctx, (void)sentence;
}

static void ignore_note(void *ctx, const struct policy_note *n)
{
    (void)ctx;
    if (n->line == 0 || n->sentence[0] == '\0' || n->rule == NULL)
        abort();
}

/* What is said of the rules. */
static void check_notes(const struct policy *p)
{
    const struct policy_ear ear = {ignore_note, NULL};
    struct notes n = {.policy = p, .file = "fuzz.yaml", .ear = &ear, .kind = NOTE_WARNING};

    lint_shadows(&n);
    lint_impossible(&n);
    lint_time(&n);
    lint_cost(&n);
}

/* The selectors of tests decide nothing: the flow's verdict is final with them, too. */
static void check_tests(struct bytes text)
{
    struct err err = {0};
    struct policy *p = policy_load_tests_text(text, "fuzz.yaml", ignore, NULL, &err);

    if (p == NULL && strncmp(err.text, FIRST_LINE, strlen(FIRST_LINE)) != 0)
        abort();
    if (p != NULL)
        check_flow(p);
    policy_free(p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err err = {0};
    struct policy *p = policy_load_text(bytes_of(data, size), "fuzz.yaml", ignore, NULL, &err);

    if (p == NULL) {
        if (strncmp(err.text, FIRST_LINE, strlen(FIRST_LINE)) != 0 || strchr(err.text, '\n'))
            abort();
        return 0;
    }
    check_shown(p);
    check_sections(p);
    check_flow(p);
    check_notes(p);
    policy_free(p);
    check_tests(bytes_of(data, size));
    return 0;
}

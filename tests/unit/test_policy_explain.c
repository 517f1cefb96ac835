/* SPDX-License-Identifier: MIT */
/* What is told of each rule, for one flow. */
#include "policy/explain.h"
#include "policy_harness.h"

/* The steps of a timeline; then "state@packet text | seen" of the first rule. */
struct story {
    const char *rules, *steps, *told;
};

static const struct story stories[] = {
    {"- {name: a, action: block, match: {app: ssh}}\n", "dir | app=ssh conf=strong settled",
     "matched@2 app: ssh (ssh), confidence: strong (strong)"},
    {"- {name: a, action: block, match: {app: ssh}}\n", "dir | app=http conf=certain settled",
     "failed@2 app: ssh | http"},
    {"- {name: a, action: block, match: {app: ssh}}\n",
     "dir | app=ssh conf=probable settled | over", "failed@0 confidence: strong | probable"},
    {"- {name: a, action: block, match: {app: ssh}}\n", "dir", "waits@1 app: ssh"},
    {"- {name: a, action: block, match: {server-port: [1, 2], app: x}}\n", "dir sport=3",
     "failed@1 server-port: [1, 2] | 3"},
    {"- {name: a, action: alert, match: {host: h, path: /x}}\n",
     "app=http | host=h path=/y | host=z path=/x | over", "failed@2 path: /x | /y"},
    {"- {name: a, action: alert, match: {origin: {not: '*'}}}\n", "origin=?absent",
     "matched@1 origin: {not: '*'} (there is none)"},
    {"- {name: a, action: alert, match: {header: {X-Key: secret}}}\n", "dir | over",
     "failed@0 header: {X-Key: secret}"},
    {"- {name: a, action: alert, match: {message: {opcode: text}}}\n", "dir | over",
     "failed@0 message"},
    {"- {name: a, action: alert, match: {}}\n", "dir", "matched@1 every flow"},
    {"- {name: a, action: alert, match: {client: 10.0.0.0/8, proto: udp}}\n", "dir client=10.1.2.3",
     "failed@1 proto: udp | tcp"},
};

static const char *const states[] = {"waits", "matched", "failed", "passed", "settled"};

static void tell(const struct explained_rule *r, struct buffer *out)
{
    buffer_printf(out, "%s@%u", states[r->state], (unsigned)r->packet);
    if (r->by != NULL)
        buffer_printf(out, " by %s", r->by->name);
    if (r->text.len > 0)
        buffer_append_byte(out, ' ');
    buffer_append(out, buffer_bytes(&r->text));
    if (r->seen.len > 0 && r->state != RULE_MATCHED)
        buffer_append_text(out, " | ");
    buffer_append(out, buffer_bytes(&r->seen));
    buffer_append_byte(out, '\0');
}

/* Each step is a packet; the one that ends the flow is none. */
static void run(struct timeline *t, struct explanation *x, const char *steps)
{
    char copy[256];
    uint64_t packet = 1;

    snprintf(copy, sizeof(copy), "%s", steps);
    for (char *rest = NULL, *step = strtok_r(copy, "|", &rest); step != NULL;
         step = strtok_r(NULL, "|", &rest)) {
        harness_run(t, step);
        const struct explained_moment now = {t->worker, t->flow, &t->facts,
                                             t->facts.over ? 0 : packet++};
        explanation_decided(x, &now);
    }
}

static void check_story(const struct story *s)
{
    struct timeline t;
    struct buffer told = {0};

    harness_open(&t, s->rules);
    struct explanation *x = explanation_create(t.policy);
    run(&t, x, s->steps);
    tell(explanation_rule(x, 0), &told);
    CHECK_TEXT((const char *)told.at, s->told, s->rules);
    explanation_free(x);
    buffer_free(&told);
    harness_close(&t);
}

/* What an earlier rule, or the end of the search, keeps from being asked. */
static void check_not_asked(void)
{
    struct timeline t;
    struct buffer told = {0};

    harness_open(&t, "- {name: a, action: block, match: {proto: tcp}}\n"
                     "- {name: b, action: allow, match: {app: ssh}}\n");
    struct explanation *x = explanation_create(t.policy);
    run(&t, x, "dir");
    CHECK(explanation_count(x) == 2 && explanation_default(x) == RULE_ALLOW, "two rules");
    tell(explanation_rule(x, 1), &told);
    CHECK_TEXT((const char *)told.at, "passed@1 by a", "the first has matched");
    explanation_free(x);
    buffer_free(&told);
    harness_close(&t);
}

/* A message that meets some of what is asked, and then one that meets all. */
static void check_messages(void)
{
    struct timeline t;
    struct buffer told = {0};
    struct message_facts m = {.direction = TO_SERVER, .opcode = 1};

    harness_open(&t, "- {name: a, action: alert, match: {message: {opcode: text, size: '>9'}}}\n");
    struct explanation *x = explanation_create(t.policy);
    for (uint64_t packet = 5; packet < 7; packet++) {
        const struct explained_moment now = {t.worker, t.flow, &t.facts, packet};
        m.ended = false;
        policy_message(t.worker, t.flow, &t.facts, &m);
        m.ended = true;
        m.size = packet == 5 ? 3 : 30;
        policy_message(t.worker, t.flow, &t.facts, &m);
        explanation_message(x, &now, &m);
        harness_decide(&t);
        explanation_decided(x, &now);
        buffer_clear(&told);
        tell(explanation_rule(x, 0), &told);
        CHECK_TEXT((const char *)told.at,
                   packet == 5 ? "waits@5 message: {size: '>9'} | 3 bytes"
                               : "matched@6 message (packet 6)",
                   "messages");
    }
    explanation_free(x);
    buffer_free(&told);
    harness_close(&t);
}

int main(void)
{
    for (size_t i = 0; i < sizeof(stories) / sizeof(stories[0]); i++)
        check_story(&stories[i]);
    check_not_asked();
    check_messages();
    return test_end();
}

/* SPDX-License-Identifier: MIT */
/* What `rules check` says of rules: each warning and hint, and rules that earn none. */
#include "policy/notes.h"
#include "policy_harness.h"

struct lint {
    const char *rules, *notes; /* "code:rule" of warnings and of hints about time, in order */
};

#define BLOCK(name, match) "- {name: " name ", action: block, match: " match "}\n"
#define ALLOW(name, match) "- {name: " name ", action: allow, match: " match "}\n"

static const struct lint lints[] = {
    /* what stands first */
    {BLOCK("a", "{app: ssh}") BLOCK("b", "{app: ssh, proto: tcp}"), "shadowed:b"},
    {BLOCK("a", "{app: ssh}") ALLOW("b", "{app: ssh, confidence: strong}"), "contradicted:b"},
    {ALLOW("a", "{server-port: 1-9}") BLOCK("b", "{server-port: 5}"), "contradicted:b"},
    {ALLOW("a", "{server-port: 5}") BLOCK("b", "{server-port: 1-9}"), ""},
    {BLOCK("a", "{app: ssh}") BLOCK("b", "{app: smtp}"), ""},
    /* what never holds */
    {BLOCK("a", "{proto: udp, host: x}"), "impossible:a"},
    {BLOCK("a", "{proto: {not: tcp}, sni: x}"), "impossible:a"},
    {BLOCK("a", "{proto: [tcp, udp], host: x}"), ""},
    {BLOCK("a", "{proto: udp, message: {}}"), "impossible:a"},
    {BLOCK("a", "{app: none, host: x}"), "impossible:a never-in-time:a"},
    {BLOCK("a", "{client-port: {not: 0-65535}}"), "impossible:a"},
    {BLOCK("a", "{client: {not: [0.0.0.0/0, '::/0']}}"), "impossible:a"},
    {BLOCK("a", "{proto: {not: [tcp, udp]}}"), "impossible:a"},
    {BLOCK("a", "{message: {opcode: {not: [text, binary, close, ping, pong]}}}"), "impossible:a"},
    {BLOCK("a", "{server-port: 40000, mismatch: true}"), "impossible:a"},
    {BLOCK("a", "{server-port: [80, 40000], mismatch: true}"), ""},
    {BLOCK("a", "{server-port: {not: 80}, mismatch: true}"), ""},
    /* what comes too late by itself */
    {BLOCK("a", "{app: none}"), "never-in-time:a"},
    {BLOCK("a", "{app: [none, ssh]}"), ""},
    {BLOCK("a", "{packets: '<3'}"), "never-in-time:a"},
    {BLOCK("a", "{packets: {not: '>3'}}"), "never-in-time:a"},
    {BLOCK("a", "{packets: '>3'}"), ""},
    {BLOCK("a", "{packets: {not: '<3'}}"), ""},
    {BLOCK("a", "{packets: 3-5}"), "never-in-time:a"},
    {BLOCK("a", "{anomaly: {not: stream_gap}}"), "never-in-time:a"},
    {BLOCK("a", "{anomaly: stream_gap}"), ""},
    {BLOCK("a", "{app: {not: http}}"), "late:a"},
    {BLOCK("a", "{mismatch: false}"), "late:a"},
    {BLOCK("a", "{mismatch: true}"), ""},
    {BLOCK("a", "{message: {size: '<9'}}"), "late:a"},
    {BLOCK("a", "{message: {size: '>9'}}"), ""},
    {BLOCK("a", "{message: {contains: {not: x}}}"), "late:a"},
    {ALLOW("a", "{app: none}"), ""}, /* stops nothing, and need not */
    /* what waits for an allow */
    {ALLOW("a", "{bytes: '>1G'}") BLOCK("b", "{app: ssh}"), "never-in-time:b"},
    {ALLOW("a", "{bytes: '>1G', server-port: 443}") BLOCK("b", "{app: ssh}"), "late:b"},
    {ALLOW("a", "{bytes: '>1G', server-port: 443}") BLOCK("b", "{app: ssh, server-port: 443}"),
     "never-in-time:b"},
    {ALLOW("a", "{bytes: '>1G', server-port: 443}") BLOCK("b", "{server-port: 80}"), ""},
    {ALLOW("a", "{bytes: '>1G', client: 10.0.0.0/8}") BLOCK("b", "{client: 11.0.0.0/8}"), ""},
    {ALLOW("a", "{bytes: '<1G'}") BLOCK("b", "{app: ssh}"), ""},
    {ALLOW("a", "{app: websocket}") BLOCK("b", "{path: /x}"), "late:b"},
    {ALLOW("a", "{host: x}") BLOCK("b", "{path: /x}"), ""},
    {BLOCK("b", "{app: ssh}") ALLOW("a", "{bytes: '>1G'}"), ""},
    /* what counts other flows too */
    {"- {name: a, action: block, match: {event: request, packets: '<3'}, rate: {by: client, over: "
     "5, within: 1s}}\n",
     ""},
    {"- {name: a, action: allow, match: {event: request, bytes: '>1G'}, rate: {by: client, over: "
     "5, within: 1s}}\n" BLOCK("b", "{app: ssh}"),
     ""},
};

/* The facts that a lint claims, seen in the rules themselves: when the block becomes final. */
static const struct {
    const char *rules, *steps, *said;
} claims[] = {
    {BLOCK("a", "{app: none}"), "dir | app=none over", "none | block(a)! +a"},
    {BLOCK("a", "{packets: '<3'}"), "dir | settled app=ssh conf=certain | over",
     "none | none | block(a)! +a"},
    {ALLOW("a", "{bytes: '>1G'}") BLOCK("b", "{app: ssh}"),
     "dir app=ssh conf=certain settled | over", "none | block(b)! +b"},
    {BLOCK("b", "{app: ssh}") ALLOW("a", "{bytes: '>1G'}"),
     "dir app=ssh conf=certain settled | over", "block(b)! +b | block(b)!"},
    {ALLOW("a", "{app: websocket}") BLOCK("b", "{path: /x}"),
     "dir app=http conf=certain path=/x | app=http over", "none | block(b)! +b"},
    {ALLOW("a", "{host: x}") BLOCK("b", "{path: /x}"), "dir app=http conf=certain path=/x host=y",
     "block(b)! +b"},
};

static void hear(void *ctx, const struct policy_note *n)
{
    struct buffer *said = ctx;

    CHECK(n->line > 0 && n->column > 0 && n->sentence[0] != '\0', "each says where and what");
    buffer_printf(said, "%s%s:%s", said->len > 0 ? " " : "", n->code, n->rule);
}

static struct notes notes_of(const struct policy *p, const struct policy_ear *ear)
{
    return (struct notes){.policy = p, .file = "t.yaml", .ear = ear, .kind = NOTE_WARNING};
}

static void check_lint(const struct lint *l)
{
    struct err err = {0};
    struct buffer said = {0};
    const struct policy_ear ear = {hear, &said};
    struct policy *p = harness_load(l->rules, NULL, &err);

    CHECK_TEXT(err.text, "", l->rules);
    if (p == NULL)
        return;
    struct notes n = notes_of(p, &ear);
    lint_shadows(&n);
    lint_impossible(&n);
    if (said.len == 0 || strstr(l->notes, "never") != NULL)
        lint_time(&n);
    buffer_append_byte(&said, '\0');
    CHECK_TEXT((const char *)said.at, l->notes, l->rules);
    policy_free(p);
    buffer_free(&said);
}

static void check_costs(void)
{
    static const struct lint costs[] = {
        {BLOCK("a", "{app: ssh}"), ""},
        {BLOCK("a", "{message: {opcode: text}}"), ""},
        {BLOCK("a", "{host: x, message: {contains: x}}"), "payload:a"},
        {BLOCK("a", "{message: {contains: x}}"), "payload:a searches-all:a"},
        {BLOCK("a", "{host: x, message: {regex: '.*x'}}"), "payload:a open-pattern:a"},
        {BLOCK("a", "{host: x, message: {regex: 'x.*'}}"), "payload:a open-pattern:a"},
        {BLOCK("a", "{host: '/x.*/'}"), "open-pattern:a"},
        {BLOCK("a", "{host: '/x\\.*/'}"), ""},
        {BLOCK("a", "{packets: '>3'}"), "every-packet:a"},
        {BLOCK("a", "{host: x, message: {regex: 'x[^y]{8000}y'}}"), "payload:a large-state:a"},
        {BLOCK("a", "{host: x, message: {regex: "
                    "'(?:alpha[0-9]+alpha|bravo[0-9]+bravo|charlie[0-9]+charlie|delta[0-9]+delta|"
                    "echo[0-9]+echo|foxtrot[0-9]+foxtrot|golf[0-9]+golf|hotel[0-9]+hotel|india[0-9]"
                    "+india|juliett[0-9]+juliett|kilo[0-9]+kilo|lima[0-9]+lima|mike[0-9]+mike|"
                    "november[0-9]+november)z'}}"),
         "payload:a large-pattern:a"},
    };

    for (size_t i = 0; i < sizeof(costs) / sizeof(costs[0]); i++) {
        struct buffer said = {0};
        const struct policy_ear ear = {hear, &said};
        struct policy *p = harness_load(costs[i].rules, NULL, NULL);
        struct notes n = notes_of(p, &ear);
        lint_cost(&n);
        buffer_append_byte(&said, '\0');
        CHECK_TEXT((const char *)said.at, costs[i].notes, costs[i].rules);
        policy_free(p);
        buffer_free(&said);
    }
}

static void check_claims(void)
{
    for (size_t i = 0; i < sizeof(claims) / sizeof(claims[0]); i++) {
        struct timeline t;
        harness_open(&t, claims[i].rules);
        harness_run(&t, claims[i].steps);
        CHECK_TEXT(harness_said(&t), claims[i].said, claims[i].rules);
        harness_close(&t);
    }
}

int main(void)
{
    for (size_t i = 0; i < sizeof(lints) / sizeof(lints[0]); i++)
        check_lint(&lints[i]);
    check_claims();
    check_costs();
    return test_end();
}

/* SPDX-License-Identifier: MIT */
#include "model/websocket.h"
#include "policy/worker.h"
#include "policy_harness.h"

#define RULE(match) "- {name: a, action: block, match: {message: " match "}}\n"

struct piece {
    enum direction direction;
    uint8_t opcode;
    struct bytes payload;
};

#define WIRE(text)                                                                                 \
    {                                                                                              \
        (const uint8_t *)(text), sizeof(text) - 1                                                  \
    } /* a constant, as LITERAL is not */

struct vector {
    const char *name, *rules;
    struct piece piece[3];
    bool matches;
};

#define TEXT_UP(text)                                                                              \
    {                                                                                              \
        TO_SERVER, WS_TEXT, WIRE(text)                                                             \
    }
#define TEXT_DOWN(text)                                                                            \
    {                                                                                              \
        TO_CLIENT, WS_TEXT, WIRE(text)                                                             \
    }

static const struct vector vectors[] = {
    {"any message", RULE("{}"), {TEXT_UP("x")}, true},
    {"no message", RULE("{}"), {{0}}, false},
    {"contains", RULE("{contains: attack}"), {TEXT_UP("an attack!")}, true},
    {"contains is exact", RULE("{contains: Attack}"), {TEXT_UP("an attack!")}, false},
    {"contains is no pattern", RULE("{contains: 'a.*b'}"), {TEXT_UP("aXXb")}, false},
    {"contains what looks like a pattern", RULE("{contains: 'a.*b'}"), {TEXT_UP("1a.*b2")}, true},
    {"contains NUL", RULE("{contains: \"a\\0b\"}"), {TEXT_UP("xa\0b")}, true},
    {"contains one of", RULE("{contains: [x, yes]}"), {TEXT_UP("oh yes")}, true},
    {"regex", RULE("{regex: 'at+ack[0-9]{3}'}"), {TEXT_UP("attttack123")}, true},
    {"regex, any case", RULE("{regex: '(?i)attack'}"), {TEXT_UP("ATTACK")}, true},
    {"regex at the start", RULE("{regex: '^GET '}"), {TEXT_UP("GET /")}, true},
    {"regex not at the start", RULE("{regex: '^GET '}"), {TEXT_UP("xGET /")}, false},
    {"regex at the end", RULE("{regex: 'bye$'}"), {TEXT_UP("good bye")}, true},
    {"regex not at the end", RULE("{regex: 'bye$'}"), {TEXT_UP("bye bye!")}, false},
    {"dot is any byte", RULE("{regex: 'a.b'}"), {TEXT_UP("a\nb")}, true},
    {"word edges", RULE("{regex: '\\b4[0-9]{15}\\b'}"), {TEXT_UP("no 4111111111111111.")}, true},
    {"word edges, longer",
     RULE("{regex: '\\b4[0-9]{15}\\b'}"),
     {TEXT_UP("41111111111111111")},
     false},
    {"a word's edge at the end",
     RULE("{regex: '\\b4[0-9]{15}\\b'}"),
     {TEXT_UP("4111111111111111")},
     true},
    {"not over two messages", RULE("{contains: attack}"), {TEXT_UP("att"), TEXT_UP("ack")}, false},
    {"not over two directions",
     RULE("{contains: attack}"),
     {TEXT_UP("att"), TEXT_DOWN("ack")},
     false},
    {"the second message", RULE("{contains: attack}"), {TEXT_UP("no"), TEXT_UP("attack")}, true},
    {"direction", RULE("{direction: to-client, contains: x}"), {TEXT_UP("x")}, false},
    {"the other direction", RULE("{direction: to-client, contains: x}"), {TEXT_DOWN("x")}, true},
    {"not direction", RULE("{direction: {not: to-client}}"), {TEXT_DOWN("x")}, false},
    {"opcode",
     RULE("{opcode: [binary, ping]}"),
     {TEXT_UP("x"), {TO_SERVER, WS_PING, WIRE("")}},
     true},
    {"another opcode",
     RULE("{opcode: binary}"),
     {TEXT_UP("x"), {TO_SERVER, WS_PING, WIRE("")}},
     false},
    {"an opcode without a name", RULE("{opcode: {not: text}}"), {{TO_SERVER, 3, WIRE("x")}}, false},
    {"size", RULE("{size: '>3'}"), {TEXT_UP("1234")}, true},
    {"size at the bound", RULE("{size: '>3'}"), {TEXT_UP("123")}, false},
    {"size below", RULE("{size: '<3'}"), {TEXT_UP("12")}, true},
    {"size not below", RULE("{size: '<3'}"), {TEXT_UP("123")}, false},
    {"size range", RULE("{size: [1-2, 4]}"), {TEXT_UP("1234")}, true},
    {"size between ranges", RULE("{size: [1-2, 4]}"), {TEXT_UP("123")}, false},
    {"not size", RULE("{size: {not: 1-2}}"), {TEXT_UP("123")}, true},
    {"empty", RULE("{size: 0}"), {TEXT_UP("")}, true},
    {"not contains", RULE("{contains: {not: token}}"), {TEXT_UP("hello")}, true},
    {"not contains, contains", RULE("{contains: {not: token}}"), {TEXT_UP("a token")}, false},
    {"both for the same message",
     RULE("{contains: x, size: '>3'}"),
     {TEXT_UP("x"), TEXT_UP("1234")},
     false},
    {"both", RULE("{contains: x, size: '>3'}"), {TEXT_UP("x"), TEXT_UP("123x")}, true},
    {"contains and regex", RULE("{contains: x, regex: 'y'}"), {TEXT_UP("x"), TEXT_UP("y")}, false},
    {"contains and regex in one", RULE("{contains: x, regex: 'y'}"), {TEXT_UP("yx")}, true},
    {"a close's reason",
     RULE("{opcode: close, contains: bye}"),
     {{TO_CLIENT, WS_CLOSE, WIRE("\x03\xe8 bye")}},
     true},
};

struct stream {
    struct timeline t;
    bool matched; /* as the last decision says */
};

static void decide(struct stream *s)
{
    s->matched = policy_decide(s->t.worker, s->t.flow, &s->t.facts, NULL, NULL).rule != NULL;
}

static void tell(struct stream *s, const struct message_facts *m)
{
    if (policy_message(s->t.worker, s->t.flow, &s->t.facts, m))
        decide(s);
}

static void feed(struct stream *s, struct message_facts *m, struct bytes slice)
{
    const struct bytes copy = test_copy(slice);

    m->size += slice.len;
    if (policy_payload(s->t.worker, s->t.flow, &s->t.facts, m, copy))
        decide(s);
    free((void *)(uintptr_t)copy.at);
}

/* A message in slices of `step` bytes after a first one of `first`. */
static void pass(struct stream *s, const struct piece *p, size_t first, size_t step)
{
    struct message_facts m = {.direction = p->direction, .opcode = p->opcode};
    struct bytes left = bytes_after(p->payload, first);

    tell(s, &m);
    if (first > 0)
        feed(s, &m, bytes_first(p->payload, first));
    for (; left.len > 0; left = bytes_after(left, step))
        feed(s, &m, bytes_first(left, step));
    m.ended = true;
    tell(s, &m);
}

static void run(const struct vector *v, size_t first, size_t step)
{
    struct stream s = {0};

    harness_open(&s.t, v->rules);
    decide(&s);
    for (size_t i = 0; i < 3 && v->piece[i].payload.at != NULL; i++)
        pass(&s, &v->piece[i], first, step);
    s.t.facts.over = true;
    decide(&s);
    CHECK(s.matched == v->matches, v->name);
    harness_close(&s.t);
}

static void check_vector(const struct vector *v)
{
    size_t longest = 0;

    for (size_t i = 0; i < 3; i++)
        longest = v->piece[i].payload.len > longest ? v->piece[i].payload.len : longest;
    for (size_t cut = 0; cut <= longest; cut++)
        run(v, cut, SIZE_MAX);
    run(v, 0, 1);
}

/* A block acts in the middle of the message where it became certain. */
static void check_prompt(void)
{
    struct message_facts m = {.direction = TO_SERVER, .opcode = WS_TEXT};
    struct stream s = {0};

    harness_open(&s.t, RULE("{direction: to-server, opcode: text, contains: attack}"));
    decide(&s);
    tell(&s, &m);
    feed(&s, &m, LITERAL("an att"));
    CHECK(!s.matched, "not yet");
    feed(&s, &m, LITERAL("ack, and"));
    CHECK(s.matched, "in the middle of the message");
    harness_close(&s.t);
}

/* RFC 6455 s5.4: a control frame between the fragments of a message is another message. */
static void check_control_between(void)
{
    struct message_facts m = {.direction = TO_SERVER, .opcode = WS_TEXT};
    const struct piece ping = {TO_SERVER, WS_PING, WIRE("XX")};
    struct stream s = {0};

    harness_open(&s.t, RULE("{contains: attack}"));
    tell(&s, &m);
    feed(&s, &m, LITERAL("att"));
    pass(&s, &ping, 0, 1);
    feed(&s, &m, LITERAL("ack"));
    CHECK(s.matched, "a ping between two fragments");
    harness_close(&s.t);
}

/* What was not seen is neither there nor not there. */
static void check_incomplete(void)
{
    struct message_facts m = {.direction = TO_SERVER, .opcode = WS_TEXT};
    struct stream s = {0};

    harness_open(&s.t, RULE("{contains: {not: token}}") "- {name: b, action: block, match: "
                                                        "{message: {size: '<10'}}}\n"
                                                        "- {name: c, action: block, match: "
                                                        "{message: {contains: tok}}}\n");
    tell(&s, &m);
    feed(&s, &m, LITERAL("tok"));
    CHECK(s.matched, "found is found");
    harness_close(&s.t);
    s = (struct stream){0};
    m = (struct message_facts){.direction = TO_SERVER, .opcode = WS_TEXT};
    harness_open(&s.t, RULE("{contains: {not: token}}") "- {name: b, action: block, match: "
                                                        "{message: {size: '<10'}}}\n");
    tell(&s, &m);
    feed(&s, &m, LITERAL("tok"));
    m.ended = m.incomplete = true;
    tell(&s, &m);
    s.t.facts.over = true;
    decide(&s);
    CHECK(!s.matched, "a message with a hole");
    harness_close(&s.t);
}

/* Without memory to search, nothing is found, and nothing is said not to be there. */
static void check_no_memory(void)
{
    const struct piece p = {TO_SERVER, WS_TEXT, WIRE("hello")};
    struct stream s = {0};

    harness_open(&s.t, RULE("{contains: {not: token}}"));
    decide(&s);
    s.t.budget.limit = s.t.budget.used; /* nothing more */
    pass(&s, &p, 0, 2);
    CHECK(!s.matched, "no memory for the message");
    s.t.budget.limit = s.t.budget.used + s.t.worker->slot_bytes; /* but for no stream */
    pass(&s, &p, 0, 2);
    CHECK(!s.matched, "no memory for the stream");
    s.t.budget.limit = 0;
    pass(&s, &p, 0, 2);
    CHECK(s.matched, "memory again");
    harness_close(&s.t);
}

/* The other conditions of a rule may come before its message, or after it. */
static void check_joined(void)
{
    const struct piece p = {TO_SERVER, WS_TEXT, WIRE("attack")};
    struct stream s = {0};

    harness_open(&s.t, "- {name: a, action: block, match: {host: h, message: {contains: "
                       "attack}}}\n");
    harness_run(&s.t, "host=other");
    pass(&s, &p, 0, 1);
    harness_run(&s.t, "decide | host=h");
    CHECK_TEXT(harness_said(&s.t), "allow | allow | block(a)! +a", "the host comes after");
    harness_close(&s.t);
}

/* When no rule waits for a message any more, its memory is given back. */
static void check_memory_returned(void)
{
    const struct piece p = {TO_SERVER, WS_TEXT, WIRE("attack")};
    struct stream s = {0};

    harness_open(&s.t, RULE("{contains: attack}") "- {name: b, action: block, match: {message: "
                                                  "{contains: another}}}\n");
    const size_t before = s.t.budget.used;
    pass(&s, &p, 0, SIZE_MAX);
    CHECK(s.matched && s.t.budget.used == before, "streams are closed after the verdict");
    harness_close(&s.t);
}

int main(void)
{
    for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++)
        check_vector(&vectors[i]);
    check_prompt();
    check_control_between();
    check_incomplete();
    check_no_memory();
    check_joined();
    check_memory_returned();
    return test_end();
}

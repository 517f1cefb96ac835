/* SPDX-License-Identifier: MIT */
#include "model/websocket.h"
#include "policy/heeds.h"
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
    {"hex",
     RULE("{hex: '7f454C46'}"),
     {TEXT_UP("a\x7f"), TEXT_UP("b\x7f"
                                "ELF")},
     true},
    {"hex with any byte", RULE("{hex: '41 ?? 43'}"), {TEXT_UP("ABBAC")}, false},
    {"hex with a line feed", RULE("{hex: '41 ?? 43'}"), {TEXT_UP("A\nC")}, true},
    {"not hex", RULE("{hex: {not: ['00', 'ff']}}"), {TEXT_UP("abc")}, true},
    {"count", RULE("{count: 3}"), {TEXT_UP("a"), TEXT_UP("b"), TEXT_UP("c")}, true},
    {"count of its direction", RULE("{count: 2}"), {TEXT_UP("a"), TEXT_DOWN("b")}, false},
    {"count without control frames",
     RULE("{count: '>1'}"),
     {TEXT_UP("a"), {TO_SERVER, WS_PING, WIRE("x")}},
     false},
    {"json", RULE("{json: {a: 1}}"), {TEXT_UP("{\"a\": 1}")}, true},
    {"json, another number", RULE("{json: {a: 1}}"), {TEXT_UP("{\"a\": 10}")}, false},
    {"json, the same number", RULE("{json: {a: 1}}"), {TEXT_UP("{\"a\": 10e-1}")}, true},
    {"json, a text of digits", RULE("{json: {a: 1}}"), {TEXT_UP("{\"a\": \"1\"}")}, false},
    {"json, digits in quotes", RULE("{json: {a: '1'}}"), {TEXT_UP("{\"a\": \"1\"}")}, true},
    {"json, large integers",
     RULE("{json: {a: 9007199254740993}}"),
     {TEXT_UP("{\"a\": 9007199254740992}")},
     false},
    {"json range", RULE("{json: {a: [-5--2, '>=100']}}"), {TEXT_UP("{\"a\": -3.5}")}, true},
    {"json out of range", RULE("{json: {a: [-5--2, '>100']}}"), {TEXT_UP("{\"a\": 100}")}, false},
    {"json path",
     RULE("{json: {'$.user.roles[1]': admin}}"),
     {TEXT_UP("{\"x\":[{}],\"user\":{\"roles\":[\"a\",\"admin\"]}}")},
     true},
    {"json path, another item",
     RULE("{json: {'$.user.roles[0]': admin}}"),
     {TEXT_UP("{\"user\":{\"roles\":[\"a\",\"admin\"]},\"roles\":[\"admin\"]}")},
     false},
    {"json any item",
     RULE("{json: {'items[*].id': '>6'}}"),
     {TEXT_UP("{\"items\":[{\"id\":1},[],{\"x\":{\"id\":9},\"id\":7}]}")},
     true},
    {"json any item, but not deeper",
     RULE("{json: {'items[*].id': '>6'}}"),
     {TEXT_UP("{\"items\":[{\"x\":{\"id\":9}}],\"id\":9}")},
     false},
    {"json any member", RULE("{json: {'*.id': 1}}"), {TEXT_UP("{\"q\":{\"id\":1}}")}, true},
    {"json outermost array", RULE("{json: {'[0]': join}}"), {TEXT_UP("[\"join\",2]")}, true},
    {"json of Socket.IO", RULE("{json: {'[0]': join}}"), {TEXT_UP("42[\"join\"]")}, true},
    {"json key in brackets",
     RULE("{json: {'[\"a.b]c\"].d': true}}"),
     {TEXT_UP("{\"a.b]c\":{\"d\":true}}")},
     true},
    {"json escapes",
     RULE("{json: {'k\xc3\xa9y': '\xf0\x9f\x98\x80*'}}"),
     {TEXT_UP("{\"k\\u00e9y\":\"\\ud83d\\ude00!\"}")},
     true},
    {"json regex",
     RULE("{json: {a: '/^x[0-9]+$/'}}"),
     {TEXT_UP("{\"b\":\"x1\",\"a\":\"x22\"}")},
     true},
    {"json regex elsewhere",
     RULE("{json: {a: '/^x[0-9]+$/'}}"),
     {TEXT_UP("{\"b\":\"x1\",\"a\":\"y\"}")},
     false},
    {"json words", RULE("{json: {a: [false, null]}}"), {TEXT_UP("{\"a\":null}")}, true},
    {"json the text null", RULE("{json: {a: 'null'}}"), {TEXT_UP("{\"a\":null}")}, false},
    {"json present", RULE("{json: {a.b: present}}"), {TEXT_UP("{\"a\":{\"b\":{}}}")}, true},
    {"json absent", RULE("{json: {a.b: absent}}"), {TEXT_UP("{\"a\":{\"c\":{}},\"b\":1}")}, true},
    {"json absent, but there",
     RULE("{json: {a.b: absent}}"),
     {TEXT_UP("{\"a\":{\"b\":0}}")},
     false},
    {"json not, of no JSON",
     RULE("{json: {a: absent}}"),
     {TEXT_UP("hello"), TEXT_UP("{\"a\":1")},
     false},
    {"json not, of another value", RULE("{json: {a: {not: x}}}"), {TEXT_UP("{\"a\":\"y\"}")}, true},
    {"json, two of one message",
     RULE("{json: {a: 1, b: 2}}"),
     {TEXT_UP("{\"a\":1}"), TEXT_UP("{\"b\":2}"), TEXT_UP("{\"b\":2,\"a\":1}")},
     true},
    {"json and a pattern",
     RULE("{json: {a: 1}, contains: zz}"),
     {TEXT_UP("{\"a\":1}"), TEXT_UP("zz"), TEXT_UP("{\"a\":1,\"z\":\"zz\"}")},
     true},
    {"json found before it breaks", RULE("{json: {a: 1}}"), {TEXT_UP("{\"a\":1 oops")}, true},
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

static unsigned parted; /* how often? */

/* Where one part is in all that could be heeded, a message without it is asked of as such. */
static bool is_heeded(struct stream *s, const struct piece *p)
{
    const struct simd_text *part = policy_part(s->t.worker->policy);

    if (part != NULL && !simd()->find_one(part, p->payload)) {
        parted++;
        return policy_heeds_without(s->t.flow, p->direction, p->opcode);
    }
    return policy_heeds(s->t.worker, s->t.flow, p->direction, p->opcode, p->payload);
}

/* A message in slices of `step` bytes after a first one of `first`. Now and then its length is
 * known when it begins. */
static void pass(struct stream *s, const struct piece *p, size_t first, size_t step)
{
    struct message_facts m = {.direction = p->direction, .opcode = p->opcode};
    struct bytes left = bytes_after(p->payload, first);

    if (first % 2 == 0)
        m.whole = p->payload.len;
    if (first == p->payload.len && (p->opcode & 8) == 0 && !is_heeded(s, p))
        return; /* whole, and as good as told */
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
/* The example of every key, of a message that it matches and of one that it does not. */
struct trial {
    const char *key;
    struct {
        struct message_facts facts;
        const char *payload;
        enum anomaly violation;
    } yes, no;
};

static const struct trial trials[] = {
    {"direction", {{.opcode = WS_TEXT}, "", 0}, {{.direction = TO_CLIENT}, "", 0}},
    {"opcode", {{.opcode = WS_BINARY}, "", 0}, {{.opcode = WS_PING}, "", 0}},
    {"size", {{.size = 1048577}, "", 0}, {{.size = 1048576}, "", 0}},
    {"count", {{.number = 101}, "", 0}, {{.number = 100}, "", 0}},
    {"compressed", {{.compressed = true}, "", 0}, {{.opcode = WS_TEXT}, "", 0}},
    {"fragments", {{.fragments = 2}, "", 0}, {{.fragments = 1}, "", 0}},
    {"close-code",
     {{.opcode = WS_CLOSE, .close_code = 4001}, "", 0},
     {{.opcode = WS_CLOSE, .close_code = 1000}, "", 0}},
    {"violation", {{.opcode = WS_TEXT}, "", WS_BAD_UTF8}, {{.opcode = WS_TEXT}, "", ANOMALY_NONE}},
    {"contains", {{.opcode = WS_TEXT}, "x <script>", 0}, {{.opcode = WS_TEXT}, "x script", 0}},
    {"regex", {{.opcode = WS_TEXT}, "a 1234-5678", 0}, {{.opcode = WS_TEXT}, "123-45678", 0}},
    {"hex",
     {{.opcode = WS_BINARY},
      "\x7f"
      "ELF\x02\x01",
      0},
     {{.opcode = WS_BINARY}, "ELF", 0}},
    {"json",
     {{.opcode = WS_TEXT},
      "{\"type\":\"login\",\"user\":{\"id\":1001,\"roles\":[\"x\",\"admin\"]}}",
      0},
     {{.opcode = WS_TEXT},
      "{\"type\":\"login\",\"user\":{\"id\":1000,\"roles\":[\"x\",\"admin\"]}}",
      0}},
};

static bool message_matches(const struct key *k, const struct message_facts *facts,
                            const char *payload, enum anomaly violation)
{
    char rules[512];
    struct stream s = {0};
    struct message_facts m = *facts;

    snprintf(rules, sizeof(rules), "- {name: a, action: block, match: {message: {%s: %s}}}\n",
             k->name, k->example);
    harness_open(&s.t, rules);
    for (uint64_t n = 1; n < m.number; n++) { /* others before it */
        struct message_facts other = {.opcode = m.opcode};
        policy_message(s.t.worker, s.t.flow, &s.t.facts, &other);
        other.ended = true;
        policy_message(s.t.worker, s.t.flow, &s.t.facts, &other);
    }
    m.size = 0;
    tell(&s, &m);
    if (payload[0] != '\0')
        feed(&s, &m, bytes_of_text(payload));
    if (violation != ANOMALY_NONE)
        policy_violation(s.t.worker, s.t.flow, m.direction, violation);
    m.size = facts->size > 0 ? facts->size : strlen(payload);
    m.ended = true;
    tell(&s, &m);
    harness_close(&s.t);
    return s.matched;
}

static void check_message_examples(void)
{
    size_t rows = 0;

    for (const struct key *k = message_keys; k->name != NULL; k++, rows++) {
        const struct trial *t = NULL;
        for (size_t i = 0; i < sizeof(trials) / sizeof(trials[0]); i++)
            t = strcmp(trials[i].key, k->name) == 0 ? &trials[i] : t;
        CHECK(t != NULL, k->name);
        if (t == NULL)
            continue;
        CHECK(message_matches(k, &t->yes.facts, t->yes.payload, t->yes.violation), k->name);
        CHECK(!message_matches(k, &t->no.facts, t->no.payload, t->no.violation), k->name);
    }
    CHECK(rows == sizeof(trials) / sizeof(trials[0]), "a trial for each");
}

static const struct {
    const char *key;
    struct ws_frame_facts yes, no;
} frame_trials[] = {
    {"direction", {.direction = TO_CLIENT}, {.direction = TO_SERVER}},
    {"opcode", {.header.opcode = 11}, {.header.opcode = WS_TEXT}},
    {"size", {.header.length = 65536}, {.header.length = 65535}},
    {"fin", {.header.fin = false}, {.header.fin = true}},
    {"masked", {.header.masked = false}, {.header.masked = true}},
    {"rsv", {.header.rsv = 1}, {.header.rsv = 4}},
    {"compressed", {.header.compressed = true}, {.header.compressed = false}},
};

static bool frame_matches(const struct key *k, const struct ws_frame_facts *frame)
{
    char rules[256];
    struct stream s = {0};

    snprintf(rules, sizeof(rules), "- {name: a, action: block, match: {frame: {%s: %s}}}\n",
             k->name, k->example);
    harness_open(&s.t, rules);
    decide(&s);
    CHECK(!s.matched, "no frame yet");
    if (policy_frame(s.t.worker, s.t.flow, frame))
        decide(&s);
    harness_close(&s.t);
    return s.matched;
}

static void check_frame_examples(void)
{
    size_t rows = 0;

    for (const struct key *k = frame_keys; k->name != NULL; k++, rows++) {
        CHECK_TEXT(frame_trials[rows].key, k->name, "in the same order");
        CHECK(frame_matches(k, &frame_trials[rows].yes), k->name);
        CHECK(!frame_matches(k, &frame_trials[rows].no), k->name);
    }
    CHECK(rows == sizeof(frame_trials) / sizeof(frame_trials[0]), "a trial for each");
}

/* One rule may ask for a message and for a frame: whichever comes first. */
static void check_message_and_frame(void)
{
    const struct ws_frame_facts frame = {.header.fin = true};
    const struct piece p = {TO_SERVER, WS_TEXT, WIRE("attack")};
    struct stream s = {0};

    harness_open(&s.t, "- {name: a, action: block, match: {message: {contains: attack}, frame: "
                       "{fin: true}}}\n");
    CHECK(policy_frame(s.t.worker, s.t.flow, &frame), "the frame is there");
    decide(&s);
    CHECK(!s.matched, "but no message");
    pass(&s, &p, 0, 1);
    CHECK(s.matched, "and the message");
    harness_close(&s.t);
}

/* A violation is of the message that is spoken of next: of a ping's header, not of the message
 * that it interrupts. */
static void check_whose_violation(void)
{
    const struct piece ping = {TO_SERVER, WS_PING, WIRE("x")};
    struct message_facts m = {.direction = TO_SERVER, .opcode = WS_TEXT};
    struct stream s = {0};

    harness_open(&s.t, RULE("{opcode: text, violation: '*'}"));
    tell(&s, &m);
    policy_violation(s.t.worker, s.t.flow, TO_SERVER, WS_RSV);
    pass(&s, &ping, 0, 1);
    m.ended = true;
    tell(&s, &m);
    CHECK(!s.matched, "the ping's");
    m.ended = false;
    policy_violation(s.t.worker, s.t.flow, TO_CLIENT, WS_RSV);
    tell(&s, &m);
    CHECK(!s.matched, "the other direction's");
    policy_violation(s.t.worker, s.t.flow, TO_SERVER, WS_RSV);
    m.ended = true;
    tell(&s, &m);
    CHECK(s.matched, "its own");
    harness_close(&s.t);
}

/* Rules beside each other that differ in their message alone are asked as one: with the same
 * answers. One of another kind in the middle of them makes no difference. */
static void check_many_alike(bool broken)
{
    const struct piece hit = {TO_SERVER, WS_TEXT, WIRE("xx word77. xx")};
    struct buffer rules = {0};
    struct stream s = {0};

    for (int i = 0; i < 200; i++)
        buffer_printf(&rules,
                      "- {name: r%d, action: %s, match: {app: %s, message: {contains: "
                      "word%d.}}}\n",
                      i, i == 150 ? "alert" : "block", broken && i == 100 ? "ssh" : "websocket", i);
    buffer_append_byte(&rules, '\0');
    harness_open(&s.t, (const char *)rules.at);
    harness_run(&s.t, "decide | app=websocket conf=certain layers=tcp,http,websocket");
    pass(&s, &hit, 4, SIZE_MAX);
    CHECK(s.matched, "one of many");
    harness_run(&s.t, "settled | over");
    CHECK_TEXT(harness_said(&s.t), "none | none | block(r77)! | block(r77)!", "one of many");
    CHECK(s.t.flow->waiting == 0 && s.t.flow->open == 0 && s.t.flow->finding == 0, "none is left");
    harness_close(&s.t);
    s = (struct stream){0};
    harness_open(&s.t, (const char *)rules.at);
    harness_run(&s.t, "decide | app=smtp conf=certain layers=tcp,smtp settled");
    CHECK_TEXT(harness_said(&s.t), "none | allow!", "none of many");
    CHECK(s.t.flow->waiting == 0 && s.t.flow->open == 0 && s.t.flow->scanning == 0, "all closed");
    harness_close(&s.t);
    buffer_free(&rules);
}

static const struct mistake mistakes[] = {
    {RULE("{hex: 'abc'}"), "t.yaml:3:51: \"abc\" are no bytes: two hexadecimal digits for each, or "
                           "??"},
    {RULE("{json: {'a..b': 1}}"), "t.yaml:3:53: \"a..b\" is no path of JSON: a path is written as "
                                  "in $.user.id, items[0].name, items[*] or [\"a key\"]"},
    {RULE("{json: {'a[x]': 1}}"), "t.yaml:3:53: \"a[x]\" is no path of JSON: a path is written as "
                                  "in $.user.id, items[0].name, items[*] or [\"a key\"]"},
    {RULE("{json: x}"),
     "t.yaml:3:52: \"json\" is a map of names, as in json: {$.type: login, 'user.roles[*]': admin, "
     "user.id: '>1000'}; not text"},
    {RULE("{json: {a: {b: 1}}}"),
     "t.yaml:3:56: the path \"a\" takes a value, a list of values or {not: ...}"},
    {"- {name: a, action: block, match: {frame: {opcde: text}}}\n",
     "t.yaml:3:44: unknown key of \"frame\" \"opcde\"; did you mean \"opcode\"?"},
};

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

struct outcome {
    enum verdict verdict;
    bool final, counted;
    uint32_t rule; /* its id; 0: none */
};

/* What the end decides, when the facts are told and when they are not. */
static struct outcome end_of(const char *rules, const struct piece *p, bool bare, bool *waits)
{
    static const char host[] = "a.example";
    struct stream s = {0};

    harness_open(&s.t, rules);
    s.t.facts.app = "websocket";
    s.t.facts.settled = true;
    s.t.facts.host = (struct fact){.known = KNOWN_VALUE, .value = bytes_of_text(host)};
    decide(&s);
    if (p->payload.len > 0)
        pass(&s, p, p->payload.len, 1);
    *waits = policy_waits(s.t.flow);
    if (bare)
        s.t.facts = (struct facts){0};
    s.t.facts.over = true;
    const struct policy_result r = policy_decide(s.t.worker, s.t.flow, &s.t.facts, NULL, NULL);
    const struct outcome out = {r.verdict, r.final, r.counted, r.rule != NULL ? r.rule->id : 0};
    harness_close(&s.t);
    return out;
}

static bool is_same(const struct outcome *a, const struct outcome *b)
{
    return a->verdict == b->verdict && a->final == b->final && a->rule == b->rule &&
           a->counted == b->counted;
}

/* Where all that is open waits for a message, the end needs no facts: the slow way says the same.
 */
static void check_end(void)
{
#define TWO(first, second)                                                                         \
    "- {name: a, action: " first "}\n"                                                             \
    "- {name: b, action: " second "}\n"
    static const struct {
        const char *rules;
        bool waits;
    } row[] = {
        {TWO("alert, match: {app: websocket, message: {contains: x}}",
             "block, match: {host: a.example, message: {contains: y}}"),
         true},
        {TWO("block, match: {host: b.example}", "allow, match: {message: {size: '>100'}}"), false},
        {TWO("allow, match: {host: a.example}", "block, match: {message: {contains: y}}"), true},
        {TWO("block, match: {app: ssh}", "alert, match: {message: {json: {a: 1}}}"), true},
        {TWO("block, match: {confidence: certain, app: websocket}",
             "alert, match: {message: {contains: x}}"),
         false},
        {TWO("block, match: {frame: {opcode: ping}}", "alert, match: {message: {contains: x}}"),
         false},
        {"default: block\n" HARNESS_HEAD
         "- {name: a, action: allow, match: {message: {size: 1}}}\n",
         true},
    };
#undef TWO
    static const struct piece pieces[] = {{0},
                                          {TO_SERVER, WS_TEXT, WIRE("y")},
                                          {TO_CLIENT, WS_BINARY, WIRE("xy")},
                                          {TO_SERVER, WS_TEXT, WIRE("{\"a\":1}")}};

    for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
        for (size_t k = 0; k < sizeof(pieces) / sizeof(pieces[0]); k++) {
            bool waits, again;
            const struct outcome full = end_of(row[i].rules, &pieces[k], false, &waits);
            const struct outcome bare = end_of(row[i].rules, &pieces[k], true, &again);
            CHECK(k > 0 || waits == row[i].waits, row[i].rules);
            CHECK(waits == again && (!waits || is_same(&full, &bare)), row[i].rules);
        }
}

int main(void)
{
    check_end();
    for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++)
        check_vector(&vectors[i]);
    check_prompt();
    check_control_between();
    check_incomplete();
    check_no_memory();
    check_joined();
    check_memory_returned();
    check_message_examples();
    check_frame_examples();
    check_message_and_frame();
    check_whose_violation();
    check_many_alike(false);
    check_many_alike(true);
    CHECK(parted > 0 || simd() == &simd_plain, "some messages have not even a part");
    harness_mistakes(mistakes, sizeof(mistakes) / sizeof(mistakes[0]));
    return test_end();
}

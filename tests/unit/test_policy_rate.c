/* SPDX-License-Identifier: MIT */
/* Rules that count: what the file may say, and who matches when. */
#include "policy/rates.h"
#include "policy_harness.h"

#define SECOND_NS 1000000000LL
#define START_S   1700000000

#define HEAD  "version: 1\nrules:\n- {name: a, action: block, "
#define LIMIT "rate: {by: client, over: 2, within: 10s}"

static const struct mistake mistakes[] = {
    {HEAD "match: {event: request}}\n",
     "t.yaml:3:43: \"event\" without \"rate\", as in rate: {by: client, over: 100, within: 10s}"},
    {HEAD "match: {}, for: 10m}\n",
     "t.yaml:3:44: \"for\" without \"rate\", as in rate: {by: client, over: 100, within: 10s}"},
    {HEAD "match: {}, rate: 100}\n",
     "t.yaml:3:45: \"rate\" is a map, as in rate: {by: client, over: 100, within: 10s}; not text"},
    {HEAD "match: {event: requst}, " LIMIT "}\n",
     "t.yaml:3:43: unknown event \"requst\"; did you mean \"request\"?"},
    {HEAD "match: {event: [request]}, " LIMIT "}\n",
     "t.yaml:3:43: \"event\" is one value, not a list"},
    {HEAD "match: {}, rate: {over: 2, within: 10s}}\n",
     "t.yaml:3:45: \"rate\" without \"by\": client, network, server, pair or server-port"},
    {HEAD "match: {}, rate: {by: clint, over: 2, within: 10s}}\n",
     "t.yaml:3:50: unknown word of \"by\" \"clint\"; did you mean \"client\"?"},
    {HEAD "match: {}, rate: {by: [], over: 2, within: 10s}}\n",
     "t.yaml:3:50: \"by\" is an empty list"},
    {HEAD "match: {}, rate: {by: [client, network], over: 2, within: 10s}}\n",
     "t.yaml:3:50: \"by\" has both a client and its network: one says it"},
    {HEAD "match: {}, rate: {by: client, within: 10s}}\n",
     "t.yaml:3:45: \"rate\" without \"over\", as in rate: {by: client, over: 100, within: 10s}"},
    {HEAD "match: {}, rate: {by: client, over: 5}}\n",
     "t.yaml:3:45: \"rate\" without \"within\", as in rate: {by: client, over: 100, within: 10s}"},
    {HEAD "match: {}, rate: {by: client, over: 0, within: 10s}}\n",
     "t.yaml:3:64: \"over\" of \"0\" is no number from 1 to 4294967294"},
    {HEAD "match: {}, rate: {by: client, over: many, within: 10s}}\n",
     "t.yaml:3:64: \"over\" of \"many\" is no number from 1 to 4294967294"},
    {HEAD "match: {}, rate: {by: client, over: 1, within: 10}}\n",
     "t.yaml:3:75: \"10\" is no time for \"within\": write 10s, 5m, 1h, 2d; at most 1d"},
    {HEAD "match: {}, rate: {by: client, over: 1, within: 2d}}\n",
     "t.yaml:3:75: \"2d\" is no time for \"within\": write 10s, 5m, 1h, 2d; at most 1d"},
    {HEAD "match: {}, rate: {by: client, over: 1, within: 0s}}\n",
     "t.yaml:3:75: \"0s\" is no time for \"within\": write 10s, 5m, 1h, 2d; at most 1d"},
    {HEAD "match: {}, " LIMIT ", for: ever}\n",
     "t.yaml:3:86: \"ever\" is no time for \"for\": write 10s, 5m, 1h, 2d; at most 366d"},
    {HEAD "match: {}, rate: {by: client, over: 1, within: 1s, burst: 3}}\n",
     "t.yaml:3:79: unknown key of \"rate\" \"burst\""},
    {HEAD "match: {}, rate: {by: client, over: 1, within: 1s, adaptive: maybe}}\n",
     "t.yaml:3:89: \"adaptive\" is true or false"},
    {HEAD "match: {}, rate: {by: client, over: 1, within: 1s, ipv4-prefix: 24}}\n",
     "t.yaml:3:92: \"ipv4-prefix\" goes with by: network"},
    {HEAD "match: {}, rate: {by: network, over: 1, within: 1s, ipv4-prefix: 33}}\n",
     "t.yaml:3:93: \"ipv4-prefix\" of \"33\" is no number from 1 to 32"},
    {HEAD "match: {}, rate: {by: client, over: 1, within: 1s, unfinished-after: 5s}}\n",
     "t.yaml:3:97: \"unfinished-after\" goes with event: unfinished-request"},
    {HEAD "match: {event: request, message: {}}, " LIMIT "}\n",
     "t.yaml:3:43: \"message\" asks about messages: its event is message, ping, pong or close"},
    {HEAD "match: {event: connection, host: x}, " LIMIT "}\n",
     "t.yaml:3:61: \"host\" is not known when a connection is asked for; event: flow counts those "
     "of which it is"},
};

static void test_unfinished_after(void)
{
    static const struct mistake two[] = {
        {HEAD "match: {event: unfinished-request}, rate: {by: client, over: 1, within: 1s, "
              "unfinished-after: 5s}}\n"
              "- {name: b, action: block, match: {event: unfinished-request}, rate: {by: server, "
              "over: 1, within: 1s, unfinished-after: 6s}}\n",
         "t.yaml:4:122: another rule has an \"unfinished-after\" of 5s: it is one for all rules"}};

    harness_mistakes(two, 1);
}

static void test_too_many(void)
{
    struct buffer text = {0};
    struct err err = {0};

    buffer_append_text(&text, HARNESS_HEAD);
    for (int i = 0; i <= RATE_RULES; i++)
        buffer_printf(&text, "- {name: r%d, action: alert, match: {}, " LIMIT "}\n", i);
    CHECK(policy_load_text(buffer_bytes(&text), "t.yaml", NULL, NULL, &err) == NULL, "too many");
    CHECK_TEXT(err.text, "t.yaml:67:47: more than 64 rules with a rate", "too many rates");
    buffer_free(&text);
}

static void test_warning(void)
{
    struct buffer warnings = {0};
    struct err err = {0};
    struct policy *p = harness_load(
        "- {name: a, action: block, match: {}, rate: {by: server, over: 9, within: 10s}}\n"
        "- {name: b, action: alert, match: {}, rate: {by: server, over: 9, within: 10s}}\n",
        &warnings, &err);

    buffer_append_byte(&warnings, '\0');
    CHECK_TEXT(
        (const char *)warnings.at,
        "t.yaml:3:10: the rule \"a\" blocks everybody who uses a server, when too much comes "
        "from anybody\n",
        "a block by server is warned of");
    policy_free(p);
    buffer_free(&warnings);
}

/* ---- counting ---- */

/* Steps between " | ", a flow each: who@second, then facts (name=value), "forged", event or
 * event*n. "who" is the last byte of an address in 10.0.0.0/24; n1: in 2001:db8::/64. Said of each
 * flow: its verdict and rule, +a: an alert rule matched, told: for the first time of this key. */
struct count {
    const char *name, *rules, *steps, *said;
};

#define BLOCK_REQUESTS "- {name: a, action: block, match: {event: request}, " LIMIT

static const struct count counts[] = {
    {"up to the limit", BLOCK_REQUESTS "}\n", "1@0 request*2", "allow"},
    {"over it", BLOCK_REQUESTS "}\n", "1@0 request*3", "block(a) told"},
    {"in several flows", BLOCK_REQUESTS "}\n", "1@0 request | 1@1 request | 1@2 request | 1@3 ",
     "allow | allow | block(a) told | allow"},
    {"too slowly", BLOCK_REQUESTS "}\n", "1@0 request | 1@6 request | 1@12 request",
     "allow | allow | allow"},
    {"other clients", BLOCK_REQUESTS "}\n", "1@0 request*2 | 2@1 request*2 | 3@2 request",
     "allow | allow | allow"},
    {"another event", BLOCK_REQUESTS "}\n", "1@0 ping*9", "allow"},
    {"a ban: from the first packet", BLOCK_REQUESTS ", for: 60s}\n",
     "1@0 request*3 | 1@1 | 2@1 | 1@59 | 1@60 request*2",
     "block(a) told | block(a) | allow | block(a) | allow"},
    {"a ban does not grow while it lasts", BLOCK_REQUESTS ", for: 60s}\n",
     "1@0 request*3 | 1@50 request*9 | 1@61 request*2", "block(a) told | block(a) | allow"},
    {"told again when it begins again", BLOCK_REQUESTS ", for: 60s}\n",
     "1@0 request*3 | 1@70 request*3", "block(a) told | block(a) told"},
    {"without a ban each flow that goes on, told once", BLOCK_REQUESTS "}\n",
     "1@0 request*3 | 1@1 request | 1@2 request", "block(a) told | block(a) | block(a)"},
    {"a network",
     "- {name: a, action: block, match: {event: request}, rate: {by: network, over: 2, within: "
     "10s}, for: 60s}\n",
     "1@0 request | 2@0 request | 3@0 request | 9@1", "allow | allow | block(a) told | block(a)"},
    {"a network of IPv6",
     "- {name: a, action: block, match: {event: request}, rate: {by: network, over: 2, within: "
     "10s}, for: 60s}\n",
     "n1@0 request | n2@0 request | n3@0 request | n9@1 | 1@1",
     "allow | allow | block(a) told | block(a) | allow"},
    {"smaller networks",
     "- {name: a, action: block, match: {event: request}, rate: {by: network, over: 2, within: "
     "10s, ipv4-prefix: 31}}\n",
     "2@0 request | 3@0 request | 4@0 request | 3@1 request",
     "allow | allow | allow | block(a) told"},
    {"a server: alerts, and others go on",
     "- {name: a, action: alert, match: {event: request}, rate: {by: server, over: 2, within: "
     "10s}}\n",
     "1@0 request | 2@0 request | 3@0 request", "allow | allow | allow +a told"},
    {"an alert bans nobody: for so long it is not told again",
     "- {name: a, action: alert, match: {event: request}, " LIMIT ", for: 60s}\n",
     "1@0 request*3 | 1@1 | 1@2 request*9 | 1@61 request*3",
     "allow +a told | allow | allow | allow +a told"},
    {"a forged address is not counted", BLOCK_REQUESTS "}\n", "1@0 forged request*9", "allow"},
    {"for a server it is",
     "- {name: a, action: alert, match: {event: request}, rate: {by: server, over: 2, within: "
     "10s}}\n",
     "1@0 forged request*3", "allow +a told"},
    {"conditions say what counts",
     "- {name: a, action: block, match: {event: request, path: /login}, " LIMIT ", for: 60s}\n",
     "1@0 path=/ request*9 | 1@1 path=/login request*2 | 1@2 path=/login request | 1@3 path=/",
     "allow | allow | block(a) told | block(a)"},
    {"a ban holds where the addresses are the rule's",
     "- {name: a, action: block, match: {event: request, server-port: 80}, " LIMIT ", for: 60s}\n",
     "1@0 sport=80 request*3 | 1@1 sport=22 | 1@1 sport=80", "block(a) told | allow | block(a)"},
    {"an earlier allow rule comes first",
     "- {name: ours, action: allow, match: {client: 10.0.0.1}}\n" BLOCK_REQUESTS ", for: 60s}\n",
     "1@0 request*9 | 2@0 request*3", "allow(ours) | block(a) told"},
    {"a flow once", "- {name: a, action: block, match: {app: ssh}, " LIMIT "}\n",
     "1@0 app=ssh conf=strong flow*5 | 1@1 app=ssh conf=strong flow | 1@2 app=http conf=strong "
     "flow "
     "| 1@3 app=ssh conf=strong flow",
     "allow | allow | allow | block(a) told"},
    {"the clock goes back", BLOCK_REQUESTS ", for: 60s}\n",
     "1@1000 request*3 | 1@0 request*2 | 1@1 request", "block(a) told | allow | block(a) told"},
};

static bool by_name(const char *word, enum rate_event *out)
{
    for (int i = 0; rate_event_names[i] != NULL; i++)
        if (strncmp(word, rate_event_names[i], strlen(rate_event_names[i])) == 0) {
            *out = (enum rate_event)i;
            return true;
        }
    return false;
}

/* A step, and what came of it. */
struct step {
    struct timeline *t;
    bool looked, told, alerted;
};

/* As the engine does. */
static void on_fired(void *ctx, const struct rule_info *rule)
{
    struct step *s = ctx;
    struct rate_alert alert;

    s->told |= policy_rate_alert(s->t->worker, &s->t->facts, rule, &alert) == RATE_TOLD_FIRST;
    s->alerted |= rule->action == RULE_ALERT;
}

static struct policy_result ask(struct step *s)
{
    if (!s->looked)
        policy_look(s->t->worker, s->t->flow, &s->t->facts);
    s->looked = true;
    return policy_decide(s->t->worker, s->t->flow, &s->t->facts, on_fired, s);
}

static void run_event(struct step *s, const char *word)
{
    const char *star = strchr(word, '*');
    enum rate_event event;

    for (int n = star != NULL ? (int)strtol(star + 1, NULL, 10) : 1; by_name(word, &event) && n > 0;
         n--) {
        const struct policy_result r = ask(s);
        if (r.final && r.verdict == VERDICT_BLOCK)
            return; /* what is dropped is not counted */
        if (policy_count(s->t->worker, s->t->flow, &s->t->facts, event))
            ask(s);
    }
}

static void begin_step(struct timeline *t, const char *word)
{
    char address[64];
    const bool ipv6 = word[0] == 'n';

    snprintf(address, sizeof(address), ipv6 ? "2001:db8::%d" : "10.0.0.%d",
             (int)strtol(word + ipv6, NULL, 10));
    t->facts = (struct facts){.transport = TRANSPORT_TCP, .direction_known = true, .proven = true};
    harness_address(&t->facts.client.addr, address);
    harness_address(&t->facts.server.addr, "192.0.2.1");
    t->facts.time_ns = (START_S + (int64_t)strtol(strchr(word, '@') + 1, NULL, 10)) * SECOND_NS;
    t->used = 0;
    policy_flow_free(t->worker, t->flow);
    t->flow = policy_flow_create(t->worker);
}

static void run_step(struct timeline *t, char *text)
{
    struct step s = {.t = t};

    for (char *rest = NULL, *word = strtok_r(text, " ", &rest); word != NULL;
         word = strtok_r(NULL, " ", &rest)) {
        if (strchr(word, '@') != NULL)
            begin_step(t, word);
        t->facts.proven &= strcmp(word, "forged") != 0;
        if (strchr(word, '=') != NULL)
            harness_word(t, word);
        else
            run_event(&s, word);
    }
    const struct policy_result r = ask(&s);
    buffer_append_text(&t->said, r.verdict == VERDICT_BLOCK ? "block" : "allow");
    if (r.rule != NULL)
        buffer_printf(&t->said, "(%s)", r.rule->name);
    buffer_append_text(&t->said, s.alerted ? " +a" : "");
    buffer_append_text(&t->said, s.told ? " told" : "");
}

static void test_counts(void)
{
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        struct timeline t;
        char steps[512];
        harness_open(&t, counts[i].rules);
        snprintf(steps, sizeof(steps), "%s", counts[i].steps);
        for (char *rest = NULL, *step = strtok_r(steps, "|", &rest); step != NULL;
             step = strtok_r(NULL, "|", &rest)) {
            buffer_append_text(&t.said, t.said.len > 0 ? " | " : "");
            run_step(&t, step);
        }
        buffer_append_byte(&t.said, '\0');
        CHECK_TEXT((const char *)t.said.at, counts[i].said, counts[i].name);
        harness_close(&t);
    }
}

int main(void)
{
    harness_mistakes(mistakes, sizeof(mistakes) / sizeof(mistakes[0]));
    test_unfinished_after();
    test_too_many();
    test_warning();
    test_counts();
    return test_end();
}

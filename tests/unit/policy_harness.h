/* SPDX-License-Identifier: MIT */
/* policy_harness.h - rules as text in, what they say of a timeline of facts as text out.
 *
 * A timeline is steps between " | "; a step is words: dir, settled, over, udp, decide (nothing
 * new), and name=value: app, layers (a,b), conf, client, server (addresses), cport, sport, host,
 * path, origin, subprotocol, sni (value, or ?absent, ?never), and those of harness_set_more().
 * A word of a step has no space; ~ stands for one. An answer is steps between " | ":
 * none, allow or block; (rule); ! when final; +name for each rule that fired.
 */
#ifndef TESTS_UNIT_POLICY_HARNESS_H
#define TESTS_UNIT_POLICY_HARNESS_H

#include <arpa/inet.h>

#include "base/buffer.h"
#include "model/packet.h"
#include "policy/load.h"
#include "test.h"

#define HARNESS_HEAD "version: 1\nrules:\n"

struct timeline {
    struct policy *policy;
    struct policy_worker *worker;
    struct policy_flow *flow;
    struct budget budget;
    struct facts facts;
    struct kept_facts asked;
    struct fact header[4];
    struct ndpi_info ndpi;
    const char *risk;
    uint16_t vlan;
    struct buffer said;
    char kept[4096]; /* what the facts point into */
    size_t used;
};

static inline void harness_warn(void *ctx, const char *sentence)
{
    buffer_append_text(ctx, sentence);
    buffer_append_byte(ctx, '\n');
}

/* Rules that begin with a list get the head that they lack. */
static inline struct policy *harness_load(const char *yaml, struct buffer *warnings,
                                          struct err *err)
{
    struct buffer text = {0};

    buffer_append_text(&text, yaml[0] == '-' ? HARNESS_HEAD : "");
    buffer_append_text(&text, yaml);
    const struct bytes copy = test_copy(buffer_bytes(&text));
    struct policy *p =
        policy_load_text(copy, "t.yaml", warnings != NULL ? harness_warn : NULL, warnings, err);
    free((void *)(uintptr_t)copy.at);
    buffer_free(&text);
    return p;
}

/* A file that is not loaded, and the sentence that says why. */
struct mistake {
    const char *yaml, *sentence;
};

static inline void harness_mistakes(const struct mistake *mistakes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct err err = {0};
        struct policy *p = harness_load(mistakes[i].yaml, NULL, &err);
        CHECK(p == NULL, mistakes[i].yaml);
        CHECK_TEXT(err.text, mistakes[i].sentence, mistakes[i].yaml);
        policy_free(p);
    }
}

static inline void harness_open(struct timeline *t, const char *yaml)
{
    struct err err = {0};

    *t = (struct timeline){.facts = {.transport = TRANSPORT_TCP}};
    t->asked.header = t->header;
    t->facts.kept = &t->asked;
    t->policy = harness_load(yaml, NULL, &err);
    if (t->policy == NULL) {
        printf("%s\n", err.text);
        abort();
    }
    t->worker = policy_worker_create(t->policy, &t->budget, &err);
    if (t->worker == NULL)
        abort();
    t->flow = policy_flow_create(t->worker);
}

static inline void harness_close(struct timeline *t)
{
    policy_flow_free(t->worker, t->flow);
    policy_worker_free(t->worker);
    policy_free(t->policy);
    buffer_free(&t->said);
    CHECK(t->budget.used == 0, "everything taken from the budget was given back");
}

static inline const char *harness_keep(struct timeline *t, const char *text)
{
    char *copy = t->kept + t->used;

    t->used += strlen(text) + 1;
    if (t->used > sizeof(t->kept))
        abort();
    return strcpy(copy, text);
}

static inline void harness_fact(struct timeline *t, struct fact *f, const char *text)
{
    if (strcmp(text, "?absent") == 0)
        *f = (struct fact){.known = KNOWN_ABSENT};
    else if (strcmp(text, "?never") == 0)
        *f = (struct fact){.known = KNOWN_NEVER};
    else
        *f = (struct fact){KNOWN_VALUE, bytes_of_text(harness_keep(t, text))};
}

static inline void harness_address(struct addr *a, const char *text)
{
    uint8_t four[4];

    if (inet_pton(AF_INET, text, four) == 1)
        *a = addr_from_ipv4(four);
    else if (inet_pton(AF_INET6, text, a->byte) != 1)
        abort();
}

static inline void harness_layers(struct timeline *t, const char *list)
{
    char copy[256];

    snprintf(copy, sizeof(copy), "%s", list);
    t->facts.layer_count = 0;
    for (char *rest = NULL, *name = strtok_r(copy, ",", &rest); name != NULL;
         name = strtok_r(NULL, ",", &rest))
        t->facts.layers[t->facts.layer_count++] = harness_keep(t, name);
}

static inline enum confidence harness_confidence(const char *name)
{
    enum confidence c = CONFIDENCE_NONE;

    while (strcmp(confidence_name(c), name) != 0)
        c++;
    return c;
}

static inline void harness_anomaly(struct timeline *t, const char *name)
{
    unsigned a = ANOMALY_NONE + 1;

    while (a < ANOMALY_COUNT && strcmp(anomaly_info((enum anomaly)a)->name, name) != 0)
        a++;
    CHECK(a < ANOMALY_COUNT, name);
    t->asked.anomalies[a / 64] |= UINT64_C(1) << (a % 64);
}

/* Two hexadecimal digits a byte. */
static inline void harness_hash(struct timeline *t, const char *digits)
{
    static uint8_t hash[INFO_HASH_LEN];

    for (size_t i = 0; i < sizeof(hash); i++)
        hash[i] = (uint8_t)(hex_digit_value((uint8_t)digits[2 * i]) << 4 |
                            hex_digit_value((uint8_t)digits[2 * i + 1]));
    t->facts.info_hash = (struct fact){KNOWN_VALUE, bytes_of(hash, sizeof(hash))};
}

/* What rules have to ask for: method, query, agent, alpn, offered, ja3, ja3s, ja4, h0 to h3 (as
 * facts); status, version, client-version, cross, vlan, start, ladder, count0 ... (numbers); iface,
 * category, risk, anomaly, hash, peer. */
static inline void harness_set_more(struct timeline *t, const char *name, const char *value)
{
    static const char *const texts[] = {"method",  "query", "agent", "alpn",
                                        "offered", "ja3",   "ja3s",  "ja4"};
    const struct {
        const char *name;
        struct number_fact *fact;
    } number[] = {{"status", &t->asked.status},
                  {"version", &t->asked.tls_version},
                  {"client-version", &t->asked.tls_offered},
                  {"cross", &t->asked.cross_origin}};

    for (size_t i = 0; i < KEPT_TEXTS; i++)
        if (strcmp(name, texts[i]) == 0)
            harness_fact(t, &t->asked.text[i], value);
    for (size_t i = 0; i < sizeof(number) / sizeof(number[0]); i++)
        if (strcmp(name, number[i].name) == 0)
            *number[i].fact = (struct number_fact){KNOWN_VALUE, (uint64_t)atoll(value)};
    if (name[0] == 'h' && name[1] >= '0' && name[1] <= '3')
        harness_fact(t, &t->header[name[1] - '0'], value);
    if (strcmp(name, "vlan") == 0) {
        t->vlan = (uint16_t)atoi(value);
        t->facts.vlan = &t->vlan;
        t->facts.vlan_count = 1;
    }
    if (strcmp(name, "start") == 0)
        t->facts.start_ns = atoll(value) * INT64_C(1000000000);
    if (strcmp(name, "ladder") == 0)
        t->facts.ladder = (enum ladder)atoi(value);
    if (strncmp(name, "count", 5) == 0)
        t->facts.count[atoi(name + 5)] = (uint64_t)atoll(value);
    if (strcmp(name, "iface") == 0)
        t->facts.interface = harness_keep(t, value);
    if (strcmp(name, "anomaly") == 0)
        harness_anomaly(t, value);
    if (strcmp(name, "hash") == 0)
        harness_hash(t, value);
    if (strcmp(name, "peer") == 0)
        harness_fact(t, &t->facts.peer_client, value);
    if (strcmp(name, "category") != 0 && strcmp(name, "risk") != 0)
        return;
    t->ndpi.proto = "X";
    t->facts.ndpi = &t->ndpi;
    if (strcmp(name, "category") == 0) {
        t->ndpi.category = harness_keep(t, value);
    } else {
        t->risk = harness_keep(t, value);
        t->ndpi.risks = &t->risk;
        t->ndpi.risk_count = 1;
    }
}

static inline void harness_set(struct timeline *t, const char *name, const char *value)
{
    struct facts *f = &t->facts;
    const struct {
        const char *name;
        struct fact *fact;
    } fact[] = {{"host", &f->host},
                {"path", &f->path},
                {"origin", &f->origin},
                {"subprotocol", &f->subprotocol},
                {"sni", &f->sni}};

    for (size_t i = 0; i < sizeof(fact) / sizeof(fact[0]); i++)
        if (strcmp(name, fact[i].name) == 0)
            harness_fact(t, fact[i].fact, value);
    if (strcmp(name, "app") == 0)
        f->app = harness_keep(t, value);
    if (strcmp(name, "layers") == 0)
        harness_layers(t, value);
    if (strcmp(name, "conf") == 0)
        f->confidence = harness_confidence(value);
    if (strcmp(name, "client") == 0)
        harness_address(&f->client.addr, value);
    if (strcmp(name, "server") == 0)
        harness_address(&f->server.addr, value);
    if (strcmp(name, "cport") == 0)
        f->client.port = (uint16_t)atoi(value);
    if (strcmp(name, "sport") == 0)
        f->server.port = (uint16_t)atoi(value);
}

static inline void harness_word(struct timeline *t, char *word)
{
    char *equals = strchr(word, '=');

    t->facts.direction_known |= strcmp(word, "dir") == 0;
    t->facts.settled |= strcmp(word, "settled") == 0;
    t->facts.over |= strcmp(word, "over") == 0;
    if (strcmp(word, "udp") == 0)
        t->facts.transport = TRANSPORT_UDP;
    if (equals != NULL) {
        *equals = '\0';
        for (char *tilde = equals + 1; (tilde = strchr(tilde, '~')) != NULL;)
            *tilde = ' ';
        harness_set(t, word, equals + 1);
        harness_set_more(t, word, equals + 1);
    }
}

static inline void harness_fired(void *ctx, const struct rule_info *rule)
{
    buffer_printf(ctx, " +%s", rule->name);
}

static inline void harness_decide(struct timeline *t)
{
    struct buffer fired = {0};
    const struct policy_result r =
        policy_decide(t->worker, t->flow, &t->facts, harness_fired, &fired);

    buffer_append_text(&t->said, t->said.len > 0 ? " | " : "");
    buffer_append_text(&t->said, r.verdict == VERDICT_NONE ? "none" : verdict_name(r.verdict));
    if (r.rule != NULL)
        buffer_printf(&t->said, "(%s)", r.rule->name);
    buffer_append_text(&t->said, r.final ? "!" : "");
    buffer_append(&t->said, buffer_bytes(&fired));
    buffer_free(&fired);
}

/* Runs the steps; what was said is in t->said. */
static inline void harness_run(struct timeline *t, const char *steps)
{
    char copy[1024];

    snprintf(copy, sizeof(copy), "%s", steps);
    for (char *rest = NULL, *step = strtok_r(copy, "|", &rest); step != NULL;
         step = strtok_r(NULL, "|", &rest)) {
        for (char *more = NULL, *word = strtok_r(step, " ", &more); word != NULL;
             word = strtok_r(NULL, " ", &more))
            harness_word(t, word);
        harness_decide(t);
    }
}

static inline const char *harness_said(struct timeline *t)
{
    buffer_append_byte(&t->said, '\0');
    return (const char *)t->said.at;
}

#endif

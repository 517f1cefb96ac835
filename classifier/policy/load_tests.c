/* SPDX-License-Identifier: MIT */
/* load_tests.c - the section `tests`: captures, the flows meant in them, and what must come of
 * those.
 */
#include <stdlib.h>

#include "policy/expectation.h"
#include "policy/load.h"
#include "policy/tests.h"

static const char *const test_keys[] = {"name", "capture", "flow", "expect", NULL};
static const char *const expect_keys[] = {"verdict", "rule",   "app",   "confidence", "mismatch",
                                          "alerts",  "leaked", "count", NULL};
static const char *const verdict_words[] = {"allow", "block", NULL};
static const char *const confidence_words[] = {"probable", "strong", "certain", NULL};
static const char default_rule[] = "default"; /* as `rule`: none of the rules */

/* The word's place in the list, or a fault. */
static bool read_word(const struct loader *l, const struct node *n, const char *what,
                      const char *const *words, unsigned *out)
{
    *out = 0;
    if (n->kind != NODE_SCALAR)
        return fault(&l->source, n, "\"%s\" is one word, not %s", what, node_kind_name(n));
    while (words[*out] != NULL && !node_is(n, words[*out]))
        ++*out;
    return words[*out] != NULL || fault_unknown(&l->source, n, what, words);
}

static bool read_text(const struct loader *l, const struct node *n, const char *what,
                      const char **out)
{
    if (n->kind != NODE_SCALAR)
        return fault(&l->source, n, "the \"%s\" of a test is text, not %s", what,
                     node_kind_name(n));
    if (n->text.len == 0 || bytes_find_byte(n->text, '\0') != NULL)
        return fault(&l->source, n, "the \"%s\" of a test is empty", what);
    *out = (const char *)n->text.at;
    return true;
}

/* The names of the rules, and perhaps "default", for "did you mean"; NULL: no memory. */
static const char **rule_names(const struct policy *p, bool with_default)
{
    const char **name = calloc(p->rule_count + 2, sizeof(*name));
    size_t count = 0;

    for (size_t i = 0; name != NULL && i < p->rule_count; i++)
        if (p->rule[i].info.id <= p->listed)
            name[count++] = p->rule[i].info.name;
    if (name != NULL && with_default)
        name[count] = default_rule;
    return name;
}

static const struct rule *find_rule(const struct policy *p, const struct node *n)
{
    for (size_t i = 0; i < p->listed; i++)
        if (node_is(n, p->rule[i].info.name))
            return &p->rule[i];
    return NULL;
}

static bool unknown_rule(const struct loader *l, const struct node *n, bool with_default)
{
    const char **name = rule_names(l->policy, with_default);

    if (name == NULL)
        return fault_memory(&l->source);
    fault_unknown(&l->source, n, "rule", name);
    free(name);
    return false;
}

static bool read_rule(struct loader *l, const struct node *n, struct expectation *out)
{
    const struct rule *r;

    if (n->kind != NODE_SCALAR)
        return fault(&l->source, n, "\"rule\" is the name of one rule, or default; not %s",
                     node_kind_name(n));
    out->has_rule = true;
    r = find_rule(l->policy, n);
    if (r == NULL && !node_is(n, default_rule))
        return unknown_rule(l, n, true);
    if (r != NULL && r->info.action == RULE_ALERT)
        return fault(&l->source, n,
                     "\"%s\" is an alert, which gives no verdict: write alerts: [%s]", r->info.name,
                     r->info.name);
    out->rule = r != NULL ? r->info.name : NULL;
    return true;
}

static bool read_alert(struct loader *l, const struct node *n, struct expectation *out)
{
    const struct rule *r = n->kind == NODE_SCALAR ? find_rule(l->policy, n) : NULL;

    if (n->kind != NODE_SCALAR)
        return fault(&l->source, n, "\"alerts\" is a list of rule names");
    if (r == NULL)
        return unknown_rule(l, n, false);
    if (r->info.action != RULE_ALERT)
        return fault(&l->source, n, "\"%s\" is no alert: write rule: %s", r->info.name,
                     r->info.name);
    out->alert[out->alert_count] = r->info.name;
    out->alert_id[out->alert_count++] = r->info.id;
    return true;
}

static bool read_alerts(struct loader *l, const struct node *n, struct expectation *out)
{
    if (n->kind != NODE_LIST)
        return fault(&l->source, n,
                     "\"alerts\" is a list of all alert rules that fire, [] for none; not %s",
                     node_kind_name(n));
    out->has_alerts = true;
    out->alert = loader_alloc(l, n->count, sizeof(*out->alert));
    out->alert_id = loader_alloc(l, n->count, sizeof(*out->alert_id));
    if (out->alert == NULL || out->alert_id == NULL)
        return false;
    for (const struct node *item = n->first; item != NULL; item = item->next)
        if (!read_alert(l, item, out))
            return false;
    return true;
}

static bool read_app(struct loader *l, const struct node *n, struct expectation *out)
{
    static const struct key key = {
        .name = "app", .kind = VALUE_TEXT, .field = FIELD_APP, .flags = KEY_NOCASE};

    out->has_app = true;
    if (!value_read(l, &key, n, &out->app))
        return false;
    return out->app.as.text.patterns.count == 0 ||
           fault(&l->source, n, "what a test expects of \"app\" is a name or a glob");
}

static bool read_sizes(struct loader *l, const struct node *n, const char *name, struct value *out,
                       bool *has)
{
    const struct key key = {.name = name, .kind = VALUE_SIZE};

    *has = true;
    return value_read(l, &key, n, out);
}

static bool read_plain(struct loader *l, const struct node *key, struct expectation *out)
{
    static const char *const flags[] = {"false", "true", NULL};
    const struct node *n = key->value;
    unsigned place = 0;

    if (node_is(key, "verdict")) {
        if (!read_word(l, n, "verdict", verdict_words, &place))
            return false;
        out->verdict = place == 0 ? VERDICT_ALLOW : VERDICT_BLOCK;
    } else if (node_is(key, "confidence")) {
        if (!read_word(l, n, "confidence", confidence_words, &place))
            return false;
        out->confidence = (enum confidence)(CONFIDENCE_PROBABLE + place);
    } else {
        if (!read_word(l, n, "mismatch", flags, &place))
            return false;
        out->has_mismatch = true;
        out->mismatch = place == 1;
    }
    return true;
}

static bool read_expectation(struct loader *l, const struct node *key, struct expectation *out)
{
    if (node_is(key, "rule"))
        return read_rule(l, key->value, out);
    if (node_is(key, "alerts"))
        return read_alerts(l, key->value, out);
    if (node_is(key, "app"))
        return read_app(l, key->value, out);
    if (node_is(key, "leaked"))
        return read_sizes(l, key->value, "leaked", &out->leaked, &out->has_leaked);
    if (node_is(key, "count"))
        return read_sizes(l, key->value, "count", &out->count, &out->has_count);
    return read_plain(l, key, out);
}

static bool read_expect(struct loader *l, const struct node *test, struct rules_test *out)
{
    const struct node *n = node_get(test, "expect");
    struct expectation *expect = loader_alloc(l, 1, sizeof(*expect));

    if (expect == NULL)
        return false;
    out->expect = expect;
    if (n == NULL || n->kind != NODE_MAP || n->count == 0)
        return fault(&l->source, n != NULL ? n : test,
                     "a test needs \"expect\", as in expect: {verdict: block}");
    if (!check_keys(l, n, "expectation", expect_keys))
        return false;
    for (const struct node *key = n->first; key != NULL; key = key->next)
        if (!read_expectation(l, key, expect))
            return false;
    return true;
}

/* The flows that are meant: an alert rule that nobody else sees. It is read as one that stands in
 * the file. */
static bool read_selector(struct loader *l, const struct node *test, struct rules_test *out)
{
    struct node *n = loader_alloc(l, 8, sizeof(*n)); /* the map, three keys, their values, {} */
    struct policy *p = l->policy;
    struct rule *r = &p->rule[p->rule_count];
    struct node *flow = node_get(test, "flow");

    if (n == NULL)
        return false;
    for (size_t i = 0; i < 8; i++)
        n[i] = (struct node){.kind = i == 0 || i == 7 ? NODE_MAP : NODE_SCALAR,
                             .line = test->line,
                             .column = test->column};
    if (flow != NULL && flow->kind != NODE_MAP)
        return fault(&l->source, flow, "\"flow\" is a map, as in flow: {app: http}; not %s",
                     node_kind_name(flow));
    static const char *const words[] = {"name", "action", "match", "the test's flows", "alert"};
    for (size_t i = 0; i < 5; i++)
        n[1 + i].text = bytes_of_text(words[i]);
    for (size_t i = 1; i < 4; i++) {
        n[i].value = i == 3 ? (flow != NULL ? flow : &n[7]) : &n[i + 3];
        n[i].next = i < 3 ? &n[i + 1] : NULL;
    }
    n[0].first = &n[1];
    n[0].count = 3;
    r->info.id = out->selector = (uint32_t)++p->rule_count;
    return load_rule(l, n, r);
}

static bool load_test(struct loader *l, const struct node *n, struct rules_test *out)
{
    if (n->kind != NODE_MAP)
        return fault(&l->source, n, "a test is a map with capture, flow and expect; not %s",
                     node_kind_name(n));
    const struct node *name = node_get(n, "name"), *capture = node_get(n, "capture");
    out->line = n->line;
    if (!check_keys(l, n, "key of a test", test_keys) ||
        (name != NULL && !read_text(l, name, "name", &out->name)))
        return false;
    if (capture == NULL)
        return fault(&l->source, n, "a test without a \"capture\": a file or a folder of captures");
    return read_text(l, capture, "capture", &out->capture) && read_expect(l, n, out) &&
           read_selector(l, n, out);
}

/* Behind the rules of the file there is room for the selectors. */
static bool make_room(struct loader *l, size_t tests)
{
    struct policy *p = l->policy;
    struct rule *rule = loader_alloc(l, p->rule_count + tests, sizeof(*rule));

    if (rule == NULL)
        return false;
    if (p->rule_count > 0)
        memcpy(rule, p->rule, p->rule_count * sizeof(*rule));
    p->rule = rule;
    p->test = loader_alloc(l, tests, sizeof(*p->test));
    return p->test != NULL;
}

bool load_tests(struct loader *l, const struct node *n)
{
    struct policy *p = l->policy;
    bool good = true;

    if (n->kind != NODE_LIST)
        return fault(&l->source, n, "\"tests\" is a list, not %s", node_kind_name(n));
    if (n->count > TESTS_MAX)
        return fault(&l->source, n, "more than %d tests", TESTS_MAX);
    if (!make_room(l, n->count))
        return false;
    for (const struct node *test = n->first; test != NULL && (good || fault_goes_on(&l->source));
         test = test->next)
        good = load_test(l, test, &p->test[p->test_count++]) && good;
    return good;
}

size_t policy_test_count(const struct policy *p)
{
    return p->test_count;
}

const struct rules_test *policy_test(const struct policy *p, size_t i)
{
    return &p->test[i];
}

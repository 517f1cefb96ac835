/* SPDX-License-Identifier: MIT */
/* The section `tests`: its mistakes, and whether flows meet what it expects. */
#include "policy/tests.h"
#include "policy_harness.h"

#define RULES                                                                                      \
    "version: 1\n"                                                                                 \
    "rules:\n"                                                                                     \
    "- {name: ssh, action: block, match: {app: ssh}}\n"                                            \
    "- {name: told, action: alert, match: {}}\n"                                                   \
    "- {name: other, action: alert, match: {}}\n"                                                  \
    "tests:\n"

static const struct mistake mistakes[] = {
    {RULES "  x: 1\n", "t.yaml:7:3: \"tests\" is a list, not a map"},
    {RULES "- x\n", "t.yaml:7:3: a test is a map with capture, flow and expect; not text"},
    {RULES "- {captur: x}\n",
     "t.yaml:7:4: unknown key of a test \"captur\"; did you mean \"capture\"?"},
    {RULES "- {expect: {verdict: block}}\n",
     "t.yaml:7:3: a test without a \"capture\": a file or a folder of captures"},
    {RULES "- {capture: [], expect: {verdict: block}}\n",
     "t.yaml:7:13: the \"capture\" of a test is text, not a list"},
    {RULES "- {capture: '', expect: {verdict: block}}\n",
     "t.yaml:7:13: the \"capture\" of a test is empty"},
    {RULES "- {capture: x}\n",
     "t.yaml:7:3: a test needs \"expect\", as in expect: {verdict: block}"},
    {RULES "- {capture: x, expect: {}}\n",
     "t.yaml:7:24: a test needs \"expect\", as in expect: {verdict: block}"},
    {RULES "- {capture: x, expect: {verdict: blok}}\n",
     "t.yaml:7:34: unknown verdict \"blok\"; did you mean \"block\"?"},
    {RULES "- {capture: x, expect: {verdikt: block}}\n",
     "t.yaml:7:25: unknown expectation \"verdikt\"; did you mean \"verdict\"?"},
    {RULES "- {capture: x, expect: {rule: shh}}\n",
     "t.yaml:7:31: unknown rule \"shh\"; did you mean \"ssh\"?"},
    {RULES "- {capture: x, expect: {rule: told}}\n",
     "t.yaml:7:31: \"told\" is an alert, which gives no verdict: write alerts: [told]"},
    {RULES "- {capture: x, expect: {alerts: told}}\n",
     "t.yaml:7:33: \"alerts\" is a list of all alert rules that fire, [] for none; not text"},
    {RULES "- {capture: x, expect: {alerts: [ssh]}}\n",
     "t.yaml:7:34: \"ssh\" is no alert: write rule: ssh"},
    {RULES "- {capture: x, expect: {alerts: [tolt]}}\n",
     "t.yaml:7:34: unknown rule \"tolt\"; did you mean \"told\"?"},
    {RULES "- {capture: x, expect: {app: '/a+/'}}\n",
     "t.yaml:7:30: what a test expects of \"app\" is a name or a glob"},
    {RULES "- {capture: x, expect: {confidence: sure}}\n",
     "t.yaml:7:37: unknown confidence \"sure\""},
    {RULES "- {capture: x, expect: {verdict: block}, flow: ssh}\n",
     "t.yaml:7:48: \"flow\" is a map, as in flow: {app: http}; not text"},
    {RULES "- {capture: x, expect: {verdict: block}, flow: {ap: ssh}}\n",
     "t.yaml:7:49: unknown key \"ap\"; did you mean \"app\"?"},
};

static void check_mistakes(void)
{
    for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
        struct err err = {0};
        const struct bytes text = bytes_of_text(mistakes[i].yaml);
        struct policy *p = policy_load_tests_text(text, "t.yaml", NULL, NULL, &err);
        CHECK(p == NULL, mistakes[i].yaml);
        CHECK_TEXT(err.text, mistakes[i].sentence, mistakes[i].yaml);
        policy_free(p);
        p = policy_load_text(text, "t.yaml", NULL, NULL, &err);
        CHECK(p != NULL && policy_rule_count(p) == 3 && policy_test_count(p) == 0,
              "who does not test does not look");
        policy_free(p);
    }
}

static const struct {
    const char *expect, *why;
} expectations[] = {
    {"{verdict: block, rule: ssh}", ""},
    {"{verdict: allow, rule: default}",
     "verdict is block, not allow; rule is ssh, not the default"},
    {"{app: [ssh, x], confidence: strong, mismatch: true}", ""},
    {"{app: s*}", ""},
    {"{app: {not: ssh}, confidence: certain, mismatch: false}",
     "app is ssh, not as expected; confidence is strong, not certain; mismatch is true, not false"},
    {"{alerts: [told]}", ""},
    {"{alerts: []}", "the alert told was not expected"},
    {"{alerts: [other, told]}", "no alert other"},
    {"{leaked: 300}", ""},
    {"{leaked: '<300'}", "300 bytes had leaked"},
    {"{leaked: {not: 1k-2k}}", ""},
};

static void check_expectation(const char *expect, const char *want)
{
    const uint64_t fired[1] = {1U << 1 | 1U << 3}; /* told, and the selector */
    const struct flow_info flow = {.app = "ssh",
                                   .confidence = CONFIDENCE_STRONG,
                                   .mismatch = TRI_YES,
                                   .verdict = VERDICT_BLOCK,
                                   .rule = "ssh",
                                   .leaked_bytes = {100, 200}};
    struct err err = {0};
    struct buffer text = {0}, why = {0};

    buffer_printf(&text, RULES "- {capture: x, flow: {app: ssh}, expect: %s}\n", expect);
    struct policy *p = policy_load_tests_text(buffer_bytes(&text), "t.yaml", NULL, NULL, &err);
    CHECK_TEXT(err.text, "", expect);
    if (p == NULL)
        return;
    const struct rules_test *t = policy_test(p, 0);
    CHECK(policy_rule_count(p) == 4 && t->selector == 4 && t->line == 7, "its selector is a rule");
    CHECK(test_means_flow(p, t, &flow, fired), "the flow is meant");
    const bool good = test_flow_meets(p, t, &flow, fired, &why);
    CHECK(good == (want[0] == '\0'), expect);
    CHECK(bytes_equal(buffer_bytes(&why), bytes_of_text(want)), want);
    policy_free(p);
    buffer_free(&text);
    buffer_free(&why);
}

static void check_counts(void)
{
    struct err err = {0};
    struct buffer why = {0};
    struct policy *p = policy_load_tests_text(
        LITERAL(RULES "- {capture: x, expect: {count: 2-3}}\n- {capture: x, expect: {verdict: "
                      "block}}\n- {capture: x, expect: {count: 0}}\n"),
        "t.yaml", NULL, NULL, &err);

    CHECK_TEXT(err.text, "", "counts");
    CHECK(test_count_meets(policy_test(p, 0), 3, &why), "in the range");
    CHECK(!test_count_meets(policy_test(p, 0), 4, &why), "beyond the range");
    CHECK(test_count_meets(policy_test(p, 1), 1, &why), "one is enough");
    CHECK(!test_count_meets(policy_test(p, 1), 0, &why), "none is not");
    CHECK(test_count_meets(policy_test(p, 2), 0, &why), "unless none was meant");
    policy_free(p);
    buffer_free(&why);
}

int main(void)
{
    check_mistakes();
    for (size_t i = 0; i < sizeof(expectations) / sizeof(expectations[0]); i++)
        check_expectation(expectations[i].expect, expectations[i].why);
    check_counts();
    return test_end();
}

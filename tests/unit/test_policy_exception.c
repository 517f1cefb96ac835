/* SPDX-License-Identifier: MIT */
/* exceptions: what the rules file says of flows that cannot be read as they should. */
#include "policy_harness.h"

#define V "version: 1\n"

static const struct mistake mistakes[] = {
    {V "exceptions: block\n",
     "t.yaml:2:13: \"exceptions\" is a map, as in exceptions: {memory: alert}, not text"},
    {V "exceptions: {memmory: block}\n",
     "t.yaml:2:14: unknown exception \"memmory\"; did you mean \"memory\"?"},
    {V "exceptions: {disk: block}\n", "t.yaml:2:14: unknown exception \"disk\""},
    {V "exceptions: {memory: drop}\n", "t.yaml:2:22: unknown exception policy \"drop\""},
    {V "exceptions: {error: blok}\n",
     "t.yaml:2:21: unknown exception policy \"blok\"; did you mean \"block\"?"},
    {V "exceptions: {depth: [block]}\n",
     "t.yaml:2:21: an exception is alert, allow or block, not a list"},
    {V "exceptions: {depth: block, depth: allow}\n",
     "t.yaml:2:28: \"depth\" is here twice; first in line 2"},
    {V "exception: {depth: block}\n",
     "t.yaml:2:1: unknown section \"exception\"; did you mean \"exceptions\"?"},
};

static void test_words(void)
{
    struct err err = {0};
    struct policy *p = harness_load(
        V "exceptions:\n  memory: alert\n  midstream: allow\n  error: block\n", NULL, &err);
    struct buffer shown = {0};

    CHECK_TEXT(err.text, "", "exceptions");
    if (p == NULL)
        return;
    const struct rule_info *memory = policy_exception(p, EXCEPTION_MEMORY);
    const struct rule_info *error = policy_exception(p, EXCEPTION_ERROR);
    CHECK(memory != NULL && memory->action == RULE_ALERT && memory->line == 3, "alert");
    CHECK(policy_exception(p, EXCEPTION_MIDSTREAM)->action == RULE_ALLOW, "allow");
    CHECK(error != NULL && error->action == RULE_BLOCK && error->line == 5, "block");
    CHECK_TEXT(error->name, "exception-error", "its name");
    CHECK(policy_exception(p, EXCEPTION_DEPTH) == NULL, "nothing is said of depth");
    policy_show(p, &shown);
    buffer_append_byte(&shown, '\0');
    CHECK(strstr((const char *)shown.at,
                 "exceptions:\n  memory: alert\n  midstream: allow\n  error: block\n") != NULL,
          "shown as it was understood");
    buffer_free(&shown);
    policy_free(p);
}

int main(void)
{
    harness_mistakes(mistakes, sizeof(mistakes) / sizeof(mistakes[0]));
    test_words();
    return test_end();
}

/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/options.h"
#include "cli/say.h"
#include "policy/policy.h"

static void on_warning(void *ctx, const char *sentence)
{
    (void)ctx;
    say_error("%s", sentence);
}

static bool check_one(const char *path)
{
    struct err err = {0};
    struct policy *p = policy_load(path, on_warning, NULL, &err);

    if (p == NULL) {
        say_error("%s", err.text);
        return false;
    }
    const size_t count = policy_rule_count(p);
    printf("%s: good, %zu rule%s\n", path, count, count == 1 ? "" : "s");
    policy_free(p);
    return true;
}

static bool show_one(const char *path)
{
    struct err err = {0};
    struct buffer text = {0};
    struct policy *p = policy_load(path, on_warning, NULL, &err);

    if (p == NULL) {
        say_error("%s", err.text);
        return false;
    }
    policy_show(p, &text);
    const bool good = !text.failed;
    if (good)
        fwrite(text.at, 1, text.len, stdout);
    else
        say_error("%s: out of memory", path);
    buffer_free(&text);
    policy_free(p);
    return good;
}

static bool show_keys(bool markdown)
{
    struct buffer text = {0};

    policy_show_keys(&text, markdown);
    const bool good = !text.failed;
    if (good)
        fwrite(text.at, 1, text.len, stdout);
    else
        say_error("out of memory");
    buffer_free(&text);
    return good;
}

int command_rules(int argc, char **argv)
{
    struct options o;
    bool good = true;

    if (!options_read(COMMAND_RULES, argc, argv, &o))
        return EXIT_USAGE;
    if (o.help) {
        options_help(COMMAND_RULES);
        return EXIT_GOOD;
    }
    const bool check = o.input_count > 0 && strcmp(o.inputs[0], "check") == 0;
    const bool show = o.input_count > 0 && strcmp(o.inputs[0], "show") == 0;
    if (show && o.keys && o.input_count == 1)
        return show_keys(o.markdown) ? EXIT_GOOD : EXIT_USAGE;
    if ((!check && !show) || o.input_count < 2) {
        say_error("rules: 'rules check FILE...', 'rules show FILE' or 'rules show --keys'; see "
                  "--help");
        return EXIT_USAGE;
    }
    for (int i = 1; i < o.input_count; i++)
        if (!(check ? check_one(o.inputs[i]) : show_one(o.inputs[i])))
            good = false;
    return good ? EXIT_GOOD : EXIT_USAGE;
}

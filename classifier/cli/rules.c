/* SPDX-License-Identifier: MIT */
/* rules: what can be known of rules before they decide anything. */
#include "cli/rules.h"

#include <stdio.h>
#include <string.h>

#include "base/near.h"
#include "cli/commands.h"
#include "cli/say.h"

void rules_warn(void *ctx, const char *sentence)
{
    (void)ctx;
    say_error("%s", sentence);
}

static bool show_one(const char *path)
{
    struct err err = {0};
    struct buffer text = {0};
    struct policy *p = policy_load(path, rules_warn, NULL, &err);

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

int rules_show(const struct options *o)
{
    bool good = o->input_count > 0;

    if (o->keys && !good)
        return show_keys(o->markdown) ? EXIT_GOOD : EXIT_USAGE;
    if (!good || o->keys) {
        say_error(good ? "rules show: --keys goes without a rules file"
                       : "rules show: which rules file? see --help");
        return EXIT_USAGE;
    }
    for (int i = 0; i < o->input_count; i++)
        good = show_one(o->inputs[i]) && good;
    return good ? EXIT_GOOD : EXIT_USAGE;
}

static const struct subcommand {
    const char *name;
    enum command command;
    int (*run)(const struct options *o);
} subcommands[] = {
    {"check", COMMAND_RULES_CHECK, rules_check},
    {"show", COMMAND_RULES_SHOW, rules_show},
    {"test", COMMAND_RULES_TEST, rules_test},
    {"diff", COMMAND_RULES_DIFF, rules_diff},
};
#define SUBCOMMANDS (sizeof(subcommands) / sizeof(subcommands[0]))

/* argv[0] is the subcommand's name. */
static int run(const struct subcommand *s, int argc, char **argv)
{
    struct options o;

    if (!options_read(s->command, argc, argv, &o))
        return EXIT_USAGE;
    if (o.help) {
        options_help(s->command);
        return EXIT_GOOD;
    }
    return s->run(&o);
}

static int unknown_subcommand(const char *word)
{
    const char *names[SUBCOMMANDS + 1] = {0};

    for (size_t i = 0; i < SUBCOMMANDS; i++)
        names[i] = subcommands[i].name;
    const char *near = near_word(bytes_of_text(word), names);
    if (near != NULL)
        say_error("rules: unknown word '%s'; did you mean '%s'?", word, near);
    else
        say_error("rules: 'rules check FILE...', 'rules show FILE', 'rules test FILE...' or 'rules "
                  "diff OLD NEW PCAP...'; see --help");
    return EXIT_USAGE;
}

int command_rules(int argc, char **argv)
{
    struct options o;

    for (size_t i = 0; argc > 1 && i < SUBCOMMANDS; i++)
        if (strcmp(argv[1], subcommands[i].name) == 0)
            return run(&subcommands[i], argc - 1, argv + 1);
    if (!options_read(COMMAND_RULES, argc, argv, &o))
        return EXIT_USAGE;
    if (!o.help)
        return unknown_subcommand(o.input_count > 0 ? o.inputs[0] : "");
    options_help(COMMAND_RULES);
    return EXIT_GOOD;
}

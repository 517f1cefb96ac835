/* SPDX-License-Identifier: MIT */
#include "cli/options.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/near.h"
#include "cli/option_rows.h"
#include "cli/say.h"

/* getopt_long's tables for one command, made from the rows. */
struct getopt_tables {
    struct option longs[OPTION_ROWS_MAX + 1];
    char letters[2 * OPTION_ROWS_MAX + 2];
};

static void make_tables(enum command command, struct getopt_tables *t)
{
    size_t longs = 0, letters = 0;

    *t = (struct getopt_tables){0};
    t->letters[letters++] = ':';
    for (size_t i = 0; option_rows[i].name != NULL; i++) {
        if ((option_rows[i].commands & command) == 0)
            continue;
        const bool argument = option_rows[i].argument != NULL;
        t->longs[longs++] = (struct option){.name = option_rows[i].name,
                                            .has_arg = argument ? required_argument : no_argument,
                                            .val = (int)(256 + i)};
        if (option_rows[i].letter == 0)
            continue;
        t->letters[letters++] = option_rows[i].letter;
        if (argument)
            t->letters[letters++] = ':';
    }
}

static const struct option_row *row_of(enum command command, int value)
{
    if (value >= 256)
        return &option_rows[value - 256];
    for (size_t i = 0; option_rows[i].name != NULL; i++)
        if (option_rows[i].letter == value && (option_rows[i].commands & command) != 0)
            return &option_rows[i];
    return NULL;
}

static bool read_one(enum command command, int value, char **argv, struct options *out)
{
    const struct option_row *row = row_of(command, value);

    if (value == ':') {
        say_error("%s needs a value; see --help", argv[optind - 1]);
    } else if (value == '?' && optopt >= 256) {
        say_error("--%s takes no value", option_rows[optopt - 256].name);
    } else if (value == '?' && optopt != 0) {
        say_error("unknown option -%c; see --help", optopt);
    } else if (value == '?') {
        say_unknown_option(argv[optind - 1], options_near(command, argv[optind - 1]));
    } else if (!row->set(out, optarg)) {
        say_error("--%s cannot be '%s': %s", row->name, optarg, row->help);
    } else {
        return true;
    }
    return false;
}

/* --slice has two words behind it, and getopt knows of one. */
static bool take_second(int argc, char **argv, struct options *out)
{
    if (out->slice == NULL || out->slice_what != NULL)
        return true;
    if (optind >= argc) {
        say_error("--slice needs two words: a file, and a flow or the name of a rule; see --help");
        return false;
    }
    out->slice_what = argv[optind++];
    return true;
}

bool options_read(enum command command, int argc, char **argv, struct options *out)
{
    struct getopt_tables tables;
    int value;

    *out = (struct options){0};
    make_tables(command, &tables);
    opterr = 0;
    optind = 1;
    while ((value = getopt_long(argc, argv, tables.letters, tables.longs, NULL)) != -1)
        if (!read_one(command, value, argv, out) || !take_second(argc, argv, out))
            return false;
    out->inputs = argv + optind;
    out->input_count = argc - optind;
    return true;
}

const char *options_near(enum command command, const char *word)
{
    const char *names[OPTION_ROWS_MAX + 1];
    size_t count = 0;

    for (size_t i = 0; option_rows[i].name != NULL; i++)
        if ((option_rows[i].commands & command) != 0)
            names[count++] = option_rows[i].name;
    names[count] = NULL;
    word += strspn(word, "-");
    return near_word(bytes_of(word, strcspn(word, "=")), names);
}

void options_list(enum command command)
{
    for (const struct option_row *row = option_rows; row->name != NULL; row++) {
        const bool argument = row->argument != NULL;
        char name[40], letter[5] = "    ";
        if ((row->commands & command) == 0)
            continue;
        if (row->letter != 0)
            snprintf(letter, sizeof(letter), "-%c, ", row->letter);
        snprintf(name, sizeof(name), "--%s%s%s", row->name, argument ? " " : "",
                 argument ? row->argument : "");
        printf("  %s%-22s %s\n", letter, name, row->help);
    }
}

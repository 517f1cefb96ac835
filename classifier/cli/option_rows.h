/* SPDX-License-Identifier: MIT */
/* option_rows.h - every option: its names, whose it is, its help, what it sets. For options.c. */
#ifndef CLI_OPTION_ROWS_H
#define CLI_OPTION_ROWS_H

#include "cli/options.h"

#define OPTION_ROWS_MAX 64

typedef bool set_option(struct options *o, const char *value); /* a function, not a struct */

struct option_row {
    const char *name;
    char letter;          /* 0 = none */
    unsigned commands;    /* enum command, ored */
    const char *argument; /* NULL = none */
    const char *help;
    set_option *set; /* false: the value is not good */
};

/* In the order of the help; a row without a name ends them. */
extern const struct option_row option_rows[];

#endif

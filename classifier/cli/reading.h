/* SPDX-License-Identifier: MIT */
/* reading.h - captures read for what a command itself wants to know: no table, no files. */
#ifndef CLI_READING_H
#define CLI_READING_H

#include "cli/options.h"
#include "engine/engine.h"

struct reading {
    const struct options *options; /* of the command: --filter, --memory, -q, -v */
    const struct policy *policy;
    struct sink *sink;
    const struct policy *beside; /* a second engine reads the same frames, each after the first */
    struct sink *sink_beside;    /* NULL: there is none */
    const struct explainer *explain, *explain_beside; /* or NULL */
    bool silent;                                      /* what cannot be read has been said before */
};

/* Reads files, folders, - . EXIT_GOOD; EXIT_INPUT: some of it could not be read, which was said on
 * standard error, or it was interrupted; EXIT_USAGE: no engine. */
int reading_run(const struct reading *r, char **inputs, int count);

#endif

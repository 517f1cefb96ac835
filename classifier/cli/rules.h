/* SPDX-License-Identifier: MIT */
/* rules.h - the subcommands of `rules`: one function each; the result is the exit code. */
#ifndef CLI_RULES_H
#define CLI_RULES_H

#include "cli/options.h"
#include "output/test_report.h"
#include "policy/policy.h"

int rules_check(const struct options *o);
int rules_show(const struct options *o);
int rules_test(const struct options *o);
int rules_diff(const struct options *o);

/* A warning, on standard error. */
void rules_warn(void *ctx, const char *sentence);

/* `rules test --captures`: every capture of the folder, against NAME.expect beside it where that is
 * there; --update writes it. False: the folder cannot be read, which was said. */
bool rules_golden(const struct options *o, const struct policy *p, const char *file,
                  struct test_report *report);

#endif

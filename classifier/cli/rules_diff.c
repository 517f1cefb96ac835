/* SPDX-License-Identifier: MIT */
#include "cli/rules.h"
int rules_diff(const struct options *o)
{
    (void)o;
    return EXIT_USAGE;
}

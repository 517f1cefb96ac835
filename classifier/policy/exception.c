/* SPDX-License-Identifier: MIT */
/* exception.c - the section `exceptions`: what becomes of a flow that cannot be read as it should.
 */
#include "policy/load.h"

/* By enum policy_exception. */
static const char *const names[] = {"memory", "depth", "midstream", "error", NULL};
static const char *const rules[] = {"exception-memory", "exception-depth", "exception-midstream",
                                    "exception-error"};
static const char *const words[] = {"allow", "block", "alert", NULL}; /* enum rule_action */

_Static_assert(sizeof(rules) / sizeof(rules[0]) == EXCEPTIONS, "a name for each");

static bool read_exception(struct loader *l, const struct node *name, unsigned which)
{
    const struct node *n = name->value;
    unsigned action = 0;

    if (n->kind != NODE_SCALAR)
        return fault(&l->source, n, "an exception is alert, allow or block, not %s",
                     node_kind_name(n));
    while (words[action] != NULL && !node_is(n, words[action]))
        action++;
    if (words[action] == NULL)
        return fault_unknown(&l->source, n, "exception policy", words);
    l->policy->exception[which] = (struct rule_info){.name = rules[which],
                                                     .id = RULES_MAX + 1 + which,
                                                     .line = name->line,
                                                     .action = (enum rule_action)action};
    return true;
}

bool load_exceptions(struct loader *l, const struct node *n)
{
    if (n->kind != NODE_MAP)
        return fault(&l->source, n,
                     "\"exceptions\" is a map, as in exceptions: {memory: alert}, "
                     "not %s",
                     node_kind_name(n));
    if (!check_keys(l, n, "exception", names))
        return false;
    for (const struct node *name = n->first; name != NULL; name = name->next)
        for (unsigned which = 0; which < EXCEPTIONS; which++)
            if (node_is(name, names[which]) && !read_exception(l, name, which))
                return false;
    return true;
}

const struct rule_info *policy_exception(const struct policy *p, enum policy_exception which)
{
    return p->exception[which].name != NULL ? &p->exception[which] : NULL;
}

const char *policy_exception_name(enum policy_exception which)
{
    return names[which];
}

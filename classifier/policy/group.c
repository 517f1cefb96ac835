/* SPDX-License-Identifier: MIT */
/* Groups of addresses, for those outside who ask about one. */
#include "policy/load.h"

bool policy_group_meets(const struct policy *p, const char *group, const struct addr *a,
                        unsigned prefix)
{
    const struct group *g = group_find(p, bytes_of_text(group));
    const struct addr low = addr_first(a, prefix), high = addr_last(a, prefix);

    return g != NULL && addr_set_meets(&g->addresses, &low, &high);
}

/* SPDX-License-Identifier: MIT */
#include "engine/ahead.h"

#include "decode/bare_syn.h"
#include "decode/glance.h"

/* A SYN has no connection yet. */
static const struct recent *expect(const struct flow_table *t, const struct frame *f)
{
    const uint8_t *ends = bare_syn_may_be(f) ? NULL : glance_guess_ends(f);

    if (ends == NULL)
        return NULL;
    const struct recent *at = flow_expect_ipv4(t, ends, ends + GLANCE_PORTS);
    fetch_to_read(at);
    return at;
}

void ahead_begin_with(struct ahead *a, size_t count)
{
    for (size_t i = 0; i < AHEAD_NODE; i++)
        a->at[count + i] = NULL;
    for (size_t i = 0; i < AHEAD_NODE; i++)
        ahead_fetch_node(a->at[i]);
    for (size_t i = 0; i < AHEAD_CONN; i++)
        ahead_fetch_conn(a->at[i]);
}

void ahead_begin(struct ahead *a, const struct flow_table *t, const struct frame *f, size_t count)
{
    for (size_t i = 0; i < count; i++)
        a->at[i] = expect(t, &f[i]);
    ahead_begin_with(a, count);
}

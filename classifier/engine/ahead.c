/* SPDX-License-Identifier: MIT */
#include "engine/ahead.h"

#include "base/apart.h"
#include "decode/bare_syn.h"
#include "decode/glance_ipv4.h"

/* A SYN has no connection yet. */
static const struct recent *expect(const struct flow_table *t, const struct frame *f)
{
    if (bare_syn_may_be(f) || !glance_is_usual(f))
        return &flow_nobody;
    const uint8_t *ends = f->data.at + GLANCE_ENDS_AT;
    const struct recent *at = flow_expect_ipv4(t, ends, ends + GLANCE_PORTS);
    fetch_to_read(at);
    return at;
}

void ahead_begin_with(struct ahead *a, size_t count)
{
    for (size_t i = 0; i < AHEAD_NODE; i++)
        a->at[count + i] = &flow_nobody;
    for (size_t i = 0; i < AHEAD_NODE; i++)
        ahead_fetch_node(a->at[i]);
    for (size_t i = 0; i < AHEAD_CONN; i++)
        ahead_fetch_conn(a->at[i]);
}

/* The last two are SYNs, behind another frame. */
static bool is_flood(const struct frame *f, size_t i)
{
    return i > 1 && bare_syn_may_be(&f[i]) && bare_syn_may_be(&f[i - 1]);
}

APART size_t ahead_begin(struct ahead *a, const struct flow_table *t, const struct frame *f,
                         size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        a->at[i] = expect(t, &f[i]);
        if (a->at[i] == &flow_nobody && is_flood(f, i))
            break;
    }
    const size_t some = i < count ? i - 1 : count;
    ahead_begin_with(a, some);
    return some;
}

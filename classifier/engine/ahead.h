/* SPDX-License-Identifier: MIT */
/* ahead.h - what the next frames will touch first comes from memory while others are read. Private
 * to engine/.
 *
 * Where thousands of connections take turns, none of them is in a near cache; and a packet finds a
 * place, there a node, there a connection: it would wait for each in turn. Only a hint: no answer
 * depends on it, and a wrong guess costs no more than the fetching.
 */
#ifndef ENGINE_AHEAD_H
#define ENGINE_AHEAD_H

#include "base/fetch.h"
#include "engine/conn.h"

#define AHEAD_FRAMES 64U /* looked at together, at most */

enum ahead_distance { AHEAD_CONN = 4, AHEAD_NODE = 8 }; /* in frames */

struct ahead {
    const struct recent *at[AHEAD_FRAMES + AHEAD_NODE]; /* flow_nobody: nothing */
};

/* For the frames f[0] to f[count - 1], of which none is read yet. Looks at their headers; only of
 * what glance_is_usual() (glance_ipv4.h), and no SYN, something is expected. Returns for how many:
 * all, or what comes before a flood of SYNs, which is taken another way (flood.h); at least one. */
size_t ahead_begin(struct ahead *a, const struct flow_table *t, const struct frame *f,
                   size_t count);
/* The same for whoever has said of each what is expected, which was fetched. */
void ahead_begin_with(struct ahead *a, size_t count);

/* Who is fetched there. Mostly somebody; but who knows when, so no branch depends on it. */
static inline const struct flow_node *ahead_node(const struct recent *at)
{
    const struct flow_node *n = flow_expected(at);

    return n != NULL ? n : flow_expected(&flow_nobody);
}

static inline void ahead_fetch_node(const struct recent *at)
{
    fetch_to_write(ahead_node(at));
}

/* What every packet touches: the lines up to conn.stack. */
static inline void ahead_fetch_conn(const struct recent *at)
{
    const char *c = ahead_node(at)->owner; /* never read: it may be gone when its frame comes */

    for (size_t line = 0; line < offsetof(struct conn, stack); line += CONN_LINE)
        fetch_to_write(c + line);
}

/* The frame is read next of which `at[0]` says what is expected, as ahead.at does. */
static inline void ahead_step(const struct recent *const *at)
{
    ahead_fetch_node(at[AHEAD_NODE]);
    ahead_fetch_conn(at[AHEAD_CONN]);
}

#endif

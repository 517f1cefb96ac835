/* SPDX-License-Identifier: MIT */
/* ticks.h - packet time, as an engine alone and the head of a crew keep it. Private to engine/. */
#ifndef ENGINE_TICKS_H
#define ENGINE_TICKS_H

#include <stdbool.h>
#include <stdint.h>

#define TICK_NS 100000000LL /* between two looks at what timed out; timeouts are in seconds */

struct ticks {
    int64_t now_ns; /* the latest packet time: never goes back */
    int64_t next_ns;
    int64_t latest_ns; /* of all inputs before this */
};

/* Of all inputs: for counters. */
static inline int64_t ticks_latest(const struct ticks *t)
{
    return t->now_ns > t->latest_ns ? t->now_ns : t->latest_ns;
}

/* What comes next has nothing to do with what was. */
static inline void ticks_begin(struct ticks *t)
{
    t->latest_ns = ticks_latest(t);
    t->now_ns = t->next_ns = INT64_MIN;
}

/* Time passes. True: that is a tick. */
static inline bool ticks_pass(struct ticks *t, int64_t now_ns)
{
    if (now_ns <= t->now_ns)
        return false;
    t->now_ns = now_ns;
    if (now_ns < t->next_ns)
        return false;
    t->next_ns = now_ns < INT64_MAX - TICK_NS ? now_ns + TICK_NS : INT64_MAX;
    return true;
}

/* Time passes, unless that is a tick: false, and nothing happened. */
static inline bool ticks_flow(struct ticks *t, int64_t now_ns)
{
    if (now_ns >= t->next_ns)
        return false;
    if (now_ns > t->now_ns)
        t->now_ns = now_ns;
    return true;
}

#endif

/* SPDX-License-Identifier: MIT */
/* Where nodes stand in time: on the wheel, where they expire; in the queues, who is idle. */
#include "flow/table.h"

#define SECOND_NS 1000000000LL

static int64_t second_of(int64_t ns)
{
    return ns / SECOND_NS;
}

/* Behind the others of its spoke: the first is always the one that waits longest. */
static void wheel_put(struct flow_table *t, uint32_t index, uint16_t spoke)
{
    struct place *n = place_at(t, index);

    n->spoke = spoke;
    n->after = FLOW_NOBODY;
    n->before = t->spoke_last[n->spoke];
    if (n->before != FLOW_NOBODY)
        place_at(t, n->before)->after = index;
    else
        t->spoke_first[n->spoke] = index;
    t->spoke_last[n->spoke] = index;
}

static void wheel_add(struct flow_table *t, uint32_t index, int64_t second)
{
    wheel_put(t, index, (uint16_t)((uint64_t)second % SPOKES));
}

static void wheel_remove(struct flow_table *t, uint32_t index)
{
    const struct place *n = place_at(t, index);

    if (n->before != FLOW_NOBODY)
        place_at(t, n->before)->after = n->after;
    else
        t->spoke_first[n->spoke] = n->after;
    if (n->after != FLOW_NOBODY)
        place_at(t, n->after)->before = n->before;
    else
        t->spoke_last[n->spoke] = n->before;
}

/* In milliseconds, about; only good for telling that there was a packet since. */
static uint32_t coarse_time(int64_t ns)
{
    return (uint32_t)((uint64_t)ns >> 20);
}

/* At the busy end. */
static void queue_add(struct flow_table *t, const struct flow_node *node)
{
    struct place *n = place_at(t, node->index);
    struct queue *q = &t->queue[n->worth];

    n->queued = coarse_time(node->last_ns);
    n->busier = FLOW_NOBODY;
    n->idler = q->busiest;
    if (n->idler != FLOW_NOBODY)
        place_at(t, n->idler)->busier = node->index;
    else
        q->idlest = node->index;
    q->busiest = node->index;
    q->count++;
}

static void queue_remove(struct flow_table *t, uint32_t index)
{
    const struct place *n = place_at(t, index);
    struct queue *q = &t->queue[n->worth];

    if (n->idler != FLOW_NOBODY)
        place_at(t, n->idler)->busier = n->busier;
    else
        q->idlest = n->busier;
    if (n->busier != FLOW_NOBODY)
        place_at(t, n->busier)->idler = n->idler;
    else
        q->busiest = n->idler;
    q->count--;
}

static int64_t expires_s(const struct flow_node *n)
{
    return second_of(n->last_ns) + n->timeout_s + 1;
}

/* The second in whose spoke a node is looked at: when it expires, but never in the part already
 * turned past. */
static int64_t due_s(const struct flow_table *t, const struct flow_node *n)
{
    const int64_t due = expires_s(n);
    const int64_t last = t->turned_to_s + (int64_t)SPOKES - 1;

    if (due < t->turned_to_s)
        return t->turned_to_s;
    return due < last ? due : last;
}

void wheel_enter(struct flow_table *t, struct flow_node *n, int64_t now_ns)
{
    if (t->turned_to_s == INT64_MIN) /* nobody asked yet who has expired */
        t->turned_to_s = second_of(now_ns);
    wheel_add(t, n->index, due_s(t, n));
    queue_add(t, n);
}

void wheel_leave(struct flow_table *t, const struct flow_node *n)
{
    wheel_remove(t, n->index);
    queue_remove(t, n->index);
}

void flow_set_timeout(struct flow_table *t, struct flow_node *n, uint32_t timeout_s)
{
    n->timeout_s = (uint16_t)timeout_s;
    wheel_remove(t, n->index);
    wheel_add(t, n->index, due_s(t, n));
}

/* Moves a node whose last packet came after it was put on its spoke. False: it stands where it
 * should. */
static bool move_if_refreshed(struct flow_table *t, struct flow_node *n, int64_t second)
{
    const int64_t due = due_s(t, n);

    if (due <= second)
        return false;
    wheel_remove(t, n->index);
    wheel_add(t, n->index, due);
    return true;
}

/* The clock may leap by a century (the times of a file are what its writer likes): not every second
 * between is looked at. All nodes move to the last round before now. */
static void catch_up(struct flow_table *t, int64_t now_s)
{
    t->turned_to_s = now_s - SPOKES;
    for (struct flow_node *n = NULL; (n = flow_each(t, n)) != NULL;) {
        wheel_remove(t, n->index);
        wheel_add(t, n->index, due_s(t, n));
    }
}

struct flow_node *flow_next_expired(struct flow_table *t, int64_t now_ns)
{
    const int64_t now_s = second_of(now_ns);

    if (t->count == 0) {
        t->turned_to_s = now_s + 1; /* as if flows had been there */
        return NULL;
    }
    if (now_s - t->turned_to_s > 2 * (int64_t)SPOKES)
        catch_up(t, now_s);
    while (t->turned_to_s <= now_s) {
        const uint32_t first = t->spoke_first[(uint64_t)t->turned_to_s % SPOKES];
        if (first == FLOW_NOBODY)
            t->turned_to_s++;
        else if (!move_if_refreshed(t, node_at(t, first), t->turned_to_s))
            return node_at(t, first);
    }
    return NULL;
}

void flow_set_begun(struct flow_table *t, const struct flow_node *n, uint64_t begun)
{
    struct place *at = place_at(t, n->index);

    at->begun = (uint32_t)begun;
    at->begun_high = (uint8_t)(begun >> 32);
}

uint64_t flow_begun(const struct flow_table *t, const struct flow_node *n)
{
    const struct place *at = place_at(t, n->index);

    return (uint64_t)at->begun_high << 32 | at->begun;
}

void flow_set_aside(struct flow_table *t, struct flow_node *n)
{
    wheel_remove(t, n->index);
    wheel_put(t, n->index, ASIDE);
}

void flow_set_worth(struct flow_table *t, struct flow_node *n, enum flow_worth worth)
{
    queue_remove(t, n->index);
    place_at(t, n->index)->worth = (uint8_t)worth;
    queue_add(t, n);
}

size_t flow_count_worth(const struct flow_table *t, enum flow_worth worth)
{
    return t->queue[worth].count;
}

struct flow_node *flow_first(const struct flow_table *t, enum flow_worth worth)
{
    const struct queue *q = &t->queue[worth];

    return q->count > 0 ? node_at(t, q->idlest) : NULL;
}

void flow_requeue(struct flow_table *t, struct flow_node *n)
{
    queue_remove(t, n->index);
    queue_add(t, n);
}

/* Who had a packet since it was queued goes to the busy end: each packet moves a node once at
 * most. */
struct flow_node *flow_idlest(struct flow_table *t, enum flow_worth worth)
{
    for (size_t left = t->queue[worth].count; left > 0; left--) {
        struct flow_node *n = flow_first(t, worth);
        if (coarse_time(n->last_ns) == place_at(t, n->index)->queued)
            return n;
        flow_requeue(t, n);
    }
    return flow_first(t, worth);
}

/* SPDX-License-Identifier: MIT */
#include "output/talkers.h"

static struct talker *talker_at(const struct talkers *t, uint32_t number)
{
    return tally_at(&t->tally, number);
}

static uint64_t most_bytes(const struct talker *a)
{
    return totals_bytes(&a->totals) + a->missed_bytes;
}

/* Ties by entry number, so that who is evicted depends on nothing but the input. */
static bool smaller(const struct talkers *t, uint32_t a, uint32_t b)
{
    const uint64_t left = most_bytes(talker_at(t, a)), right = most_bytes(talker_at(t, b));

    return left != right ? left < right : a < b;
}

static void put(struct talkers *t, uint32_t place, uint32_t number)
{
    t->heap[place] = number;
    talker_at(t, number)->place = place;
}

static void sift_down(struct talkers *t, uint32_t place)
{
    const uint32_t number = t->heap[place], count = (uint32_t)t->tally.count;

    for (;;) {
        uint32_t child = 2 * place + 1;
        if (child + 1 < count && smaller(t, t->heap[child + 1], t->heap[child]))
            child++;
        if (child >= count || !smaller(t, t->heap[child], number))
            break;
        put(t, place, t->heap[child]);
        place = child;
    }
    put(t, place, number);
}

void talkers_init(struct talkers *t)
{
    *t = (struct talkers){0};
    tally_init(&t->tally, sizeof(struct talker), TALKERS);
}

void talkers_free(struct talkers *t)
{
    tally_free(&t->tally);
}

/* Only who looks for the smallest needs the heap. Which one it is does not depend on the order of
 * the others in it. */
static void make_heap(struct talkers *t)
{
    const uint32_t count = (uint32_t)t->tally.count;

    for (uint32_t i = 0; i < count; i++)
        put(t, i, i);
    for (uint32_t i = count / 2; i > 0; i--)
        sift_down(t, i - 1);
    t->heaped = true;
}

/* The smallest talker makes room for a new one. */
static struct talker *replace_smallest(struct talkers *t, const struct addr *who)
{
    if (t->tally.count == 0)
        return NULL;
    if (!t->heaped)
        make_heap(t);
    const uint32_t number = t->heap[0];
    const struct talker old = *talker_at(t, number);

    totals_add(&t->others, &old.totals);
    struct talker *fresh = tally_reuse(&t->tally, number, bytes_of(who, sizeof(*who)));
    fresh->addr = *who;
    fresh->missed_bytes = most_bytes(&old);
    fresh->place = old.place;
    return fresh;
}

void talkers_add(struct talkers *t, const struct addr *who, const struct flow_info *flow)
{
    bool fresh;
    struct talker *a = tally_get(&t->tally, bytes_of(who, sizeof(*who)), &fresh);

    if (a == NULL) {
        a = replace_smallest(t, who);
    } else if (fresh) {
        a->addr = *who;
        t->heaped = false;
    }
    if (a == NULL) { /* no memory for the first */
        totals_add_flow(&t->others, flow);
        return;
    }
    totals_add_flow(&a->totals, flow);
    a->blocked += flow->verdict == VERDICT_BLOCK;
    a->mismatched += flow->mismatch == TRI_YES;
    if (t->heaped)
        sift_down(t, a->place);
}

int talker_compare(const void *a, const void *b)
{
    const struct talker *left = a, *right = b;
    const uint64_t x = totals_bytes(&left->totals), y = totals_bytes(&right->totals);

    if (x != y)
        return x > y ? -1 : 1;
    return addr_compare(&left->addr, &right->addr);
}

/* SPDX-License-Identifier: MIT */
/* Who does what next: turns, taken under the crew's lock and done without it. */
#include "engine/crew_parts.h"

#define WORTH_WAKING 4U /* rounds that a worker is behind: waking a thread costs as much as one */

static uint64_t read_by_all(const struct crew *c)
{
    uint64_t least = c->dealt;

    for (unsigned i = 0; i < c->count; i++)
        if (c->member[i].done < least)
            least = c->member[i].done;
    return least;
}

/* Of those that nobody is at and that have something to read, the one that is furthest behind;
 * among equals from the `first` on. NULL: there is none. */
static struct member *furthest_behind(const struct crew *c, unsigned first)
{
    struct member *found = NULL;

    for (unsigned i = 0; i < c->count; i++) {
        struct member *m = &c->member[(first + i) % c->count];
        if (!m->taken && m->done < c->dealt && (found == NULL || m->done < found->done))
            found = m;
    }
    return found;
}

static bool can_tell(const struct crew *c)
{
    return !c->telling_now && c->told < read_by_all(c);
}

/* One more thread is wanted; it looks for others when it has its own turn. */
static void wake_if_worth(struct crew *c)
{
    if (c->sleepers == 0)
        return;
    const struct member *m = furthest_behind(c, 0);
    if ((m != NULL && (c->urgent || c->dealt - m->done >= WORTH_WAKING)) || can_tell(c))
        pthread_cond_signal(&c->news);
}

static void sleep_for_news(struct crew *c)
{
    c->sleepers++;
    pthread_cond_wait(&c->news, &c->lock);
    c->sleepers--;
}

static void read_on(struct crew *c, struct member *m, int64_t until_ns)
{
    m->taken = true;
    wake_if_worth(c);
    pthread_mutex_unlock(&c->lock);
    const bool whole = member_read(m, until_ns);
    pthread_mutex_lock(&c->lock);
    m->taken = false;
    m->done += whole;
}

/* Its part is empty again, for the head. The events that there was no memory for. */
static uint64_t clear_part(struct part *p)
{
    const uint64_t lacked = p->journal.lacked;

    journal_clear(&p->journal);
    p->count = 0;
    return lacked;
}

/* The oldest, which all have read. */
static void tell_round(struct crew *c)
{
    const size_t at = crew_slot(c, c->told);
    uint64_t untold = 0;

    c->telling_now = true;
    wake_if_worth(c);
    pthread_mutex_unlock(&c->lock);
    for (unsigned i = 0; i < c->count; i++)
        c->telling[i] = &c->member[i].part[at].journal;
    journals_tell(c->telling, c->count, c->config.sinks);
    for (unsigned i = 0; i < c->count; i++)
        untold += clear_part(&c->member[i].part[at]);
    scratch_reset(&c->round[at].kept);
    pthread_mutex_lock(&c->lock);
    c->telling_now = false;
    c->untold += untold;
    if (++c->told >= c->wanted)
        pthread_cond_broadcast(&c->news);
}

/* With the lock, which is free meanwhile. False: there is nothing to do. */
static bool take_turn(struct crew *c, unsigned place)
{
    if (can_tell(c)) {
        tell_round(c);
        return true;
    }
    struct member *m = furthest_behind(c, place);
    if (m != NULL)
        read_on(c, m, INT64_MAX);
    return m != NULL;
}

void crew_wait_for_last(struct crew *c)
{
    pthread_mutex_lock(&c->lock);
    while (c->left < c->threads)
        sleep_for_news(c);
    pthread_mutex_unlock(&c->lock);
}

void *crew_work(void *member)
{
    struct member *m = member;
    struct crew *c = m->crew;

    pthread_mutex_lock(&c->lock);
    while (!c->over)
        if (!take_turn(c, m->place))
            sleep_for_news(c);
    if (++c->left == c->threads)
        pthread_cond_broadcast(&c->news);
    pthread_mutex_unlock(&c->lock);
    crew_wait_for_last(c);
    member_free(m); /* takes a while, too */
    return NULL;
}

/* With the lock. Who must sleep for it, sleeps for `better`. */
static void work_till(struct crew *c, uint64_t told, uint64_t better)
{
    while (c->told < told) {
        if (take_turn(c, 0))
            continue;
        c->wanted = told = better;
        sleep_for_news(c);
        c->wanted = UINT64_MAX;
    }
}

void crew_give(struct crew *c)
{
    pthread_mutex_lock(&c->lock);
    c->dealt++;
    wake_if_worth(c);
    if (c->dealt - c->told >= c->rounds)
        work_till(c, c->dealt - c->rounds + 1, c->dealt - c->rounds / 2);
    pthread_mutex_unlock(&c->lock);
}

void crew_hurry(struct crew *c, bool hurry)
{
    pthread_mutex_lock(&c->lock);
    c->urgent = hurry;
    pthread_mutex_unlock(&c->lock);
}

void crew_work_till(struct crew *c, uint64_t told)
{
    pthread_mutex_lock(&c->lock);
    work_till(c, told, told);
    pthread_mutex_unlock(&c->lock);
}

/* It is free, and has not reached that time. */
static bool can_be_helped(const struct crew *c, const struct member *m, int64_t ns)
{
    return !m->taken && m->done < c->dealt && !order_has_reached(c->order, m->place, ns);
}

bool crew_help(void *crew, int64_t ns)
{
    struct crew *c = crew;
    unsigned i = 0;

    pthread_mutex_lock(&c->lock);
    while (i < c->count && !can_be_helped(c, &c->member[i], ns))
        i++;
    if (i < c->count)
        read_on(c, &c->member[i], ns);
    pthread_mutex_unlock(&c->lock);
    return i < c->count;
}

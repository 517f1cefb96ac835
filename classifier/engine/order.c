/* SPDX-License-Identifier: MIT */
#include "engine/order.h"

#include <pthread.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdlib.h>

#define LINE       64U       /* bytes of a cache line: no two workers write to one */
#define LOOKS      400U      /* at the others before a worker sleeps */
#define NOBODY     INT64_MAX /* waits */
#define NO_LESSON  INT64_MAX
#define FIRST_ROOM 64U

struct place {
    alignas(LINE) _Atomic int64_t reached_ns;
    _Atomic int64_t due_ns; /* the time of the first lesson; NO_LESSON: there is none */
    pthread_mutex_t lock;   /* of what follows */
    struct lesson *lesson;  /* [first, end): in order of arrival, or of their moments: */
    size_t first, end, room;
    bool unsorted; /* the last did not come in order */
};

struct order {
    struct place *place;
    unsigned workers;
    alignas(LINE) _Atomic int64_t wanted_ns; /* the first time that a sleeper waits for */
    _Atomic uint64_t serial;
    _Atomic bool given_up;
    pthread_mutex_t lock; /* of who sleeps */
    pthread_cond_t reached;
    bool (*help)(void *ctx, int64_t ns);
    void *ctx;
};

/* Whole lines. NULL: no memory. */
static void *alloc_lines(size_t bytes)
{
    bytes = (bytes + LINE - 1) / LINE * LINE;
    void *memory = aligned_alloc(LINE, bytes);

    if (memory != NULL)
        memset(memory, 0, bytes);
    return memory;
}

struct order *order_create(unsigned workers, struct err *err)
{
    struct order *o = alloc_lines(sizeof(*o));
    struct place *places = alloc_lines(workers * sizeof(*places));

    if (o == NULL || places == NULL) {
        err_set(err, "out of memory");
        free(o);
        free(places);
        return NULL;
    }
    o->place = places;
    o->workers = workers;
    pthread_mutex_init(&o->lock, NULL);
    pthread_cond_init(&o->reached, NULL);
    for (unsigned i = 0; i < workers; i++)
        pthread_mutex_init(&places[i].lock, NULL);
    order_forget(o);
    return o;
}

void order_free(struct order *o)
{
    if (o == NULL)
        return;
    for (unsigned i = 0; i < o->workers; i++) {
        pthread_mutex_destroy(&o->place[i].lock);
        free(o->place[i].lesson);
    }
    pthread_cond_destroy(&o->reached);
    pthread_mutex_destroy(&o->lock);
    free(o->place);
    free(o);
}

void order_forget(struct order *o)
{
    atomic_store_explicit(&o->wanted_ns, NOBODY, memory_order_release);
    for (unsigned i = 0; i < o->workers; i++) {
        struct place *p = &o->place[i];
        atomic_store_explicit(&p->reached_ns, INT64_MIN, memory_order_release);
        atomic_store_explicit(&p->due_ns, NO_LESSON, memory_order_release);
        p->first = p->end = 0;
        p->unsorted = false;
    }
}

void order_help(struct order *o, bool (*help)(void *ctx, int64_t ns), void *ctx)
{
    o->help = help;
    o->ctx = ctx;
}

static void wake(struct order *o)
{
    pthread_mutex_lock(&o->lock);
    atomic_store_explicit(&o->wanted_ns, NOBODY, memory_order_relaxed);
    pthread_cond_broadcast(&o->reached); /* who must sleep on says so again */
    pthread_mutex_unlock(&o->lock);
}

void order_reach(struct order *o, unsigned worker, int64_t now_ns)
{
    atomic_store_explicit(&o->place[worker].reached_ns, now_ns, memory_order_release);
    if (now_ns >= atomic_load_explicit(&o->wanted_ns, memory_order_relaxed))
        wake(o);
}

void order_rest(struct order *o, unsigned worker)
{
    atomic_thread_fence(memory_order_seq_cst);
    if (atomic_load_explicit(&o->place[worker].reached_ns, memory_order_relaxed) >=
        atomic_load_explicit(&o->wanted_ns, memory_order_relaxed))
        wake(o);
}

bool order_has_reached(const struct order *o, unsigned worker, int64_t ns)
{
    return atomic_load_explicit(&o->place[worker].reached_ns, memory_order_acquire) >= ns;
}

static bool all_have_reached(const struct order *o, unsigned worker, int64_t ns)
{
    for (unsigned i = 0; i < o->workers; i++)
        if (i != worker && !order_has_reached(o, i, ns))
            return atomic_load_explicit(&o->given_up, memory_order_acquire);
    return true;
}

void order_give_up(struct order *o)
{
    if (o == NULL)
        return;
    atomic_store_explicit(&o->given_up, true, memory_order_release);
    wake(o);
}

/* Between its last look and its sleep nobody passes unheard: it says first what it waits for, and
 * who rests looks for that last. */
static void sleep_till_reached(struct order *o, unsigned worker, int64_t ns)
{
    pthread_mutex_lock(&o->lock);
    for (;;) {
        if (ns < atomic_load_explicit(&o->wanted_ns, memory_order_relaxed))
            atomic_store_explicit(&o->wanted_ns, ns, memory_order_relaxed);
        atomic_thread_fence(memory_order_seq_cst);
        if (all_have_reached(o, worker, ns))
            break;
        pthread_cond_wait(&o->reached, &o->lock);
    }
    pthread_mutex_unlock(&o->lock);
}

/* Who must sleep, sleeps till the others have come closer than they need: else its next question
 * finds them too far behind again. */
static void wait_for_all(struct order *o, unsigned worker, int64_t ns, int64_t closer_ns)
{
    for (unsigned looks = 0; looks < LOOKS; looks++)
        if (all_have_reached(o, worker, ns))
            return;
    order_rest(o, worker);
    while (!all_have_reached(o, worker, closer_ns))
        if (o->help == NULL || !o->help(o->ctx, closer_ns))
            sleep_till_reached(o, worker, closer_ns);
}

/* At the end; those that were learnt make room. */
static struct lesson *room_for_lesson(struct place *p)
{
    if (p->end == p->room && p->first > p->room / 2) {
        p->end -= p->first;
        memmove(p->lesson, p->lesson + p->first, p->end * sizeof(*p->lesson));
        p->first = 0;
    }
    if (p->end == p->room) {
        const size_t room = p->room > 0 ? p->room * 2 : FIRST_ROOM;
        struct lesson *more =
            room <= LESSONS_MOST ? realloc(p->lesson, room * sizeof(*more)) : NULL;
        if (more == NULL)
            return NULL;
        p->lesson = more;
        p->room = room;
    }
    return &p->lesson[p->end++];
}

static int compare(uint64_t a, uint64_t b)
{
    return a < b ? -1 : a > b;
}

/* Of one moment are those of one flow: they stay as they came. */
static int by_moment(const void *a, const void *b)
{
    const struct lesson *x = a, *y = b;
    int by = compare(x->when.position, y->when.position);

    if (by == 0)
        by = compare(x->when.key, y->when.key);
    return by != 0 ? by : compare(x->serial, y->serial);
}

static void leave(struct place *p, const struct lesson *l)
{
    struct lesson *mine = room_for_lesson(p);

    if (mine == NULL)
        return;
    *mine = *l;
    p->unsorted |= p->end - p->first > 1 && by_moment(mine - 1, mine) > 0;
    if (l->when.now_ns < atomic_load_explicit(&p->due_ns, memory_order_relaxed))
        atomic_store_explicit(&p->due_ns, l->when.now_ns, memory_order_release);
}

void order_teach(struct order *o, const struct lesson *l)
{
    struct lesson numbered = *l;

    numbered.serial = atomic_fetch_add_explicit(&o->serial, 1, memory_order_relaxed);
    for (unsigned i = 0; i < o->workers; i++) {
        pthread_mutex_lock(&o->place[i].lock);
        leave(&o->place[i], &numbered);
        pthread_mutex_unlock(&o->place[i].lock);
    }
}

static void learn(struct peers *into, const struct lesson *l)
{
    if (l->alike)
        peers_note_alike(into, &l->client, &l->who, l->when.now_ns);
    else
        peers_learn(into, &l->who, &l->how);
}

/* Those from before the position whose time is `until_ns` or earlier. */
static void take_lessons(struct place *p, uint64_t position, int64_t until_ns, struct peers *into)
{
    pthread_mutex_lock(&p->lock);
    if (p->unsorted)
        qsort(p->lesson + p->first, p->end - p->first, sizeof(*p->lesson), by_moment);
    p->unsorted = false;
    for (; p->first < p->end && p->lesson[p->first].when.position < position &&
           p->lesson[p->first].when.now_ns <= until_ns;
         p->first++)
        learn(into, &p->lesson[p->first]);
    const int64_t next_ns = p->first < p->end ? p->lesson[p->first].when.now_ns : NO_LESSON;
    atomic_store_explicit(&p->due_ns, next_ns, memory_order_release);
    pthread_mutex_unlock(&p->lock);
}

static bool is_due(const struct place *p, int64_t until_ns)
{
    return atomic_load_explicit(&p->due_ns, memory_order_acquire) <= until_ns;
}

void order_learn(struct order *o, unsigned worker, struct moment now, struct peers *into)
{
    const int64_t until_ns = now.now_ns - LEARN_NS;

    wait_for_all(o, worker, until_ns + 1, until_ns + LEARN_NS / 2);
    if (is_due(&o->place[worker], until_ns))
        take_lessons(&o->place[worker], now.position, until_ns, into);
}

void order_learn_all(struct order *o, unsigned worker, struct moment end, struct peers *into)
{
    order_reach(o, worker, ORDER_END);
    wait_for_all(o, worker, ORDER_END, ORDER_END);
    take_lessons(&o->place[worker], end.position, INT64_MAX, into);
}

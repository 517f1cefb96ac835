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

/* What one has taught another: in the order of their moments. */
struct lessons {
    struct lesson *at;
    size_t first, end, room; /* [first, end) are not learnt yet */
};

struct place {
    alignas(LINE) _Atomic int64_t reached_ns;
    _Atomic int64_t due_ns; /* the time of the first lesson; NO_LESSON: there is none */
    pthread_mutex_t lock;   /* of what follows */
    struct lessons *of;     /* by who taught them */
    size_t count;           /* in all of them */
};

struct order {
    struct place *place;
    unsigned workers;
    alignas(LINE) _Atomic int64_t wanted_ns; /* the first time that a sleeper waits for */
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

static void forget(struct place *p, unsigned workers)
{
    for (unsigned i = 0; i < workers; i++)
        p->of[i].first = p->of[i].end = 0;
    p->count = 0;
}

static bool create_places(struct order *o)
{
    o->place = alloc_lines(o->workers * sizeof(*o->place));
    for (unsigned i = 0; o->place != NULL && i < o->workers; i++) {
        struct place *p = &o->place[i];
        pthread_mutex_init(&p->lock, NULL);
        p->of = calloc(o->workers, sizeof(*p->of));
    }
    for (unsigned i = 0; o->place != NULL && i < o->workers; i++)
        if (o->place[i].of == NULL)
            return false;
    return o->place != NULL;
}

struct order *order_create(unsigned workers, struct err *err)
{
    struct order *o = alloc_lines(sizeof(*o));

    if (o != NULL) {
        o->workers = workers;
        pthread_mutex_init(&o->lock, NULL);
        pthread_cond_init(&o->reached, NULL);
    }
    if (o == NULL || !create_places(o)) {
        err_set(err, "out of memory");
        order_free(o);
        return NULL;
    }
    order_forget(o);
    return o;
}

static void free_place(struct place *p, unsigned workers)
{
    for (unsigned i = 0; p->of != NULL && i < workers; i++)
        free(p->of[i].at);
    free(p->of);
    pthread_mutex_destroy(&p->lock);
}

void order_free(struct order *o)
{
    if (o == NULL)
        return;
    for (unsigned i = 0; o->place != NULL && i < o->workers; i++)
        free_place(&o->place[i], o->workers);
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
        forget(p, o->workers);
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
static struct lesson *room_for_lesson(struct lessons *s)
{
    if (s->end == s->room && s->first > s->room / 2) {
        s->end -= s->first;
        memmove(s->at, s->at + s->first, s->end * sizeof(*s->at));
        s->first = 0;
    }
    if (s->end == s->room) {
        const size_t room = s->room > 0 ? s->room * 2 : FIRST_ROOM;
        struct lesson *more = realloc(s->at, room * sizeof(*more));
        if (more == NULL)
            return NULL;
        s->at = more;
        s->room = room;
    }
    return &s->at[s->end++];
}

static void leave(struct place *p, unsigned teacher, const struct lesson *l)
{
    struct lesson *mine = p->count < LESSONS_MOST ? room_for_lesson(&p->of[teacher]) : NULL;

    if (mine == NULL)
        return;
    *mine = *l;
    p->count++;
    if (l->when.now_ns < atomic_load_explicit(&p->due_ns, memory_order_relaxed))
        atomic_store_explicit(&p->due_ns, l->when.now_ns, memory_order_release);
}

void order_teach(struct order *o, unsigned worker, const struct lesson *l)
{
    for (unsigned i = 0; i < o->workers; i++) {
        pthread_mutex_lock(&o->place[i].lock);
        leave(&o->place[i], worker, l);
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

static bool is_before(struct moment a, struct moment b)
{
    return a.position != b.position ? a.position < b.position : a.key < b.key;
}

/* Whose next lesson comes first; NULL: there is none. Of one moment are those of one flow, and so
 * of one teacher. */
static struct lessons *next_of(const struct place *p, unsigned workers)
{
    struct lessons *next = NULL;

    for (unsigned i = 0; i < workers; i++) {
        struct lessons *s = &p->of[i];
        if (s->first < s->end &&
            (next == NULL || is_before(s->at[s->first].when, next->at[next->first].when)))
            next = s;
    }
    return next;
}

/* Those from before the position whose time is `until_ns` or earlier. */
static void take_lessons(const struct order *o, struct place *p, struct moment now,
                         int64_t until_ns, struct peers *into)
{
    struct lessons *s;

    pthread_mutex_lock(&p->lock);
    while ((s = next_of(p, o->workers)) != NULL && s->at[s->first].when.position < now.position &&
           s->at[s->first].when.now_ns <= until_ns) {
        learn(into, &s->at[s->first++]);
        p->count--;
    }
    const int64_t next_ns = s != NULL ? s->at[s->first].when.now_ns : NO_LESSON;
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
        take_lessons(o, &o->place[worker], now, until_ns, into);
}

void order_learn_all(struct order *o, unsigned worker, struct moment end, struct peers *into)
{
    order_reach(o, worker, ORDER_END);
    wait_for_all(o, worker, ORDER_END, ORDER_END);
    take_lessons(o, &o->place[worker], end, INT64_MAX, into);
}

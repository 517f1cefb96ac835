/* SPDX-License-Identifier: MIT */
/* What a crew is made of, and what is asked of it. */
#include "engine/crew.h"

#include <signal.h>
#include <stdlib.h>

#include "engine/crew_parts.h"
#include "engine/ending.h"

#define DECODER_PART 16   /* of the memory, for fragments */
#define END_STEP     128U /* flows of a worker that end in a round, at the end of input */

static bool needs_one(const struct engine_config *config)
{
    return config->explain != NULL || config->trace != NULL ||
           policy_rate_events(config->policy) != 0;
}

/* An equal part of what the decoder leaves. */
static size_t memory_of_one(const struct crew *c)
{
    return (c->config.memory - c->config.memory / DECODER_PART) / c->count;
}

static bool create_member(struct crew *c, unsigned place, struct err *err)
{
    struct member *m = &c->member[place];
    struct engine_config config = c->config;

    if (!member_pens(m, c->config.sinks, err))
        return false;
    config.sinks = m->pens > 0 ? &m->pen->sink : NULL;
    config.memory = memory_of_one(c);
    m->crew = c;
    m->place = place;
    const struct crew_place at = {.order = c->order, .number = place, .all = c->config.memory};
    m->engine = engine_create_at(&config, &at, err);
    if (m->engine != NULL)
        identifier_start_under(m->engine->identifier, &c->ndpi);
    return m->engine != NULL;
}

static bool is_enough(const struct crew *c, struct err *err)
{
    if (memory_of_one(c) >= CREW_MEMORY_MIN)
        return true;
    const size_t each = (size_t)CREW_MEMORY_MIN / (DECODER_PART - 1) * DECODER_PART;
    err_set(err, "%u workers need at least %zu MiB of --memory", c->count,
            (c->count * each >> 20) + 1);
    return false;
}

static bool create_parts(struct crew *c, struct err *err)
{
    if (!is_enough(c, err))
        return false;
    const struct hash_key key =
        c->config.seed != 0 ? hash_key_from_seed(c->config.seed) : hash_key_random();

    c->budget.limit = c->config.memory / DECODER_PART;
    c->decoder = engine_decoder(&c->config, &c->budget, &key, err);
    c->order = c->decoder != NULL ? order_create(c->count, err) : NULL;
    c->member = calloc(c->count, sizeof(*c->member));
    c->telling = calloc(c->count, sizeof(struct journal *));
    if (c->order == NULL)
        return false;
    order_help(c->order, crew_help, c);
    if (c->member == NULL || c->telling == NULL) {
        err_set(err, "out of memory");
        return false;
    }
    for (unsigned i = 0; i < c->count; i++)
        if (!create_member(c, i, err))
            return false;
    c->glances = c->member[0].engine->quick;
    return true;
}

struct crew *crew_create(const struct engine_config *config, unsigned workers, struct err *err)
{
    struct crew *c = calloc(1, sizeof(*c));

    if (c == NULL) {
        err_set(err, "out of memory");
        return NULL;
    }
    pthread_mutex_init(&c->ndpi, NULL);
    pthread_mutex_init(&c->lock, NULL);
    pthread_cond_init(&c->news, NULL);
    c->config = *config;
    if (c->config.memory == 0)
        c->config.memory = ENGINE_MEMORY;
    c->count = workers;
    c->rounds = workers * CREW_LEAD < CREW_ROUNDS ? workers * CREW_LEAD : CREW_ROUNDS;
    c->wanted = UINT64_MAX;
    c->source = "";
    ticks_begin(&c->time);
    if (workers <= 1 || needs_one(config))
        c->alone = engine_create(config, err);
    if (c->alone != NULL || (workers > 1 && !needs_one(config) && create_parts(c, err)))
        return c;
    crew_free(c);
    return NULL;
}

/* One for each worker, the head among them, to whom signals come: they end its waiting. */
bool crew_start(struct crew *c, struct err *err)
{
    unsigned running = 1;
    sigset_t all, before;

    if (c->alone != NULL)
        return true;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    for (; running < c->count; running++) {
        struct member *m = &c->member[running];
        m->running = pthread_create(&m->thread, NULL, crew_work, m) == 0;
        if (!m->running)
            break;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (running < c->count)
        err_set(err, "there is no thread for worker %u of %u", running + 1, c->count);
    return running == c->count;
}

/* Each thread gives the memory of one back, the head that of those without a thread. */
static void free_members(struct crew *c)
{
    pthread_mutex_lock(&c->lock);
    for (unsigned i = 0; i < c->count; i++)
        c->threads += c->member[i].running;
    c->over = true;
    pthread_cond_broadcast(&c->news);
    pthread_mutex_unlock(&c->lock);
    order_give_up(c->order);
    crew_wait_for_last(c); /* whoever reads for a worker may not be the one who frees it */
    for (unsigned i = 0; i < c->count; i++)
        if (!c->member[i].running)
            member_free(&c->member[i]);
    for (unsigned i = 0; i < c->count; i++)
        if (c->member[i].running)
            pthread_join(c->member[i].thread, NULL);
    free(c->member);
}

void crew_free(struct crew *c)
{
    if (c == NULL)
        return;
    engine_free(c->alone);
    if (c->member != NULL)
        free_members(c);
    for (size_t i = 0; i < CREW_ROUNDS; i++) {
        free(c->buffer[i].at);
        free(c->round[i].work);
        free(c->round[i].packet);
        scratch_free(&c->round[i].kept);
    }
    free(c->telling);
    order_free(c->order);
    decoder_free(c->decoder);
    pthread_cond_destroy(&c->news);
    pthread_mutex_destroy(&c->lock);
    pthread_mutex_destroy(&c->ndpi);
    free(c);
}

void crew_source(struct crew *c, const char *name)
{
    if (c->alone != NULL)
        engine_source(c->alone, name);
    else if (name != c->source)
        deal_round(c, c->time.now_ns); /* a round has one */
    c->source = name;
}

void crew_tick(struct crew *c, int64_t now_ns)
{
    if (c->alone != NULL)
        engine_tick(c->alone, now_ns);
    else
        deal_tick(c, now_ns);
}

void crew_frames(struct crew *c, const struct frame *f, size_t count)
{
    if (c->alone != NULL)
        engine_frames(c->alone, f, count);
    else
        deal_frames(c, f, count);
}

int64_t crew_now(const struct crew *c)
{
    return c->alone != NULL ? engine_now(c->alone) : c->time.now_ns;
}

static void settle(struct crew *c, int64_t end_ns)
{
    deal_round(c, end_ns);
    crew_work_till(c, c->dealt);
}

void crew_settle(struct crew *c)
{
    if (c->alone == NULL)
        settle(c, c->time.now_ns);
}

/* How far the flows go that end in the next round: END_STEP of each worker, at most. `ended`: of
 * each, so many do before. UINT64_MAX: all that are left. */
static uint64_t next_end(const struct crew *c, size_t ended[])
{
    uint64_t until = UINT64_MAX;

    for (unsigned i = 0; i < c->count; i++) {
        const uint64_t begun = end_begun(c->member[i].engine, ended[i] + END_STEP);
        until = begun < until ? begun : until;
    }
    for (unsigned i = 0; i < c->count && until < UINT64_MAX; i++)
        while (end_begun(c->member[i].engine, ended[i]) < until)
            ended[i]++;
    return until;
}

/* A journal stays small, and what is told of one round stays in the cache. */
static void end_step_by_step(struct crew *c)
{
    size_t ended[CREW_WORKERS_MOST] = {0};

    for (uint64_t until; (until = next_end(c, ended)) < UINT64_MAX;) {
        deal_to_all(c, WORK_END, until);
        deal_round(c, c->time.now_ns);
    }
    deal_to_all(c, WORK_REST, 0);
    settle(c, c->time.now_ns);
}

void crew_flush(struct crew *c)
{
    if (c->alone != NULL) {
        engine_flush(c->alone);
        return;
    }
    deal_to_all(c, WORK_LEARN, 0);
    settle(c, ORDER_END);
    crew_hurry(c, true);
    end_step_by_step(c);
    crew_hurry(c, false);
    order_forget(c->order);
    decoder_flush(c->decoder);
    ticks_begin(&c->time);
}

/* All workers wait for work. */
static struct sums sums_of(struct crew *c)
{
    struct sums s = {.memory_limit = c->config.memory,
                     .memory_used = c->budget.used,
                     .memory_peak = c->budget.peak,
                     .memory_lacked = c->lacked + c->untold + c->budget.lacked,
                     .memory_refused = c->budget.refused,
                     .latest_ns = ticks_latest(&c->time),
                     .live = c->config.live};

    sums_add_decoder(&s, c->decoder);
    for (unsigned i = 0; i < c->count; i++)
        sums_add(&s, c->member[i].engine);
    return s;
}

void crew_stats(struct crew *c, const struct engine_capture *capture, bool final)
{
    if (c->alone != NULL) {
        engine_stats(c->alone, capture, final);
        return;
    }
    crew_settle(c);
    const struct sums s = sums_of(c);
    sums_tell(&s, capture, final, c->config.sinks);
}

struct engine_totals crew_totals(struct crew *c)
{
    if (c->alone != NULL)
        return engine_totals(c->alone);
    crew_settle(c);
    const struct sums s = sums_of(c);
    return sums_totals(&s);
}

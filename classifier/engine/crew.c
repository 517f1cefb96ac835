/* SPDX-License-Identifier: MIT */
/* The head of a crew: decodes, deals, and tells what the workers found. */
#include "engine/crew.h"

#include <signal.h>
#include <stdlib.h>

#include "base/apart.h"
#include "engine/crew_member.h"
#include "engine/ending.h"

#define ROUND_BYTES  (256U << 10) /* of payload */
#define DECODER_PART 16           /* of the memory, for fragments */
#define END_STEP     16384U       /* positions: at the end of input, of those that end in a round */

struct crew {
    struct engine *alone; /* one worker; then nothing else is used */
    struct engine_config config;
    struct budget budget; /* of the decoder */
    struct decoder *decoder;
    struct order *order;
    struct member *member;
    struct journal **telling; /* one a worker, of the round that is told */
    unsigned count;
    struct crew_sign sign;
    pthread_mutex_t ndpi; /* starts for one worker after the other */
    uint64_t told;        /* rounds */
    size_t frames, bytes; /* in the round being dealt */
    uint64_t position;    /* of the last thing dealt: each has its own */
    uint64_t ended;       /* where the input ended last */
    uint64_t lacked;      /* for want of memory */
    const char *source;
    struct ticks time;
};

static bool needs_one(const struct engine_config *config)
{
    return config->explain != NULL || config->trace != NULL ||
           policy_rate_events(config->policy) != 0;
}

static void on_event(void *ctx, const struct event *e)
{
    struct member *m = ctx;

    journal_note(m->journal, m->engine->now, e);
}

static uint32_t interest_of(const struct sink *sinks)
{
    uint32_t interest = 0;

    for (; sinks != NULL; sinks = sinks->next)
        interest |= sinks->interest;
    return interest;
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

    m->sink = (struct sink){.event = on_event, .ctx = m, .interest = interest_of(c->config.sinks)};
    config.sinks = c->config.sinks != NULL ? &m->sink : NULL;
    config.memory = memory_of_one(c);
    m->order = c->order;
    m->sign = &c->sign;
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
    if (c->member == NULL || c->telling == NULL) {
        err_set(err, "out of memory");
        return false;
    }
    for (unsigned i = 0; i < c->count; i++)
        if (!create_member(c, i, err))
            return false;
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
    pthread_mutex_init(&c->sign.lock, NULL);
    pthread_cond_init(&c->sign.dealt_more, NULL);
    pthread_cond_init(&c->sign.done_more, NULL);
    c->config = *config;
    if (c->config.memory == 0)
        c->config.memory = ENGINE_MEMORY;
    c->count = workers;
    c->sign.wanted = UINT64_MAX;
    c->source = "";
    ticks_begin(&c->time);
    if (workers <= 1 || needs_one(config))
        c->alone = engine_create(config, err);
    if (c->alone != NULL || (workers > 1 && !needs_one(config) && create_parts(c, err)))
        return c;
    crew_free(c);
    return NULL;
}

/* Signals are the head's: they end its waiting. */
bool crew_start(struct crew *c, struct err *err)
{
    unsigned running = 0;
    sigset_t all, before;

    if (c->alone != NULL)
        return true;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    for (; running < c->count; running++) {
        struct member *m = &c->member[running];
        m->running = pthread_create(&m->thread, NULL, member_run, m) == 0;
        if (!m->running)
            break;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (running < c->count)
        err_set(err, "there is no thread for worker %u of %u", running + 1, c->count);
    return running == c->count;
}

static void end_threads(struct crew *c)
{
    pthread_mutex_lock(&c->sign.lock);
    c->sign.over = true;
    pthread_cond_broadcast(&c->sign.dealt_more);
    pthread_mutex_unlock(&c->sign.lock);
    for (unsigned i = 0; i < c->count; i++)
        if (c->member[i].running)
            pthread_join(c->member[i].thread, NULL);
}

static void free_member(struct member *m)
{
    engine_free(m->engine);
    for (size_t i = 0; i < CREW_ROUNDS; i++) {
        free(m->round[i].work);
        scratch_free(&m->round[i].payload);
        journal_free(&m->round[i].journal);
    }
}

void crew_free(struct crew *c)
{
    if (c == NULL)
        return;
    engine_free(c->alone);
    if (c->member != NULL) {
        end_threads(c);
        for (unsigned i = 0; i < c->count; i++)
            free_member(&c->member[i]);
    }
    free(c->member);
    free(c->telling);
    order_free(c->order);
    decoder_free(c->decoder);
    pthread_cond_destroy(&c->sign.done_more);
    pthread_cond_destroy(&c->sign.dealt_more);
    pthread_mutex_destroy(&c->sign.lock);
    pthread_mutex_destroy(&c->ndpi);
    free(c);
}

void crew_source(struct crew *c, const char *name)
{
    c->source = name;
    if (c->alone != NULL)
        engine_source(c->alone, name);
}

static bool all_have_done(const struct crew *c, uint64_t rounds)
{
    for (unsigned i = 0; i < c->count; i++)
        if (c->member[i].done < rounds)
            return false;
    return true;
}

/* Tells the oldest round. */
static void tell_round(struct crew *c)
{
    for (unsigned i = 0; i < c->count; i++)
        c->telling[i] = &c->member[i].round[c->told % CREW_ROUNDS].journal;
    journals_tell(c->telling, c->count, c->config.sinks);
    for (unsigned i = 0; i < c->count; i++) {
        struct round *r = &c->member[i].round[c->told % CREW_ROUNDS];
        c->lacked += r->journal.lacked;
        journal_clear(&r->journal);
        scratch_reset(&r->payload);
        r->count = 0;
    }
    c->told++;
}

/* Sleeps till no more than so many rounds are on their way. */
static void wait_for_rounds(struct crew *c, uint64_t most)
{
    pthread_mutex_lock(&c->sign.lock);
    if (c->sign.dealt > most) {
        c->sign.wanted = c->sign.dealt - most;
        while (!all_have_done(c, c->sign.wanted))
            pthread_cond_wait(&c->sign.done_more, &c->sign.lock);
        c->sign.wanted = UINT64_MAX;
    }
    pthread_mutex_unlock(&c->sign.lock);
}

static bool round_is_done(struct crew *c)
{
    pthread_mutex_lock(&c->sign.lock);
    const bool done = c->sign.dealt > c->told && all_have_done(c, c->told + 1);
    pthread_mutex_unlock(&c->sign.lock);
    return done;
}

static void tell_rounds(struct crew *c)
{
    while (round_is_done(c))
        tell_round(c);
}

/* Makes room for one more. Who must sleep for it, sleeps for several: waking up costs more than a
 * round does. */
static void make_room(struct crew *c)
{
    tell_rounds(c);
    if (c->sign.dealt - c->told < CREW_ROUNDS)
        return;
    wait_for_rounds(c, CREW_ROUNDS / 2);
    tell_rounds(c);
}

/* The round goes to the workers; the next has a place. */
static void deal(struct crew *c, int64_t end_ns)
{
    if (c->frames == 0)
        return;
    for (unsigned i = 0; i < c->count; i++)
        c->member[i].round[c->sign.dealt % CREW_ROUNDS].end_ns = end_ns;
    pthread_mutex_lock(&c->sign.lock);
    c->sign.dealt++;
    pthread_cond_broadcast(&c->sign.dealt_more);
    pthread_mutex_unlock(&c->sign.lock);
    c->frames = c->bytes = 0;
    make_room(c);
}

/* One more thing to do; NULL: no memory. */
static struct work *work_for(struct crew *c, struct member *m)
{
    struct round *r = &m->round[c->sign.dealt % CREW_ROUNDS];

    if (r->work == NULL) {
        r->work = malloc(CREW_ROUND_FRAMES * sizeof(*r->work));
        if (r->work == NULL) {
            c->lacked++;
            return NULL;
        }
    }
    struct work *w = &r->work[r->count++];
    w->source = c->source;
    w->position = c->position;
    w->now_ns = c->time.now_ns;
    w->odd = ANOMALY_NONE;
    w->whole = false;
    return w;
}

/* Something that all workers do at one position. */
static void deal_to_all(struct crew *c, enum work_kind kind, uint64_t until)
{
    c->position++;
    c->frames++;
    for (unsigned i = 0; i < c->count; i++) {
        struct work *w = work_for(c, &c->member[i]);
        if (w == NULL)
            continue;
        w->kind = (uint8_t)kind;
        w->until = until;
    }
}

static bool round_is_full(const struct crew *c)
{
    return c->frames + 2 > CREW_ROUND_FRAMES || c->bytes >= ROUND_BYTES; /* a tick, and a frame */
}

static void deal_frame(struct crew *c, const struct packet *p, bool whole, enum anomaly odd)
{
    struct flow_key key;
    unsigned lane = 0;

    if (whole) {
        flow_key_of(p, &key);
        lane = flow_lane(&key);
    }
    c->position++;
    c->frames++;
    struct member *m = &c->member[lane % c->count];
    struct work *w = work_for(c, m);
    if (w == NULL)
        return;
    w->kind = WORK_FRAME;
    w->packet = *p;
    w->packet.payload =
        whole ? scratch_copy(&m->round[c->sign.dealt % CREW_ROUNDS].payload, p->payload)
              : bytes_of(NULL, 0);
    w->odd = (uint8_t)odd;
    w->whole = whole && w->packet.payload.len == p->payload.len;
    c->lacked += whole && !w->whole;
    c->bytes += p->payload.len;
}

void crew_tick(struct crew *c, int64_t now_ns)
{
    if (c->alone != NULL) {
        engine_tick(c->alone, now_ns);
        return;
    }
    if (ticks_pass(&c->time, now_ns))
        deal_to_all(c, WORK_TICK, 0);
}

/* To the worker whose flow it is. */
APART static void pass_on(struct crew *c, const struct frame *f)
{
    enum anomaly odd = ANOMALY_NONE;
    struct packet p;

    crew_tick(c, f->time_ns);
    const enum decoded decoded = decode_frame(c->decoder, f, &p, &odd);
    if (decoded == DECODED_PACKET || odd != ANOMALY_NONE)
        deal_frame(c, &p, decoded == DECODED_PACKET, odd);
    if (round_is_full(c))
        deal(c, c->time.now_ns);
}

void crew_frame(struct crew *c, const struct frame *f)
{
    if (c->alone != NULL)
        engine_frame(c->alone, f);
    else
        pass_on(c, f);
}

static void settle(struct crew *c, int64_t end_ns)
{
    deal(c, end_ns);
    wait_for_rounds(c, 0);
    tell_rounds(c);
}

void crew_settle(struct crew *c)
{
    if (c->alone == NULL)
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
    /* No more is told at once than began in so many frames: a journal stays small. */
    for (uint64_t until = c->ended + END_STEP; until < c->position; until += END_STEP) {
        deal_to_all(c, WORK_END, until);
        deal(c, c->time.now_ns);
    }
    deal_to_all(c, WORK_REST, 0);
    settle(c, c->time.now_ns);
    c->ended = c->position;
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
                     .memory_lacked = c->lacked + c->budget.lacked,
                     .memory_refused = c->budget.refused,
                     .latest_ns = c->time.latest_ns,
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

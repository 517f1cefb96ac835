/* SPDX-License-Identifier: MIT */
/* crew_member.h - one worker of a crew: its rounds, its engine, its thread. Private to engine/. */
#ifndef ENGINE_CREW_MEMBER_H
#define ENGINE_CREW_MEMBER_H

#include <pthread.h>

#include "engine/journal.h"
#include "engine/worker.h"

#define CREW_ROUNDS       32U
#define CREW_ROUND_FRAMES 512U /* and ticks, of all workers in one round */

enum work_kind {
    WORK_FRAME,
    WORK_TICK,  /* packet time: what expired ends */
    WORK_LEARN, /* the input is over: what all have taught is known */
    WORK_END,   /* what began before `until` ends */
    WORK_REST,  /* and everything else */
};

/* One thing to do, of one position. */
struct work {
    struct packet packet;
    const char *source;
    uint64_t position;
    uint64_t until; /* WORK_END */
    int64_t now_ns;
    uint8_t kind; /* enum work_kind */
    uint8_t odd;  /* enum anomaly: what is odd about the frame */
    bool whole;   /* there is a packet in it */
};

/* What lies between two positions, one worker's part of it. */
struct round {
    struct work *work;
    size_t count, room;
    int64_t end_ns; /* nothing behind it has an earlier packet time */
    struct scratch payload;
    struct journal journal;
};

/* How the head and its workers wait for each other. Rounds are counted; round n stands at
 * n % CREW_ROUNDS. */
struct crew_sign {
    pthread_mutex_t lock;
    pthread_cond_t dealt_more, done_more;
    uint64_t dealt;  /* rounds given to all workers */
    uint64_t wanted; /* the head sleeps till all have done so many */
    bool over;
};

struct member {
    struct engine *engine;
    struct order *order;
    struct crew_sign *sign;
    unsigned place;
    uint64_t done; /* rounds; under sign->lock */
    struct round round[CREW_ROUNDS];
    struct journal *journal; /* of the round that is read now */
    struct sink sink;        /* writes there */
    pthread_t thread;
    bool running;
};

/* The thread: reads rounds until sign->over. */
void *member_run(void *member);

#endif

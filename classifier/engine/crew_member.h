/* SPDX-License-Identifier: MIT */
/* crew_member.h - one worker of a crew: its engine, and what it has to do. Private to engine/. */
#ifndef ENGINE_CREW_MEMBER_H
#define ENGINE_CREW_MEMBER_H

#include <pthread.h>

#include "engine/journal.h"
#include "engine/worker.h"

#define CREW_ROUNDS       16U  /* on their way; bounds what the head's lead takes of memory */
#define CREW_ROUND_FRAMES 512U /* and ticks, of all workers in one round */
#define CREW_ROUND_BYTES  (256U << 10) /* of payload */

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
    size_t count;
    struct scratch payload; /* what does not lie in a buffer of the crew */
    struct journal journal;
};

struct member {
    struct engine *engine;
    struct crew *crew;
    unsigned place;
    struct round round[CREW_ROUNDS]; /* round n at n % CREW_ROUNDS */
    size_t at;                       /* of the round at hand: what comes next */
    struct journal *journal;         /* of that round */
    struct sink sink;                /* writes there */
    uint64_t done;                   /* rounds; this and the next under the crew's lock */
    bool taken;                      /* by a thread */
    pthread_t thread;                /* of this number; the first is the head */
    bool running;
};

/* Reads on in its round, as long as what comes next was before `until_ns`. True:
 * the round is read. */
bool member_read(struct member *m, int64_t until_ns);

#endif

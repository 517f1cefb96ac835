/* SPDX-License-Identifier: MIT */
/* crew_member.h - one worker of a crew: its engine, and what it has to do. Private to engine/. */
#ifndef ENGINE_CREW_MEMBER_H
#define ENGINE_CREW_MEMBER_H

#include <pthread.h>

#include "decode/sight.h"
#include "engine/journal.h"
#include "engine/worker.h"

#define CREW_ROUNDS       16U  /* on their way, at most; bounds what the head's lead takes */
#define CREW_ROUND_FRAMES 512U /* and ticks, of all workers in one round */
#define CREW_ROUND_BYTES  (256U << 10) /* of payload */

enum work_kind {
    WORK_SEEN, /* a frame that needs no more than a glance, mostly */
    WORK_FRAME,
    WORK_TICK,  /* packet time: what expired ends */
    WORK_LEARN, /* the input is over: what all have taught is known */
    WORK_END,   /* what began before `until` ends */
    WORK_REST,  /* and everything else */
};

/* One thing to do: a cache line, so that no more than that goes from the head's core to another. */
struct work {
    union {
        struct sight sight;          /* WORK_SEEN */
        const struct packet *packet; /* WORK_FRAME */
        uint64_t until;              /* WORK_END */
    };
    int64_t now_ns;    /* of WORK_SEEN the frame's, too */
    uint64_t number;   /* WORK_SEEN: of its frame */
    uint32_t wire_len; /* the same */
    uint8_t kind;      /* enum work_kind */
    uint8_t odd;       /* enum anomaly: what is odd about the frame */
    bool whole;        /* there is a packet in it */
};
#define CREW_LINE 64U
_Static_assert(sizeof(struct work) == CREW_LINE, "a line");

/* What lies between two positions, for all workers. */
struct round {
    struct work *work;     /* CREW_ROUND_FRAMES */
    struct packet *packet; /* as many; of WORK_FRAME */
    uint64_t position;     /* of the first; each has its own */
    const char *source;    /* of its frames */
    int64_t end_ns;        /* nothing behind it has an earlier packet time */
    struct scratch kept;   /* payload that does not lie in a buffer of the crew */
};

/* One worker's part of it. */
struct part {
    uint16_t mine[CREW_ROUND_FRAMES]; /* which of its work, in order */
    size_t count;
    struct journal journal;
};

/* Where the worker's engine tells: to one output that has a scribe, or to all others. */
struct pen {
    struct sink sink;
    struct member *member;
    const struct sink *to; /* NULL: all others */
    void *own;             /* the scribe's */
};

struct member {
    struct engine *engine;
    struct pen *pen; /* linked by their sinks; what they write is in `journal` */
    size_t pens;
    struct crew *crew;
    unsigned place;
    struct part part[CREW_ROUNDS]; /* of round n at crew_slot() */
    size_t at;                     /* of the part at hand: what comes next */
    struct journal *journal;       /* of that part */
    uint64_t done;                 /* rounds; this and the next under the crew's lock */
    bool taken;                    /* by a thread */
    pthread_t thread;              /* of this number; the first is the head */
    bool running;
};

/* What its engine is to tell to, for these outputs; false: no memory. */
bool member_pens(struct member *m, const struct sink *outputs, struct err *err);
/* Reads on in its round, as long as what comes next was before `until_ns`. True:
 * the round is read. */
bool member_read(struct member *m, int64_t until_ns);
void member_free(struct member *m);

#endif

/* SPDX-License-Identifier: MIT */
/* crew_parts.h - a crew's inside: workers, what is dealt to them, and who does what next. Private
 * to engine/.
 *
 * The head is the thread that brings the frames. There are as many threads as workers, the head
 * among them, and a worker is no thread: whoever has nothing better to do reads the next round of
 * the worker that is furthest behind, or tells a round that all have read. The head does so when
 * as many are on their way as may be; so no thread sleeps while there is something to do.
 */
#ifndef ENGINE_CREW_PARTS_H
#define ENGINE_CREW_PARTS_H

#include "engine/crew.h"
#include "engine/crew_member.h"

#define CREW_LEAD 4U /* rounds for each worker: more would not stay in the caches */

/* Bytes of a file, read where they lie. */
struct crew_buffer {
    uint8_t *at;
    uint64_t rounds; /* once so many are told, nobody reads there any more */
};

struct crew {
    struct engine *alone; /* one worker; then nothing else is used */
    struct engine_config config;
    struct budget budget; /* of the decoder */
    struct decoder *decoder;
    struct order *order;
    struct member *member;
    struct journal **telling; /* one a worker, of the round that is told */
    unsigned count;
    pthread_mutex_t ndpi; /* starts for one worker after the other */
    const char *source;

    /* The head's: what is dealt next. */
    struct work *work;             /* of the round being dealt; NULL: it is not begun */
    struct part *part[FLOW_LANES]; /* of it, by lane */
    size_t works, packets, bytes;  /* in the round being dealt; bytes of payload */
    bool glances;                  /* one is enough for most frames */
    uint64_t position;             /* of the last thing dealt: each has its own */
    uint64_t lacked;               /* for want of memory */
    struct ticks time;
    struct crew_buffer buffer[CREW_ROUNDS];
    unsigned buffer_now;
    struct round round[CREW_ROUNDS]; /* round n at crew_slot() */
    unsigned rounds;                 /* so many of them are used, and of the buffers */

    /* Whose turn it is. */
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t news;  /* for those who sleep: something to do, or what the head waits for */
    unsigned sleepers;
    uint64_t dealt, told; /* rounds */
    uint64_t wanted;      /* the head sleeps till so many are told */
    bool urgent;          /* each round is worth a thread's waking */
    bool telling_now, over;
    unsigned threads, left; /* beside the head; when it is over: of them out of turns for ever */
    uint64_t untold;        /* events, for want of memory */
};

static inline size_t crew_slot(const struct crew *c, uint64_t round)
{
    return round % c->rounds;
}

/* crew_turn.c. A thread of the crew, but the head; its argument is the member of its number. */
void *crew_work(void *member);
/* It is over: no thread takes a turn any more. */
void crew_wait_for_last(struct crew *c);
/* The head gives a round to all, and works along till there is room for the next. */
void crew_give(struct crew *c);
/* Each round is much work. */
void crew_hurry(struct crew *c, bool hurry);
/* The head works along till so many rounds are told. */
void crew_work_till(struct crew *c, uint64_t told);
/* In the middle of its work a worker waits for others to reach a packet time: it does theirs.
 * False: nobody is left to help. */
bool crew_help(void *crew, int64_t ns);

/* crew_deal.c: the head's part. */
void deal_frames(struct crew *c, const struct frame *f, size_t count);
void deal_tick(struct crew *c, int64_t now_ns);
/* Something that all workers do at one position. */
void deal_to_all(struct crew *c, enum work_kind kind, uint64_t until);
/* What was dealt is a round. `end_ns`: what comes next is not before it. */
void deal_round(struct crew *c, int64_t end_ns);

#endif

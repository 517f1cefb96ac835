/* SPDX-License-Identifier: MIT */
/* talkers.h - which addresses moved the most bytes, in bounded memory.
 *
 * The space-saving algorithm (Metwally, Agrawal, El Abbadi 2005) by bytes: exact while there are at
 * most TALKERS addresses. After that a new address takes the place of the smallest, which goes to
 * `others`; `missed_bytes` then says how much of a talker may be there. What is listed plus
 * `others` is always everything.
 */
#ifndef OUTPUT_TALKERS_H
#define OUTPUT_TALKERS_H

#include "model/endpoint.h"
#include "output/tally.h"
#include "output/totals.h"

#define TALKERS 4096 /* a side; about 600 KiB */

struct talker {
    struct addr addr;
    struct totals totals;         /* since it was listed */
    uint64_t blocked, mismatched; /* flows */
    uint64_t missed_bytes;        /* at most; 0: the totals are exact */
    uint32_t place;               /* private: in the heap */
};

struct talkers {
    struct tally tally;
    bool heaped;            /* all places are taken, and in */
    uint32_t heap[TALKERS]; /* entry numbers, the smallest talker first */
    struct totals others;
};

void talkers_init(struct talkers *t);
void talkers_free(struct talkers *t);
void talkers_add(struct talkers *t, const struct addr *who, const struct flow_info *flow);

/* tally_sorted() order: most bytes first. */
int talker_compare(const void *a, const void *b);

#endif

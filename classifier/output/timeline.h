/* SPDX-License-Identifier: MIT */
/* timeline.h - how many flows began and how many bytes passed when, by application.
 *
 * In:    flows, in any order: what comes out depends on the flows alone.
 * Out:   for each application TIMELINE_BUCKETS cells of equal width, the width being a round one
 *        (1 ms, 2 ms, 10 ms ... 1 day), the least that holds everything.
 * A flow's bytes are taken to have passed evenly from its first packet to its last: a flow record
 * says no more than that.
 * Bound: TIMELINE_APPS applications, some 6 KiB each; later ones are added up in `others`.
 */
#ifndef OUTPUT_TIMELINE_H
#define OUTPUT_TIMELINE_H

#include "model/flow_info.h"
#include "output/tally.h"

#define TIMELINE_BUCKETS 180
#define TIMELINE_APPS    64
#define TIMELINE_LATELY  8

struct timeline_cell {
    uint64_t flows, blocked_flows; /* that began here */
    uint64_t bytes, blocked_bytes; /* of whole frames; blocked: of flows with that verdict */
};

struct timeline_app {
    const char *app;                           /* "?": never known */
    struct timeline_cell sum;                  /* of all cells */
    struct timeline_cell at[TIMELINE_BUCKETS]; /* which is which: timeline_cell() */
};

struct timeline { /* private, but for apps and others */
    struct tally apps;
    struct timeline_app others;
    struct timeline_app *lately[TIMELINE_LATELY]; /* asked for, found by where their texts are */
    int64_t width_ns;                             /* of a bucket; 0: no flow yet */
    int64_t first, last;                          /* buckets, in widths since 1970 */
};

void timeline_init(struct timeline *t);
void timeline_free(struct timeline *t);
/* `app` is one of a tally's texts: the same text is the same pointer. */
void timeline_add(struct timeline *t, const char *app, const struct flow_info *flow);

/* How many buckets there are from the first flow's to the last's. */
size_t timeline_count(const struct timeline *t);
/* When the first begins. */
int64_t timeline_start(const struct timeline *t);
/* Bucket `i` of timeline_count(). */
const struct timeline_cell *timeline_cell(const struct timeline *t, const struct timeline_app *app,
                                          size_t i);
void timeline_sum(struct timeline_cell *to, const struct timeline_cell *more);

/* tally_sorted() order: most bytes first. */
int timeline_app_compare(const void *a, const void *b);

#endif

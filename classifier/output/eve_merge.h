/* SPDX-License-Identifier: MIT */
/* eve_merge.h - what several EVE files have in common: nothing is counted twice. For eve_reader.c.
 *
 * A connection that a file read before tells of, too, is the same one when it has the same ends and
 * began within a second of that, or was there at the same time: the same file given twice, or
 * another sensor on its way. The halves of a flow in two captures of a ring are two: one ends where
 * the other begins.
 * Bound: EVE_MERGE_FLOWS flows (32 bytes each, in a table at most twice as long); of one pair of
 *        ends EVE_MERGE_ALIKE. What comes later is not compared, and counted in `untold`.
 */
#ifndef OUTPUT_EVE_MERGE_H
#define OUTPUT_EVE_MERGE_H

#include "base/hash.h"
#include "model/flow_info.h"

#define EVE_MERGE_FLOWS (1U << 22)
#define EVE_MERGE_ALIKE 64

struct eve_merge {
    struct hash_key key;
    struct eve_told {
        uint64_t what; /* 0: the slot is free */
        int64_t start_ns, end_ns;
        uint32_t file; /* from 1 */
    } * slot;
    size_t room, count; /* room: a power of two, or 0 */
    uint64_t untold;
};

void eve_merge_init(struct eve_merge *m);
void eve_merge_free(struct eve_merge *m);

/* The two ends of a flow, in either order; a line that belongs to no flow. */
uint64_t eve_merge_ends(const struct eve_merge *m, const struct flow_info *f);
uint64_t eve_merge_line(const struct eve_merge *m, struct bytes line);

/* Did another file than `file` tell of it? */
bool eve_merge_flow_told(const struct eve_merge *m, uint64_t what, const struct flow_info *f,
                         uint32_t file);
/* The same of something at one moment of a flow. */
bool eve_merge_moment_told(const struct eve_merge *m, uint64_t what, int64_t time_ns,
                           uint32_t file);
void eve_merge_tell(struct eve_merge *m, uint64_t what, int64_t start_ns, int64_t end_ns,
                    uint32_t file);

#endif

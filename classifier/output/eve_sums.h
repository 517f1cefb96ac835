/* SPDX-License-Identifier: MIT */
/* eve_sums.h - what several EVE files say of all that was read: counters, packets, names. For
 * eve_reader.c.
 *
 * A file that ends with what was read (the last `stats` line has `input`) is added to the others.
 * One that does not was cut off while its writer went on: its flows' packets are added, and its
 * counters stand for themselves only where no file ends so.
 */
#ifndef OUTPUT_EVE_SUMS_H
#define OUTPUT_EVE_SUMS_H

#include "output/eve_read.h"
#include "output/output.h"

#define EVE_PROBLEMS 100

struct eve_sums {
    struct counter all[EVE_COUNTERS], file[EVE_COUNTERS], cut[EVE_COUNTERS];
    struct counter engine[EVE_COUNTERS];
    size_t all_count, file_count, cut_count, engine_count;
    struct input_note note; /* name: of the only input, else NULL; rules: if all have the same */
    const char *problems[EVE_PROBLEMS];
    uint64_t file_packets, file_bytes; /* of its flows */
    bool file_final;
    size_t finals, live; /* files that say what was read; of those, of interfaces */
    bool other_rules;    /* they were judged by different ones */
};

/* A `stats` line; `input` is its member of that name, or NULL. */
void eve_sums_stats(struct eve_sums *s, struct eve_line *l, const struct stats_event *stats,
                    const struct json_value *input);
void eve_sums_flow(struct eve_sums *s, const struct flow_info *f);
void eve_sums_end_file(struct eve_sums *s);
/* The engine's own counters, as they stand now; added when captures were read beside. */
void eve_sums_keep_engine(struct eve_sums *s, const struct stats_event *stats);
void eve_sums_engine(struct eve_sums *s);
/* All together; no rows: nobody told any. */
struct stats_event eve_sums_total(const struct eve_sums *s);

#endif

/* SPDX-License-Identifier: MIT */
/* sums.h - what is counted: of one worker, and of all together. Private to engine/. */
#ifndef ENGINE_SUMS_H
#define ENGINE_SUMS_H

#include "decode/decode.h"
#include "engine/engine.h"
#include "policy/rate.h"

struct counters {
    uint64_t flows, refused, stragglers, tcp_gaps, tcp_overlaps, tcp_bad_checksum,
        tcp_retransmissions;
    uint64_t evicted_unproven, evicted_idle, evicted_heavy, holes_given_up; /* shed.c */
    uint64_t exceptions[EXCEPTIONS];                                        /* flows */
    uint64_t tcp_out_of_order, tcp_midstream, verdicts[3];                  /* by enum verdict */
};

struct sums {
    struct counters counters;
    struct decode_stats decoded;
    struct rate_totals rates;
    bool rules_count, live;
    uint64_t active, syns_overwritten;
    uint64_t memory_limit, memory_used, memory_peak, memory_refused, memory_lacked;
    int64_t latest_ns;
};
/* One more worker; and who decoded its frames. */
void sums_add(struct sums *s, const struct engine *e);
void sums_add_decoder(struct sums *s, const struct decoder *d);
/* As EVENT_STATS. */
void sums_tell(const struct sums *s, const struct engine_capture *capture, bool final,
               const struct sink *sinks);
struct engine_totals sums_totals(const struct sums *s);

#endif

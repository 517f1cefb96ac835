/* SPDX-License-Identifier: MIT */
/* eve_waiting.h - interim records: lines of flows that go on, until their end is told. For
 * eve_reader.c.
 *
 * Bound: EVE_WAITING_BYTES of lines; a flow for which there is no more room is counted in `lost`,
 *        and is not told unless its end comes.
 */
#ifndef OUTPUT_EVE_WAITING_H
#define OUTPUT_EVE_WAITING_H

#include "base/bytes.h"
#include "output/flow_map.h"

#define EVE_WAITING_BYTES (64U << 20)

struct eve_waiting_line {
    struct eve_waiting_line *before, *after;
    uint64_t flow;
    uint32_t file; /* from 1 */
    size_t len;
    uint8_t text[]; /* may be written to */
};

struct eve_waiting {
    struct flow_map flows;
    struct eve_waiting_line *first, *last; /* in the order of their last records */
    size_t bytes;
    uint64_t lost;
};

/* In place of the record that waited for that flow, if there was one. */
void eve_waiting_keep(struct eve_waiting *w, uint64_t flow, struct bytes line, uint32_t file);
/* The flow has ended. */
void eve_waiting_drop(struct eve_waiting *w, uint64_t flow);
/* The first of all, no longer kept: for free(). NULL: none waits. */
struct eve_waiting_line *eve_waiting_take(struct eve_waiting *w);
void eve_waiting_free(struct eve_waiting *w);

#endif

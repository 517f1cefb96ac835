/* SPDX-License-Identifier: MIT */
/* slice.h - --slice OUT.pcapng FLOW|RULE: a minimal capture that proves a finding.
 *
 * In:    one pass over the input finds the flows, a second one keeps their frames and, while there
 *        is room, those that the finding may need (SLICE_BYTES of memory).
 * Out:   the least that was found to give the same answer when it is analysed alone, which is tried
 *        before it is written; comments at the packets that were the evidence.
 */
#ifndef CLI_SLICE_H
#define CLI_SLICE_H

#include "cli/session.h"

#define SLICE_FLOWS 8           /* of one pair of endpoints */
#define SLICE_BYTES (64U << 20) /* of frames */

struct slice;

/* NULL: the sentence is in `err`: an input that can only be read once, or no memory. */
struct slice *slice_create(const struct options *o, struct err *err);
/* Of the first pass. */
struct sink *slice_sink(struct slice *x);
/* After the first pass: the second one, and the file. */
void slice_write(struct slice *x, struct session *s);
void slice_free(struct slice *x);

#endif

/* SPDX-License-Identifier: MIT */
/* summary_scribe.h - what a table needs of a flow, taken down beside it (model/sink.h). For
 * summary.c.
 *
 * In:    events of one worker. Out: of most flows the first part of struct flow_info, which holds
 *        nothing that is not kept elsewhere as long as flows are told. Of each kind the worst flow
 *        is shown with all that is known of it: one that is worse than all of its kind that this
 *        worker has seen, or may be, is wanted itself. Of an anomaly struct anomaly_note. Whatever
 *        else there is is wanted itself.
 * State: SCRIBE_KINDS kinds that were seen lately; one that is not among them is a new one.
 */
#ifndef OUTPUT_SUMMARY_SCRIBE_H
#define OUTPUT_SUMMARY_SCRIBE_H

#include "model/sink.h"

#define SCRIBE_KINDS 64U

struct anomaly_note {
    uint64_t packet, flow_id;
    const char *source; /* of the flow; NULL: it is no flow's */
    uint32_t id;        /* enum anomaly */
};
struct anomaly_note anomaly_note_of(const struct event *e);

/* For free(). */
void *summary_scribe_create(void *ctx, struct err *err);
bool summary_scribe_wants(void *own, const struct event *e);
void summary_scribe_write(void *own, const struct event *e, struct buffer *text);

#endif

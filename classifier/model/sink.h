/* SPDX-License-Identifier: MIT */
/* sink.h - where events go. */
#ifndef MODEL_SINK_H
#define MODEL_SINK_H

#include "base/buffer.h"
#include "base/err.h"
#include "model/event.h"

/* How an output whose text of an event needs nothing of other events has it written beside others:
 * each worker of several writes what it sees, and the texts are put down in the order of events. */
struct scribe {
    void *(*create)(void *ctx, struct err *err); /* for one worker; NULL: err says why */
    void (*free)(void *own);                     /* NULL is fine */
    /* Appends the text of one event, or nothing. Memory runs out: the buffer says so. */
    void (*write)(void *own, const struct event *e, struct buffer *text);
    /* The next text: one thread at a time. */
    void (*put)(void *ctx, struct bytes text);
    /* Asked first, once for each event. True: it is not written, and the output has a copy of it in
     * its turn. NULL: never. */
    bool (*wants_event)(void *own, const struct event *e);
};

/* An output is one of these. */
struct sink {
    void (*event)(void *ctx, const struct event *e);
    void *ctx;
    uint32_t interest; /* enum interest, ored */
    struct sink *next;
    const struct scribe *scribe; /* NULL: it must have the events themselves, in their order */
};

#endif

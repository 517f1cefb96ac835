/* SPDX-License-Identifier: MIT */
/* journal.h - what one worker has to tell, kept till it is that moment's turn. Private to engine/.
 *
 * In:    events with their moments (order.h), in that order; or the texts that an output's scribe
 * (model/sink.h) makes of them here and now.
 * Out:   those of several journals, to the outputs, moment by moment: as one worker alone would
 * have told them. State: copies of the events of one round, and its texts.
 */
#ifndef ENGINE_JOURNAL_H
#define ENGINE_JOURNAL_H

#include "engine/order.h"
#include "model/event_copy.h"
#include "model/sink.h"

struct journal {
    struct journal_entry *entry;
    size_t count, room, told;
    uint64_t lacked; /* events that there was no memory for */
    struct scratch scratch;
    struct buffer text;
};

/* For all outputs without a scribe. */
void journal_note(struct journal *j, struct moment when, const struct event *e);
/* Its text, by the scribe of `to`, whose own thing is `own`; or, where that wants it, a copy for
 * `to` alone. */
void journal_write(struct journal *j, struct moment when, const struct event *e,
                   const struct sink *to, void *own);
/* All that stands in these: events to every sink that asked for them and has no scribe, texts to
 * theirs. */
void journals_tell(struct journal *const *journals, size_t count, const struct sink *sinks);
/* Empty, for the next round. */
void journal_clear(struct journal *j);
void journal_free(struct journal *j);

#endif

/* SPDX-License-Identifier: MIT */
/* eve_reader.h - EVE read back: files of JSON lines in, the events that they tell out, to the same
 * sinks that the engine feeds (docs/eve.md, "Reading it back").
 *
 * In:    one file after the other, ours or another program's; the bytes of each cut anywhere.
 * Out:   EVENT_HTTP, _TLS, _HANDSHAKE, _BITTORRENT, _ANOMALY, _ALERT, _FLOW as they stand there;
 *        flows that go on when all is read; at the very end one EVENT_STATS with all counters
 * added. Lines of other types are passed over. Events do not depend on the cuts. State: a line of
 * at most EVE_LINE_MAX bytes, twice; names (65,536); the last record of each flow that goes on (64
 * MiB of lines); with `several`, what was told (256 MiB, eve_merge.h). Errors: a line that cannot
 * be read is passed over, with a sentence that names file and line.
 */
#ifndef OUTPUT_EVE_READER_H
#define OUTPUT_EVE_READER_H

#include "output/output.h"

#define EVE_LINE_MAX  (16U << 20)
#define EVE_SENTENCES 5 /* about lines of one file; the others are counted */

struct eve_reader_config {
    struct sink *sinks; /* linked by `next`; outlive the reader */
    bool several;       /* more than one file may come: nothing is told twice */
    /* `wrong`: it could not be read. Else something to know. */
    void (*say)(void *ctx, const char *sentence, bool wrong);
    void *ctx;
};

struct eve_reader;

struct eve_reader *eve_reader_create(const struct eve_reader_config *how, struct err *err);
void eve_reader_free(struct eve_reader *r); /* NULL is fine */

/* `name` is kept by copy. */
void eve_reader_begin(struct eve_reader *r, const char *name);
void eve_reader_feed(struct eve_reader *r, struct bytes in);
/* The file is over, or no more of it can be read. */
void eve_reader_end(struct eve_reader *r);
/* After the last file. `engine`: captures were read too, and their counters belong to the sum. */
void eve_reader_finish(struct eve_reader *r, bool engine);

/* Hears the engine's counters; goes before `sinks`. */
struct sink *eve_reader_sink(struct eve_reader *r);
/* What the files say was read: `name` of the only one that says so, or NULL; `rules`, when all were
 * judged by the same. Borrowed. */
struct input_note eve_reader_input(const struct eve_reader *r);
/* Does each file say what it was made from, and was that captures? */
bool eve_reader_captures_only(const struct eve_reader *r);
/* Flows told whose verdict is block. */
uint64_t eve_reader_blocked(const struct eve_reader *r);

#endif

/* SPDX-License-Identifier: MIT */
/* alternate.h - a stream whose bytes are disputed is read twice: as its receiver is said to read
 * it, and with the other bytes. The second reading is a connection of its own that no output sees:
 * its own streams, layers, names and verdict, fed with the same segments. Where the two answers
 * differ, nobody can say from here what the receiver saw (Ptacek, Newsham 1998), and that is told.
 *
 * It begins
 *   - before a segment that differs from bytes which wait behind a hole; or
 *   - before one with an urgent byte: most stacks take it out of the stream, unless the application
 *     asked for it in line (RFC 6093 s2). The second reading leaves it out; or
 *   - after one that repeats what one side has said, while the other has not said a byte: what came
 *     first may have been a decoy. Delivered bytes are not kept, so that only another answer shows
 *     that it differed, and the same answer ends it at once. Of what is not said again nobody knows
 *     either: the second reading waits for it, or for an ACK that shows that it does not exist;
 * and only where the stream can still be read from its start: nothing was delivered yet, or all of
 * it is still kept because nobody knows it yet. Elsewhere the difference alone is told.
 *
 * It ends with a difference, with the connection, or after ALTERNATE_BYTES; at most ALTERNATES in a
 * connection. Its memory is in the budget; without it there is no second reading. */
#ifndef ENGINE_ALTERNATE_H
#define ENGINE_ALTERNATE_H

#include "engine/worker.h"

#define ALTERNATES      8           /* of a connection */
#define ALTERNATE_BYTES (64U << 10) /* that the second reading reads */

/* The segment about to be read differs at `offset` from bytes that wait; `replaced`: it wins. */
void alternate_begin(struct engine *e, struct conn *c, unsigned side, uint64_t offset,
                     bool replaced);
/* The byte at `offset` of the segment about to be read is urgent. */
void alternate_urgent(struct engine *e, struct conn *c, unsigned side, uint64_t offset);
/* A segment was read that repeated something, or while there is a second reading. */
void alternate_segment(struct engine *e, struct conn *c, unsigned side, const struct packet *p);
/* The connection has its last answer. */
void alternate_end(struct engine *e, struct conn *c, enum close_reason why);
void alternate_free(struct engine *e, struct conn *c);

#endif

/* SPDX-License-Identifier: MIT */
/* spool.h - text of many flows at once, kept on disk until each flow is over: only its last piece
 * is in memory.
 *
 * State: struct spool, one nameless temporary file (in $TMPDIR, or /tmp), made when first needed;
 * struct spooled, one per flow, zero-filled = empty.
 * Errors: remembered; the first is told by spool_good().
 */
#ifndef OUTPUT_SPOOL_H
#define OUTPUT_SPOOL_H

#include "base/buffer.h"
#include "base/err.h"

struct spool {
    int fd; /* 0: none yet */
    uint64_t end;
    int error; /* errno, or 0 */
};

struct spooled {
    struct buffer tail;   /* append here, then call spool_settle() */
    uint64_t first, last; /* pieces in the file: place + 1, or 0 */
};

/* Moves what is in memory to the file when it is much. */
void spool_settle(struct spool *s, struct spooled *text);
/* Gives all of the text, piece by piece, and forgets it. */
void spool_take(struct spool *s, struct spooled *text, void (*piece)(void *ctx, struct bytes),
                void *ctx);
void spool_forget(struct spooled *text);
bool spool_good(const struct spool *s, struct err *err);
void spool_close(struct spool *s);

#endif

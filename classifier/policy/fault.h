/* SPDX-License-Identifier: MIT */
/* fault.h - what is wrong with a rules file, in one sentence: FILE:LINE:COLUMN: sentence. */
#ifndef POLICY_FAULT_H
#define POLICY_FAULT_H

#include "base/bytes.h"
#include "base/err.h"

#define QUOTE_ROOM 64 /* bytes of the file that a sentence may repeat, with the NUL */

struct source {
    const char *name; /* of the file, as the user wrote it */
    struct err *err;  /* keeps the first sentence */
};

struct node;

/* Always false, so that a reader can return it. */
bool fault(const struct source *s, const struct node *where, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* "unknown WHAT "got"", and the nearest of `words` (NULL-terminated) when one is near. */
bool fault_unknown(const struct source *s, const struct node *got, const char *what,
                   const char *const *words);
bool fault_memory(const struct source *s);

/* What the file says, safe to print: clipped, bytes that are not printable ASCII as '?'. */
const char *quote(struct bytes text, char out[QUOTE_ROOM]);

#endif

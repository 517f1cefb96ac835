/* SPDX-License-Identifier: MIT */
/* fault.h - what is wrong with a rules file, in one sentence: FILE:LINE:COLUMN: sentence. */
#ifndef POLICY_FAULT_H
#define POLICY_FAULT_H

#include "base/bytes.h"
#include "base/err.h"

#define QUOTE_ROOM 64 /* bytes of the file that a sentence may repeat, with the NUL */

#define FAULTS_MAX 100 /* mistakes of a file that are told */

struct node;

/* Hears every mistake, where one is enough for err; then reading goes on after it where it can. */
struct fault_ear {
    void (*hear)(void *ctx, const struct node *where, const char *sentence);
    void *ctx;
    unsigned count;
};

struct source {
    const char *name;      /* of the file, as the user wrote it */
    struct err *err;       /* keeps the first sentence */
    struct fault_ear *ear; /* NULL: nobody */
};

/* After a mistake: shall the rest be read for more of them? */
bool fault_goes_on(const struct source *s);

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

/* SPDX-License-Identifier: MIT */
/* texts.h - texts that many hold at once, kept once: a host that a million connections ask for.
 *
 * State: struct texts, to be set up; each text has a piece of the budget, and an index by a keyed
 * hash, which grows with them. Both go back when nobody holds them any more.
 */
#ifndef BASE_TEXTS_H
#define BASE_TEXTS_H

#include "base/budget.h"
#include "base/bytes.h"
#include "base/hash.h"

#define TEXTS_RECENT 16U

struct text;

struct texts {
    struct budget *budget;
    struct hash_key key;
    struct text **first;               /* by hash: lists */
    uint32_t lists;                    /* a power of two, or 0 */
    uint32_t count;                    /* different ones */
    struct text *recent[TEXTS_RECENT]; /* or NULL: found without the index */
};

void texts_setup(struct texts *t, struct budget *budget, const struct hash_key *key);
/* The same bytes, until they are given back. Empty: so was `text`, or there is no memory. */
struct bytes texts_keep(struct texts *t, struct bytes text);
/* What was kept, for one more holder; empty stays empty. */
struct bytes texts_again(struct bytes kept);
/* Another text in place of what was kept, for a holder whose texts come and go: this one is the
 * holder's alone, so that the next can be written over it. Not for texts_again(). */
void texts_change(struct texts *t, struct bytes *kept, struct bytes text);
/* Once for each text that is kept; *kept is empty then. */
void texts_give(struct texts *t, struct bytes *kept);

#endif

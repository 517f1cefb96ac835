/* SPDX-License-Identifier: MIT */
/* tally.h - things counted under a key: a bounded keyed hash of entries that never move.
 *
 * Entries are numbered from 0 in the order they were first seen, which does not depend on the hash.
 * State: tally_init() gives an empty one; tally_free() releases everything.
 * Bound: `limit` entries, each of one block: entry, key and 16 bytes. A full tally refuses.
 */
#ifndef OUTPUT_TALLY_H
#define OUTPUT_TALLY_H

#include "base/hash.h"

#define TALLY_RECENT 16

struct tally { /* private but for `count` and `failed` */
    struct hash_key key;
    size_t entry_size, limit;
    size_t count;
    bool failed;                /* memory ran out: something is not in it */
    struct tally_entry **entry; /* room for `room` */
    size_t room;
    uint32_t *slot;       /* entry number + 1, or 0; open addressing, linear probing */
    size_t slots;         /* a power of two, at least twice `room` */
    struct tally_recent { /* texts asked for lately, found by where they are */
        const char *from, *kept;
    } recent[TALLY_RECENT];
    struct tally_entry
        *met[TALLY_RECENT]; /* keys asked for lately, found by a few of their bytes */
};

void tally_init(struct tally *t, size_t entry_size, size_t limit);
void tally_free(struct tally *t);

/* The entry of `key`, zero-filled when it is `fresh`; NULL when it is new and there is no room. */
void *tally_get(struct tally *t, struct bytes key, bool *fresh);
/* Entry `number` of `count`. */
void *tally_at(const struct tally *t, size_t number);
struct bytes tally_key(const struct tally *t, size_t number);
/* Forgets what entry `number` was: it is zero-filled and belongs to `key` from now on. The key must
 * be a new one, of the old one's length. */
void *tally_reuse(struct tally *t, size_t number, struct bytes key);

/* A tally of entry size 0 keeps texts: the same pointer for the same text, until tally_free(). NULL
 * gives NULL; with no room left, a fixed text that says so. */
const char *tally_text(struct tally *t, const char *text);

/* Below, equal or above 0: `a` comes before, with or after `b`. */
typedef int compare_fn(const void *a, const void *b);

struct sorted {
    void **at; /* for free(); NULL when there are none, or no memory for them */
    size_t count;
};

/* Stable, so that what compares equal keeps its order. False when memory ran out. */
bool sorted_sort(struct sorted *s, compare_fn *compare);
/* All entries, in order. */
struct sorted tally_sorted(const struct tally *t, compare_fn *compare);

#endif

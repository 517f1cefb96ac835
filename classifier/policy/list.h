/* SPDX-License-Identifier: MIT */
/* list.h - plain lists in files of their own: addresses, host names, texts, info-hashes; one entry
 * a line, `#` begins a comment at a line's start or behind white space.
 *
 * A million entries load in well under a second: addresses become sorted ranges (32 bytes each),
 * texts stay as they were in the file, with 4 to 8 bytes of hash table each, info-hashes are 20
 * bytes, sorted. Bounds: LIST_FILE_MAX, LIST_ENTRIES_MAX.
 * State: owned by the policy, read-only after loading; one that several rules name is read once.
 */
#ifndef POLICY_LIST_H
#define POLICY_LIST_H

#include "base/hash.h"
#include "policy/value.h"

#define LIST_FILE_MAX    (256u * 1024 * 1024) /* bytes */
#define LIST_ENTRIES_MAX 16777216u

enum list_kind {
    LIST_TEXTS,
    LIST_TEXTS_NOCASE,
    LIST_DOMAINS, /* any case; .example.com is that and all below, *.example.com only these */
    LIST_ADDRESSES,
    LIST_HASHES,
};

struct text_list {
    uint8_t *text;  /* the entries, a line feed behind each; in lower case but for LIST_TEXTS */
    uint32_t *slot; /* a hash table: 1 + where in `text` the entry begins; 0: none */
    size_t slots;   /* a power of two, or 0 */
    struct hash_key key;
};

struct list {
    const char *path;
    enum list_kind kind;
    size_t count;
    struct text_list texts;
    struct addr_set addresses; /* malloc()ed, as the others */
    struct hash_set hashes;
    struct list *next;
};

/* Is it {file: NAME}? */
bool is_list_file(const struct node *n);
/* The list of {file: NAME}, beside the rules file that names it; NULL, with the sentence. */
const struct list *list_load(struct loader *l, const struct node *n, enum list_kind kind);
void lists_free(struct list *first);

bool list_has_text(const struct list *s, struct bytes text);

#endif

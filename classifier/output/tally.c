/* SPDX-License-Identifier: MIT */
#include "output/tally.h"

#include <stdlib.h>

#define FIRST_ROOM 16

struct tally_entry {
    uint64_t hash;
    uint32_t key_len;
    uint32_t number;
    _Alignas(16) uint8_t body[]; /* the caller's entry, then the key */
};

void tally_init(struct tally *t, size_t entry_size, size_t limit)
{
    *t = (struct tally){.key = hash_key_random(), .entry_size = entry_size, .limit = limit};
}

void tally_free(struct tally *t)
{
    for (size_t i = 0; i < t->count; i++)
        free(t->entry[i]);
    free(t->entry);
    free(t->slot);
    *t = (struct tally){0};
}

static struct bytes key_of(const struct tally *t, const struct tally_entry *e)
{
    return bytes_of(e->body + t->entry_size, e->key_len);
}

static void place(struct tally *t, const struct tally_entry *e)
{
    size_t at = e->hash & (t->slots - 1);

    while (t->slot[at] != 0)
        at = (at + 1) & (t->slots - 1);
    t->slot[at] = e->number + 1;
}

/* Room for one more: both arrays double. */
static bool grow(struct tally *t)
{
    const size_t room = t->room > 0 ? t->room * 2 : FIRST_ROOM;
    struct tally_entry **entry = realloc(t->entry, room * sizeof(struct tally_entry *));
    if (entry == NULL)
        return false;
    t->entry = entry;
    uint32_t *slot = calloc(room * 2, sizeof(*slot));
    if (slot == NULL)
        return false;
    free(t->slot);
    t->slot = slot;
    t->slots = room * 2;
    t->room = room;
    for (size_t i = 0; i < t->count; i++)
        place(t, t->entry[i]);
    return true;
}

static struct tally_entry *find(const struct tally *t, uint64_t hash, struct bytes key)
{
    if (t->slots == 0)
        return NULL;
    for (size_t at = hash & (t->slots - 1); t->slot[at] != 0; at = (at + 1) & (t->slots - 1)) {
        struct tally_entry *e = t->entry[t->slot[at] - 1];
        if (e->hash == hash && bytes_equal(key_of(t, e), key))
            return e;
    }
    return NULL;
}

static struct tally_entry *add(struct tally *t, uint64_t hash, struct bytes key)
{
    struct tally_entry *e = NULL;

    if (t->count == t->limit || key.len > UINT32_MAX)
        return NULL;
    if (t->count < t->room || grow(t))
        e = calloc(1, sizeof(*e) + t->entry_size + key.len);
    if (e == NULL) {
        t->failed = true;
        return NULL;
    }
    e->hash = hash;
    e->key_len = (uint32_t)key.len;
    e->number = (uint32_t)t->count;
    if (key.len > 0)
        memcpy(e->body + t->entry_size, key.at, key.len);
    t->entry[t->count++] = e;
    place(t, e);
    return e;
}

/* Where in `met` a key may be. Whoever chooses keys that meet there makes it useless, and no more.
 */
static size_t place_met(struct bytes key)
{
    uint64_t first = 0, last = 0;

    if (key.len >= sizeof(first)) {
        memcpy(&first, key.at, sizeof(first));
        memcpy(&last, key.at + key.len - sizeof(last), sizeof(last));
    } else if (key.len > 0) {
        memcpy(&first, key.at, key.len);
    }
    return (first * 0x9e3779b97f4a7c15U + last * 0xc2b2ae3d27d4eb4fU + key.len) >> 32 &
           (TALLY_RECENT - 1);
}

void *tally_get(struct tally *t, struct bytes key, bool *fresh)
{
    struct tally_entry **met = &t->met[place_met(key)], *e = *met;

    *fresh = false;
    if (e != NULL && bytes_equal(key_of(t, e), key))
        return e->body;
    const uint64_t hash = hash_bytes(&t->key, key);
    e = find(t, hash, key);
    if (e == NULL) {
        *fresh = true;
        e = add(t, hash, key);
    }
    if (e == NULL)
        return NULL;
    *met = e;
    return e->body;
}

void *tally_at(const struct tally *t, size_t number)
{
    return t->entry[number]->body;
}

struct bytes tally_key(const struct tally *t, size_t number)
{
    return key_of(t, t->entry[number]);
}

/* Frees slot `hole` and moves later entries of the run back, so that every probe still meets them.
 */
static void close_hole(struct tally *t, size_t hole)
{
    const size_t mask = t->slots - 1;

    for (size_t at = (hole + 1) & mask; t->slot[at] != 0; at = (at + 1) & mask) {
        const size_t home = t->entry[t->slot[at] - 1]->hash & mask;
        if (((at - home) & mask) >= ((at - hole) & mask)) {
            t->slot[hole] = t->slot[at];
            hole = at;
        }
    }
    t->slot[hole] = 0;
}

void *tally_reuse(struct tally *t, size_t number, struct bytes key)
{
    struct tally_entry *e = t->entry[number];
    size_t at = e->hash & (t->slots - 1);

    while (t->slot[at] != number + 1)
        at = (at + 1) & (t->slots - 1);
    close_hole(t, at);
    memset(e->body, 0, t->entry_size);
    memcpy(e->body + t->entry_size, key.at, e->key_len);
    e->hash = hash_bytes(&t->key, key);
    place(t, e);
    return e->body;
}

const char *tally_text(struct tally *t, const char *text)
{
    struct tally_recent *recent = &t->recent[(uintptr_t)text / sizeof(void *) % TALLY_RECENT];
    bool fresh;

    if (text == NULL)
        return NULL;
    if (recent->from == text && strcmp(recent->kept, text) == 0)
        return recent->kept;
    const struct bytes key = bytes_of(text, strlen(text) + 1);
    const char *kept = tally_get(t, key, &fresh);
    if (kept == NULL)
        return "(too many names)";
    *recent = (struct tally_recent){.from = text, .kept = kept};
    return kept;
}

/* The sorted runs [run[0], run[1]) and [run[1], run[2]) become one. */
static void merge(void *const *in, void **out, const size_t run[3], compare_fn *compare)
{
    size_t left = run[0], right = run[1];

    for (size_t i = run[0]; i < run[2]; i++) {
        const bool take_left =
            left < run[1] && (right == run[2] || compare(in[left], in[right]) <= 0);
        out[i] = take_left ? in[left++] : in[right++];
    }
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

bool sorted_sort(struct sorted *s, compare_fn *compare)
{
    if (s->count < 2)
        return true;
    void **spare = malloc(s->count * sizeof(*spare));
    if (spare == NULL)
        return false;
    for (size_t width = 1; width < s->count; width *= 2) {
        for (size_t i = 0; i < s->count; i += 2 * width) {
            const size_t run[3] = {i, smaller(i + width, s->count),
                                   smaller(i + 2 * width, s->count)};
            merge(s->at, spare, run, compare);
        }
        memcpy(s->at, spare, s->count * sizeof(*spare));
    }
    free(spare);
    return true;
}

struct sorted tally_sorted(const struct tally *t, compare_fn *compare)
{
    struct sorted s = {.at = t->count > 0 ? malloc(t->count * sizeof(*s.at)) : NULL};

    if (s.at == NULL)
        return s;
    for (s.count = 0; s.count < t->count; s.count++)
        s.at[s.count] = t->entry[s.count]->body;
    if (!sorted_sort(&s, compare)) {
        free(s.at);
        s = (struct sorted){0};
    }
    return s;
}

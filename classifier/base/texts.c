/* SPDX-License-Identifier: MIT */
#include "base/texts.h"

#include "base/apart.h"
#include "base/load.h"

#define FIRST_LISTS 64U
#define SPREAD      UINT32_C(0x9e3779b1) /* 2^32 by the golden ratio (Knuth 6.4) */
#define ALONE       0U  /* of holders: its one holder shares it with nobody; in no list */
#define ALONE_STEP  64U /* bytes of memory */

struct text {
    struct text *next; /* in its list */
    uint32_t tag;      /* hash; ALONE: bytes there is room for */
    uint32_t holders;
    uint32_t len;
    uint8_t at[];
};

void texts_setup(struct texts *t, struct budget *budget, const struct hash_key *key)
{
    *t = (struct texts){.budget = budget, .key = *key};
}

static struct text **list_of(const struct texts *t, uint32_t tag)
{
    return &t->first[tag & (t->lists - 1)];
}

/* To another number of lists; 0: there are no texts. False: no memory, and nothing changed. */
RARE static bool spread(struct texts *t, uint32_t lists)
{
    const struct texts old = *t;

    t->first = lists > 0 ? budget_alloc(t->budget, lists * sizeof(struct text *)) : NULL;
    if (t->first == NULL && lists > 0) {
        *t = old;
        return false;
    }
    t->lists = lists;
    for (uint32_t i = 0; i < old.lists; i++)
        for (struct text *x = old.first[i], *next; x != NULL; x = next) {
            struct text **list = list_of(t, x->tag);
            next = x->next;
            x->next = *list;
            *list = x;
        }
    budget_free(t->budget, old.first, old.lists * sizeof(struct text *));
    return true;
}

static struct text *find(const struct texts *t, uint32_t tag, struct bytes text)
{
    struct text *x = t->lists > 0 ? *list_of(t, tag) : NULL;

    while (x != NULL && (x->tag != tag || !bytes_equal(bytes_of(x->at, x->len), text)))
        x = x->next;
    return x;
}

static struct text *add(struct texts *t, uint32_t tag, struct bytes text)
{
    if (t->lists == 0 && !spread(t, FIRST_LISTS))
        return NULL;
    if (t->count >= t->lists && t->lists <= UINT32_MAX / 4)
        spread(t, t->lists * 2); /* or longer lists */
    struct text *x = budget_alloc(t->budget, sizeof(*x) + text.len);
    if (x == NULL) {
        if (t->count == 0)
            spread(t, 0);
        return NULL;
    }
    struct text **list = list_of(t, tag);
    x->next = *list;
    x->tag = tag;
    x->len = (uint32_t)text.len;
    memcpy(x->at, text.at, text.len);
    *list = x;
    t->count++;
    return x;
}

/* Where it is remembered, by its end and its length: no key, for a text that meets another there
 * is looked up in the index. The text has a byte at least. */
static struct text **recent(struct texts *t, struct bytes text)
{
    const uint32_t end = text.len >= sizeof(uint32_t)
                             ? load_u32(text.at + text.len - sizeof(uint32_t))
                             : text.at[text.len - 1];
    const uint32_t mixed = (end ^ (uint32_t)text.len) * SPREAD;

    return &t->recent[(mixed >> 16) % TEXTS_RECENT];
}

struct bytes texts_keep(struct texts *t, struct bytes text)
{
    if (text.len == 0 || text.len > UINT32_MAX)
        return bytes_of(NULL, 0);
    struct text **last = recent(t, text);
    if (*last != NULL && bytes_equal(bytes_of((*last)->at, (*last)->len), text)) {
        (*last)->holders++;
        return bytes_of((*last)->at, (*last)->len);
    }
    const uint32_t tag = (uint32_t)hash_text(&t->key, text);
    struct text *x = find(t, tag, text);
    if (x == NULL)
        x = add(t, tag, text);
    if (x == NULL)
        return bytes_of(NULL, 0);
    x->holders++;
    *last = x;
    return bytes_of(x->at, x->len);
}

static struct text *text_of(struct bytes kept)
{
    return (struct text *)(void *)(uintptr_t)(kept.at - offsetof(struct text, at));
}

struct bytes texts_again(struct bytes kept)
{
    if (kept.at != NULL)
        text_of(kept)->holders++;
    return kept;
}

void texts_give(struct texts *t, struct bytes *kept)
{
    if (kept->at == NULL)
        return;
    struct text *x = text_of(*kept);
    *kept = bytes_of(NULL, 0);
    if (x->holders == ALONE) {
        budget_free(t->budget, x, sizeof(*x) + x->tag);
        return;
    }
    if (--x->holders > 0)
        return;
    struct text **last = recent(t, bytes_of(x->at, x->len));
    if (*last == x)
        *last = NULL;
    struct text **at = list_of(t, x->tag);
    while (*at != x)
        at = &(*at)->next;
    *at = x->next;
    budget_free(t->budget, x, sizeof(*x) + x->len);
    t->count--;
    if (t->count == 0 || (t->count < t->lists / 8 && t->lists > FIRST_LISTS))
        spread(t, t->count == 0 ? 0 : t->lists / 2);
}

/* One with room for so many bytes; NULL: there are none, or there is no memory. */
static struct text *make_alone(struct texts *t, size_t len)
{
    const size_t size = (sizeof(struct text) + len + ALONE_STEP - 1) / ALONE_STEP * ALONE_STEP;
    struct text *x = len > 0 && size <= UINT32_MAX ? budget_alloc(t->budget, size) : NULL;

    if (x != NULL)
        x->tag = (uint32_t)(size - sizeof(*x));
    return x;
}

void texts_change(struct texts *t, struct bytes *kept, struct bytes text)
{
    struct text *x = kept->at != NULL ? text_of(*kept) : NULL;

    if (x == NULL || x->holders != ALONE || x->tag < text.len || text.len == 0) {
        texts_give(t, kept);
        x = make_alone(t, text.len);
    }
    if (x == NULL)
        return;
    memcpy(x->at, text.at, text.len);
    x->len = (uint32_t)text.len;
    *kept = bytes_of(x->at, text.len);
}

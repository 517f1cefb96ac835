/* SPDX-License-Identifier: MIT */
/* value_set.c - sets of anomalies, by their names, and of info-hashes. */
#include <stdlib.h>

#include "base/near.h"
#include "policy/list.h"
#include "policy/value_read.h"

static bool name_fits(struct bytes wanted, enum anomaly a)
{
    return glob_matches(wanted, bytes_of_text(anomaly_info(a)->name), false);
}

static bool anomaly_fault(const struct loader *l, const struct node *n)
{
    const char *names[ANOMALY_COUNT] = {0};
    char said[QUOTE_ROOM];

    for (unsigned a = ANOMALY_NONE + 1; a < ANOMALY_COUNT; a++)
        names[a - 1] = anomaly_info((enum anomaly)a)->name;
    const char *nearest = near_word(n->text, names);
    quote(n->text, said);
    if (nearest != NULL)
        return fault(&l->source, n, "no anomaly is named \"%s\"; did you mean \"%s\"?", said,
                     nearest);
    return fault(&l->source, n, "no anomaly is named \"%s\"", said);
}

bool value_read_anomalies(struct loader *l, const struct key *key, const struct node *first,
                          struct value *out)
{
    uint64_t *bits = out->as.anomalies.bits;

    (void)key;
    for (const struct node *n = first; n != NULL; n = n->next) {
        bool any = false;
        for (unsigned a = ANOMALY_NONE + 1; a < ANOMALY_COUNT; a++) {
            if (!name_fits(n->text, (enum anomaly)a))
                continue;
            bits[a / 64] |= UINT64_C(1) << (a % 64);
            any = true;
        }
        if (!any)
            return anomaly_fault(l, n);
    }
    return true;
}

bool anomaly_set_of_payload(const struct anomaly_set *s)
{
    static const enum anomaly seen_inside[] = {WS_BAD_UTF8, WS_INFLATE_FAILED, WS_INFLATE_BOMB,
                                               WS_DEFLATE_WINDOW};

    for (size_t i = 0; i < sizeof(seen_inside) / sizeof(seen_inside[0]); i++)
        if ((s->bits[seen_inside[i] / 64] >> (seen_inside[i] % 64) & 1) != 0)
            return true;
    return false;
}

bool anomaly_set_covers(const struct anomaly_set *wide, const struct anomaly_set *narrow)
{
    for (size_t i = 0; i < ANOMALY_WORDS; i++)
        if ((narrow->bits[i] & ~wide->bits[i]) != 0)
            return false;
    return true;
}

static int compare_hashes(const void *a, const void *b)
{
    return memcmp(a, b, INFO_HASH_LEN);
}

bool hash_from_text(struct bytes text, uint8_t out[INFO_HASH_LEN])
{
    if (text.len != HASH_DIGITS && text.len != HASH_DIGITS_V2)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        const int digit = hex_digit_value(text.at[i]);
        if (digit < 0)
            return false;
        if (i < HASH_DIGITS)
            out[i / 2] = (uint8_t)(i % 2 == 0 ? digit << 4 : out[i / 2] | digit);
    }
    return true;
}

void hash_set_sort(struct hash_set *s)
{
    if (s->count > 1)
        qsort(s->at, s->count, sizeof(*s->at), compare_hashes);
}

/* Adds those of one entry; the set has room. */
static bool read_hash(struct loader *l, const struct node *n, struct hash_set *set)
{
    char said[QUOTE_ROOM];

    if (is_list_file(n)) {
        const struct hash_set *all = &list_load(l, n, LIST_HASHES)->hashes; /* read before */
        if (all->count > 0)
            memcpy(set->at + set->count, all->at, all->count * sizeof(*set->at));
        set->count += all->count;
        return true;
    }
    return hash_from_text(n->text, set->at[set->count++]) ||
           fault(&l->source, n,
                 "\"%s\" is no info-hash: 40 hexadecimal digits, or the 64 of version 2",
                 quote(n->text, said));
}

bool value_read_hashes(struct loader *l, const struct key *key, const struct node *first,
                       struct value *out)
{
    struct hash_set *set = &out->as.hashes;
    size_t count = 0;

    (void)key;
    for (const struct node *n = first; n != NULL; n = n->next) {
        const struct list *list = is_list_file(n) ? list_load(l, n, LIST_HASHES) : NULL;
        if (is_list_file(n) && list == NULL)
            return false;
        count += list != NULL ? list->hashes.count : 1;
    }
    set->at = loader_alloc(l, count, sizeof(*set->at));
    if (set->at == NULL)
        return false;
    for (const struct node *n = first; n != NULL; n = n->next)
        if (!read_hash(l, n, set))
            return false;
    hash_set_sort(set);
    return true;
}

bool hash_set_has(const struct hash_set *s, const uint8_t hash[INFO_HASH_LEN])
{
    return s->count > 0 && bsearch(hash, s->at, s->count, sizeof(*s->at), compare_hashes) != NULL;
}

bool hash_set_covers(const struct hash_set *wide, const struct hash_set *narrow)
{
    for (size_t i = 0; i < narrow->count; i++)
        if (!hash_set_has(wide, narrow->at[i]))
            return false;
    return true;
}

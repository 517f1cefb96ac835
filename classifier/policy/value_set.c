/* SPDX-License-Identifier: MIT */
/* value_set.c - sets of anomalies, by their names, and of info-hashes. */
#include <stdlib.h>

#include "base/near.h"
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

bool value_read_hashes(struct loader *l, const struct key *key, const struct node *first,
                       struct value *out)
{
    struct hash_set *set = &out->as.hashes;
    char said[QUOTE_ROOM];
    size_t count = 0;

    (void)key;
    for (const struct node *n = first; n != NULL; n = n->next)
        count++;
    set->at = loader_alloc(l, count, sizeof(*set->at));
    if (set->at == NULL)
        return false;
    for (const struct node *n = first; n != NULL; n = n->next)
        if (!hash_from_text(n->text, set->at[set->count++]))
            return fault(&l->source, n,
                         "\"%s\" is no info-hash: 40 hexadecimal digits, or the 64 of version 2",
                         quote(n->text, said));
    qsort(set->at, set->count, sizeof(*set->at), compare_hashes);
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

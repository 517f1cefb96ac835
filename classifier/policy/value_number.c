/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "policy/value_read.h"

#define NS_PER_S UINT64_C(1000000000)

struct unit {
    const char *name;
    uint64_t times;
};

static const struct unit no_units[] = {{"", 1}, {NULL, 0}};
static const struct unit sizes[] = {
    {"", 1},       {"k", 1000},          {"M", 1000 * 1000},          {"G", 1000 * 1000 * 1000},
    {"KiB", 1024}, {"MiB", 1024 * 1024}, {"GiB", 1024 * 1024 * 1024}, {NULL, 0},
};
static const struct unit durations[] = {
    {"ms", NS_PER_S / 1000}, {"s", NS_PER_S},         {"m", 60 * NS_PER_S},
    {"h", 3600 * NS_PER_S},  {"d", 86400 * NS_PER_S}, {NULL, 0},
};

/* What is a number of each kind. */
static const struct number_kind {
    const struct unit *units;
    uint64_t highest;
    const char *wanted; /* in the sentence */
} number_kinds[] = {
    [VALUE_PORT] = {no_units, UINT16_MAX,
                    "no port (0 to 65535), range (8000-8999) or bound (>1023)"},
    [VALUE_SIZE] = {sizes, INT64_MAX, /* RFC 6455 s5.2: a frame has at most 2^63-1 bytes */
                    "no size: write 512, 64KiB, 1M, a range (1-100) or a bound (>1MiB)"},
    [VALUE_NUMBER] = {no_units, INT64_MAX, "no number, range (10-99) or bound (>100)"},
    [VALUE_DURATION] = {durations, INT64_MAX,
                        "no duration: write 500ms, 90s, 10m, 2h, 1d, a range (1m-5m) or a bound "
                        "(>10m)"},
};

static bool take(struct bytes *text, const char *prefix)
{
    if (!bytes_start_with(*text, bytes_of_text(prefix)))
        return false;
    *text = bytes_after(*text, strlen(prefix));
    return true;
}

static void skip_spaces(struct bytes *text)
{
    while (take(text, " "))
        ;
}

static uint64_t unit_of(const struct unit *units, struct bytes name)
{
    for (; units->name != NULL; units++)
        if (bytes_equal(name, bytes_of_text(units->name)))
            return units->times;
    return 0;
}

/* The whole text is one number, with a unit where the kind has some. */
static bool read_number(struct bytes text, const struct number_kind *kind, uint64_t *out)
{
    uint64_t number = 0;
    size_t digits = 0;

    for (; digits < text.len && text.at[digits] >= '0' && text.at[digits] <= '9'; digits++) {
        if (number > (kind->highest - (uint64_t)(text.at[digits] - '0')) / 10)
            return false;
        number = number * 10 + (uint64_t)(text.at[digits] - '0');
    }
    const struct bytes name = bytes_trim(bytes_after(text, digits));
    const uint64_t unit = unit_of(kind->units, name);
    if (digits == 0 || unit == 0 || number > kind->highest / unit)
        return false;
    *out = number * unit;
    return true;
}

static bool range_fault(const struct loader *l, const struct node *n,
                        const struct number_kind *kind)
{
    char said[QUOTE_ROOM];

    return fault(&l->source, n, "\"%s\" is %s", quote(n->text, said), kind->wanted);
}

/* ">1023", ">=1024", "<1024", "<=1023". *is: whether it is a bound at all. */
static bool read_bound(struct bytes text, const struct number_kind *kind, struct range *out,
                       bool *is)
{
    const bool above = take(&text, ">"), below = !above && take(&text, "<");
    uint64_t number = 0;

    *is = above || below;
    if (!*is)
        return true;
    const bool with = take(&text, "=");
    skip_spaces(&text);
    if (!read_number(text, kind, &number))
        return false;
    if (!with && number == (above ? kind->highest : 0))
        return false; /* nothing is there */
    *out = above ? (struct range){with ? number : number + 1, kind->highest}
                 : (struct range){0, with ? number : number - 1};
    return true;
}

bool range_read(struct loader *l, const struct node *n, enum value_kind which, struct range *out)
{
    const struct number_kind *kind = &number_kinds[which];
    bool is_bound = false;

    if (!read_bound(n->text, kind, out, &is_bound))
        return range_fault(l, n, kind);
    if (is_bound)
        return true;
    const uint8_t *dash = bytes_find_byte(n->text, '-');
    const size_t low_len = dash != NULL ? (size_t)(dash - n->text.at) : n->text.len;
    const struct bytes low = bytes_trim(bytes_first(n->text, low_len));
    if (!read_number(low, kind, &out->low))
        return range_fault(l, n, kind);
    out->high = out->low;
    if (dash != NULL &&
        !read_number(bytes_trim(bytes_after(n->text, low_len + 1)), kind, &out->high))
        return range_fault(l, n, kind);
    char said[QUOTE_ROOM];
    if (out->low > out->high)
        return fault(&l->source, n, "the range \"%s\" ends before it begins", quote(n->text, said));
    return true;
}

static int compare_ranges(const void *a, const void *b)
{
    const struct range *x = a, *y = b;
    return x->low < y->low ? -1 : x->low > y->low;
}

void range_set_merge(struct range_set *s)
{
    size_t kept = 0;

    qsort(s->at, s->count, sizeof(*s->at), compare_ranges);
    for (size_t i = 0; i < s->count; i++) {
        struct range *last = kept > 0 ? &s->at[kept - 1] : NULL;
        if (last == NULL || (s->at[i].low > last->high && s->at[i].low - last->high > 1))
            s->at[kept++] = s->at[i];
        else if (s->at[i].high > last->high)
            last->high = s->at[i].high;
    }
    s->count = kept;
}

bool value_read_ranges(struct loader *l, const struct key *key, const struct node *first,
                       struct value *out)
{
    struct range_set *set = &out->as.ranges;
    size_t count = 0;

    for (const struct node *n = first; n != NULL; n = n->next)
        count++;
    set->at = loader_alloc(l, count, sizeof(*set->at));
    if (set->at == NULL)
        return false;
    for (const struct node *n = first; n != NULL; n = n->next)
        if (!range_read(l, n, key->kind, &set->at[set->count++]))
            return false;
    range_set_merge(set);
    return true;
}

/* The last range that begins at or before `number`; NULL when there is none. */
static const struct range *range_before(const struct range_set *s, uint64_t number)
{
    size_t low = 0, high = s->count;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (s->at[middle].low <= number)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 ? &s->at[low - 1] : NULL;
}

bool range_set_has(const struct range_set *s, uint64_t number)
{
    const struct range *r = range_before(s, number);
    return r != NULL && number <= r->high;
}

bool range_set_covers(const struct range_set *wide, const struct range_set *narrow)
{
    for (size_t i = 0; i < narrow->count; i++) {
        const struct range *r = range_before(wide, narrow->at[i].low);
        if (r == NULL || narrow->at[i].high > r->high)
            return false;
    }
    return true;
}

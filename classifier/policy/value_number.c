/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "policy/load.h"
#include "policy/value.h"

#define PORT_HIGHEST 65535
#define SIZE_HIGHEST INT64_MAX /* RFC 6455 s5.2: a frame has at most 2^63-1 bytes */

static const struct unit {
    const char *name;
    uint64_t bytes;
} units[] = {
    {"", 1},       {"k", 1000},          {"M", 1000 * 1000},          {"G", 1000 * 1000 * 1000},
    {"KiB", 1024}, {"MiB", 1024 * 1024}, {"GiB", 1024 * 1024 * 1024},
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

static uint64_t unit_of(struct bytes name)
{
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
        if (bytes_equal(name, bytes_of_text(units[i].name)))
            return units[i].bytes;
    return 0;
}

/* The whole text is one number, with a unit where sizes are meant. */
static bool read_number(struct bytes text, uint64_t highest, uint64_t *out)
{
    uint64_t number = 0;
    size_t digits = 0;

    for (; digits < text.len && text.at[digits] >= '0' && text.at[digits] <= '9'; digits++) {
        if (number > (highest - (uint64_t)(text.at[digits] - '0')) / 10)
            return false;
        number = number * 10 + (uint64_t)(text.at[digits] - '0');
    }
    const struct bytes name = bytes_trim(bytes_after(text, digits));
    const uint64_t unit = highest > PORT_HIGHEST ? unit_of(name) : name.len == 0;
    if (digits == 0 || unit == 0 || number > highest / unit)
        return false;
    *out = number * unit;
    return true;
}

static bool range_fault(const struct loader *l, const struct node *n, uint64_t highest)
{
    char said[QUOTE_ROOM];

    quote(n->text, said);
    if (highest == PORT_HIGHEST)
        return fault(&l->source, n,
                     "\"%s\" is no port (0 to 65535), range (8000-8999) or bound (>1023)", said);
    return fault(&l->source, n,
                 "\"%s\" is no size: write 512, 64KiB, 1M, a range (1-100) or a bound (>1MiB)",
                 said);
}

/* ">1023", ">=1024", "<1024", "<=1023". *is: whether it is a bound at all. */
static bool read_bound(struct bytes text, uint64_t highest, struct range *out, bool *is)
{
    const bool above = take(&text, ">"), below = !above && take(&text, "<");
    uint64_t number = 0;

    *is = above || below;
    if (!*is)
        return true;
    const bool with = take(&text, "=");
    skip_spaces(&text);
    if (!read_number(text, highest, &number))
        return false;
    if (!with && number == (above ? highest : 0))
        return false; /* nothing is there */
    *out = above ? (struct range){with ? number : number + 1, highest}
                 : (struct range){0, with ? number : number - 1};
    return true;
}

bool range_read(struct loader *l, const struct node *n, uint64_t highest, struct range *out)
{
    bool is_bound = false;

    if (!read_bound(n->text, highest, out, &is_bound))
        return range_fault(l, n, highest);
    if (is_bound)
        return true;
    const uint8_t *dash = bytes_find_byte(n->text, '-');
    const size_t low_len = dash != NULL ? (size_t)(dash - n->text.at) : n->text.len;
    const struct bytes low = bytes_trim(bytes_first(n->text, low_len));
    if (!read_number(low, highest, &out->low))
        return range_fault(l, n, highest);
    out->high = out->low;
    if (dash != NULL &&
        !read_number(bytes_trim(bytes_after(n->text, low_len + 1)), highest, &out->high))
        return range_fault(l, n, highest);
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

/* Sorted ranges that touch become one. */
static void merge(struct range_set *s)
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
    const uint64_t highest = key->kind == VALUE_PORT ? PORT_HIGHEST : SIZE_HIGHEST;
    struct range_set *set = &out->as.ranges;
    size_t count = 0;

    for (const struct node *n = first; n != NULL; n = n->next)
        count++;
    set->at = loader_alloc(l, count, sizeof(*set->at));
    if (set->at == NULL)
        return false;
    for (const struct node *n = first; n != NULL; n = n->next)
        if (!range_read(l, n, highest, &set->at[set->count++]))
            return false;
    merge(set);
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

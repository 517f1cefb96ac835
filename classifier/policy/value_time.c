/* SPDX-License-Identifier: MIT */
/* value_time.c - times of day, days of the week, and by which clock: timezone. */
#include "policy/value_read.h"

#define MINUTES_PER_HOUR 60
#define MINUTES_PER_DAY  (24 * MINUTES_PER_HOUR)
#define NS_PER_MINUTE    (60 * INT64_C(1000000000))
#define ZONE_MAX         (14 * MINUTES_PER_HOUR) /* Kiritimati: the farthest from UTC */

static const char *const day_words[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun", NULL};

/* "08:00", "8:00", up to "24:00": minutes since midnight. */
static bool read_clock(struct bytes text, unsigned *out)
{
    unsigned number[2] = {0};
    size_t digits = 0, part = 0;

    text = bytes_trim(text);
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] == ':' && part == 0 && digits > 0) {
            part = 1;
            digits = 0;
        } else if (text.at[i] >= '0' && text.at[i] <= '9' && digits++ < 2) {
            number[part] = number[part] * 10 + (unsigned)(text.at[i] - '0');
        } else {
            return false;
        }
    }
    *out = number[0] * MINUTES_PER_HOUR + number[1];
    return part == 1 && digits == 2 && number[1] < MINUTES_PER_HOUR && *out <= MINUTES_PER_DAY;
}

static bool time_fault(const struct loader *l, const struct node *n)
{
    char said[QUOTE_ROOM];

    return fault(&l->source, n,
                 "\"%s\" is no time of day: write '08:00-18:00', or '22:00-06:00' over midnight",
                 quote(n->text, said));
}

/* Its minutes: up to, and without, the second time. One that goes over midnight is two ranges. */
static bool read_time(struct loader *l, const struct node *n, struct range_set *set)
{
    const uint8_t *dash = bytes_find_byte(n->text, '-');
    unsigned from = 0, to = 0;

    if (dash == NULL || !read_clock(bytes_first(n->text, (size_t)(dash - n->text.at)), &from) ||
        !read_clock(bytes_after(n->text, (size_t)(dash - n->text.at) + 1), &to) || from == to ||
        from == MINUTES_PER_DAY)
        return time_fault(l, n);
    if (from < to) {
        set->at[set->count++] = (struct range){from, to - 1};
        return true;
    }
    set->at[set->count++] = (struct range){from, MINUTES_PER_DAY - 1};
    if (to > 0)
        set->at[set->count++] = (struct range){0, to - 1};
    return true;
}

bool value_read_times(struct loader *l, const struct key *key, const struct node *first,
                      struct value *out)
{
    struct range_set *set = &out->as.ranges;
    size_t count = 0;

    (void)key;
    for (const struct node *n = first; n != NULL; n = n->next)
        count += 2;
    set->at = loader_alloc(l, count, sizeof(*set->at));
    if (set->at == NULL)
        return false;
    for (const struct node *n = first; n != NULL; n = n->next)
        if (!read_time(l, n, set))
            return false;
    range_set_merge(set);
    return true;
}

/* Its place in the week; as many as there are days: none. */
static unsigned day_of(struct bytes text)
{
    unsigned day = 0;

    while (day_words[day] != NULL && !bytes_equal_nocase(text, bytes_of_text(day_words[day])))
        day++;
    return day;
}

/* "mon", or "fri-mon", which goes on into the next week. */
static bool read_day(struct loader *l, const struct node *n, uint32_t *days)
{
    const uint8_t *dash = bytes_find_byte(n->text, '-');
    const size_t len = dash != NULL ? (size_t)(dash - n->text.at) : n->text.len;
    unsigned from = day_of(bytes_trim(bytes_first(n->text, len)));
    const unsigned to = dash != NULL ? day_of(bytes_trim(bytes_after(n->text, len + 1))) : from;

    if (day_words[from] == NULL || day_words[to] == NULL)
        return fault_unknown(&l->source, n, "days", day_words);
    *days |= UINT32_C(1) << to;
    for (; from != to; from = day_words[from + 1] != NULL ? from + 1 : 0)
        *days |= UINT32_C(1) << from;
    return true;
}

bool value_read_days(struct loader *l, const struct key *key, const struct node *first,
                     struct value *out)
{
    (void)key;
    for (const struct node *n = first; n != NULL; n = n->next)
        if (!read_day(l, n, &out->as.words))
            return false;
    return true;
}

bool value_read_timezone(struct loader *l, const struct node *n, int64_t *out)
{
    const struct bytes text = n->text;
    const bool east = text.len > 0 && text.at[0] == '+', west = text.len > 0 && text.at[0] == '-';
    unsigned minutes = 0;
    char said[QUOTE_ROOM];

    if (n->kind == NODE_SCALAR && (node_is(n, "UTC") || node_is(n, "Z"))) {
        *out = 0;
        return true;
    }
    if (n->kind != NODE_SCALAR || !(east || west) || !read_clock(bytes_after(text, 1), &minutes) ||
        minutes > ZONE_MAX)
        return fault(&l->source, n,
                     "\"timezone\" is UTC or how far east of it, as in '+02:00'; not %s%s%s",
                     n->kind == NODE_SCALAR ? "\"" : "",
                     n->kind == NODE_SCALAR ? quote(text, said) : node_kind_name(n),
                     n->kind == NODE_SCALAR ? "\"" : "");
    *out = (east ? 1 : -1) * (int64_t)minutes * NS_PER_MINUTE;
    return true;
}

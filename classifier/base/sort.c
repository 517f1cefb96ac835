/* SPDX-License-Identifier: MIT */
#include "base/sort.h"

#include <string.h>

#define DIGITS 256U /* values of a byte */
#define FEW    32U  /* records that are sorted one by one */

static void insert_each(struct sort_record *at, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        const struct sort_record r = at[i];
        size_t to = i;
        for (; to > 0 && at[to - 1].key > r.key; to--)
            at[to] = at[to - 1];
        at[to] = r;
    }
}

/* By one byte of the key. */
static void deal(const struct sort_record *from, struct sort_record *to, size_t count,
                 unsigned shift)
{
    size_t place[DIGITS] = {0}, sum = 0;

    for (size_t i = 0; i < count; i++)
        place[from[i].key >> shift & (DIGITS - 1)]++;
    for (size_t digit = 0; digit < DIGITS; digit++) {
        const size_t here = place[digit];
        place[digit] = sum;
        sum += here;
    }
    for (size_t i = 0; i < count; i++)
        to[place[from[i].key >> shift & (DIGITS - 1)]++] = from[i];
}

void sort_records(struct sort_record *at, struct sort_record *room, size_t count)
{
    struct sort_record *from = at, *to = room;
    uint64_t differ = 0;

    if (count <= FEW) {
        insert_each(at, count);
        return;
    }
    for (size_t i = 1; i < count; i++)
        differ |= at[i].key ^ at[0].key;
    for (unsigned shift = 0; shift < 64; shift += 8) {
        if ((differ >> shift & (DIGITS - 1)) == 0)
            continue;
        deal(from, to, count, shift);
        struct sort_record *const other = from;
        from = to;
        to = other;
    }
    if (from != at)
        memcpy(at, from, count * sizeof(*at));
}

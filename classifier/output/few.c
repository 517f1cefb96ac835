/* SPDX-License-Identifier: MIT */
#include "output/few.h"

/* Is there a place for what stands at `i`, or would be the next? */
static bool take_place(size_t i, uint8_t *count, bool *more)
{
    if (i == FEW) {
        *more = true;
        return false;
    }
    if (i == *count)
        (*count)++;
    return true;
}

void few_addr_add(struct few_addr *f, const struct addr *a)
{
    size_t i = 0;

    if (f->more) /* nothing changes any more */
        return;
    while (i < f->count && addr_compare(&f->at[i], a) != 0)
        i++;
    if (take_place(i, &f->count, &f->more))
        f->at[i] = *a;
}

void few_u64_add(struct few_u64 *f, uint64_t value)
{
    size_t i = 0;

    while (i < f->count && f->at[i] != value)
        i++;
    if (!take_place(i, &f->count, &f->more))
        return;
    f->at[i] = value;
    f->times[i]++;
}

void few_text_add(struct few_text *f, const char *text, bool mark)
{
    size_t i = 0;

    while (i < f->count && f->at[i] != text)
        i++;
    if (!take_place(i, &f->count, &f->more))
        return;
    f->at[i] = text;
    f->times[i]++;
    f->marked[i] += mark;
}

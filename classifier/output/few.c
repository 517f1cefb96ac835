/* SPDX-License-Identifier: MIT */
#include "output/few.h"

void few_addr_add(struct few_addr *f, const struct addr *a)
{
    for (size_t i = 0; i < f->count; i++)
        if (addr_compare(&f->at[i], a) == 0)
            return;
    if (f->count < FEW)
        f->at[f->count++] = *a;
    else
        f->more = true;
}

void few_u64_add(struct few_u64 *f, uint64_t value)
{
    size_t i = 0;

    while (i < f->count && f->at[i] != value)
        i++;
    if (i == FEW) {
        f->more = true;
        return;
    }
    if (i == f->count)
        f->count++;
    f->at[i] = value;
    f->times[i]++;
}

void few_text_add(struct few_text *f, const char *text, bool mark)
{
    size_t i = 0;

    while (i < f->count && f->at[i] != text)
        i++;
    if (i == FEW) {
        f->more = true;
        return;
    }
    if (i == f->count)
        f->count++;
    f->at[i] = text;
    f->times[i]++;
    f->marked[i] += mark;
}

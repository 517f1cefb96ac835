/* SPDX-License-Identifier: MIT */
/* sort.h - many records put in the order of a number, which is never compared: byte by byte of it,
 * the lowest first (LSD radix sort; Knuth 5.2.5). */
#ifndef BASE_SORT_H
#define BASE_SORT_H

#include <stddef.h>
#include <stdint.h>

struct sort_record {
    uint64_t key, value;
};

/* Ascending; what has the same key stays in the order in which it stands. `room`: for as many
 * records, written over. */
void sort_records(struct sort_record *at, struct sort_record *room, size_t count);

#endif

/* SPDX-License-Identifier: MIT */
/* few.h - a handful of different values told apart, and whether there were more. */
#ifndef OUTPUT_FEW_H
#define OUTPUT_FEW_H

#include "model/endpoint.h"

#define FEW 8

/* Up to FEW different values; `more`: there were others. */
struct few_addr {
    struct addr at[FEW];
    uint8_t count;
    bool more;
};
struct few_u64 {
    uint64_t at[FEW], times[FEW];
    uint8_t count;
    bool more;
};
/* Texts of one tally (tally_text()), so that pointers compare. `marked`: of its times, those that
 * the caller marked. */
struct few_text {
    const char *at[FEW];
    uint64_t times[FEW], marked[FEW];
    uint8_t count;
    bool more;
};

void few_addr_add(struct few_addr *f, const struct addr *a);
void few_u64_add(struct few_u64 *f, uint64_t value);
void few_text_add(struct few_text *f, const char *text, bool mark);

#endif

/* SPDX-License-Identifier: MIT */
/* rules.h - a loaded policy, as the files of this folder see it. Read-only after loading. */
#ifndef POLICY_RULES_H
#define POLICY_RULES_H

#include "policy/arena.h"
#include "policy/bank.h"
#include "policy/key.h"
#include "policy/overlap.h"
#include "policy/policy.h"
#include "policy/promise.h"

struct rule {
    struct rule_info info;
    uint32_t column; /* of its name in the file */
    struct condition_list conditions;
    enum confidence confidence; /* at least; NONE: no condition asks what the flow is */
    bool has_message;
    bool reads_payload;      /* `message` asks for content, or for a size after inflation */
    bool scans;              /* `message` has content patterns, perhaps negated */
    bool finds;              /* `message` can only match where a content pattern hit */
    uint32_t message_number; /* its place among the rules that have `message` */
    struct condition_list message;
};

struct group {
    const char *name;
    const struct node *source;
    struct addr_set addresses;
};

struct policy {
    struct arena arena;
    struct rule *rule;
    size_t rule_count, listed; /* listed: in the file; those behind select flows for tests */
    struct rules_test *test;
    size_t test_count, message_count;
    enum rule_action fallback; /* `default`: ALLOW or BLOCK */
    struct group *group;       /* sorted by name */
    size_t group_count;
    const struct group *home; /* the group of that name, or NULL */
    struct promises promises;
    struct overlap overlap;
    struct rule_info exception[EXCEPTIONS]; /* without a name: not stated */
    struct bank field[FIELD_COUNT];
    struct bank content;
    uint32_t *message_rule;      /* places of the rules that have `message` */
    struct asked_header *header; /* by number: conditions name fields FIELD_COUNT + number */
    size_t header_count, header_room;
    int64_t timezone_ns; /* east of UTC: of `time` and `days` */
    uint32_t interest;   /* enum interest, ored */
    uint32_t asks;       /* enum asks, ored */
};

/* Is the bitset's bit n set? */
static inline bool bit_is_set(const uint64_t *bits, size_t n)
{
    return (bits[n / 64] >> (n % 64) & 1) != 0;
}

static inline void bit_clear(uint64_t *bits, size_t n)
{
    bits[n / 64] &= ~(UINT64_C(1) << (n % 64));
}

#endif

/* SPDX-License-Identifier: MIT */
/* rules.h - a loaded policy, as the files of this folder see it. Read-only after loading. */
#ifndef POLICY_RULES_H
#define POLICY_RULES_H

#include "policy/arena.h"
#include "policy/bank.h"
#include "policy/bits.h"
#include "policy/key.h"
#include "policy/overlap.h"
#include "policy/policy.h"
#include "policy/promise.h"
#include "policy/rate.h"

struct rate;

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
    const struct rate *rate; /* NULL: it does not count */
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
    struct rate *rate; /* in file order */
    size_t rate_count;
    uint64_t rate_of[RATE_EVENTS]; /* the rates that count it: a bit each */
    int64_t timezone_ns;           /* east of UTC: of `time` and `days` */
    uint32_t interest;             /* enum interest, ored */
    uint32_t asks;                 /* enum asks, ored */
};

#endif

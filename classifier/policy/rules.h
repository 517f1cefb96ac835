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
    bool reads_payload; /* `message` asks for content, or for a size after inflation */
    bool parses;        /* `message` has `json` */
    bool scans;         /* `message` has content patterns, perhaps negated */
    bool finds;         /* `message` can only match where a content pattern hit */
    bool has_frame;
    uint32_t frame_number;   /* its place among the rules that have `frame` */
    uint32_t message_number; /* its place among the rules that have `message` */
    struct condition_list message, frame;
    const struct rate *rate; /* NULL: it does not count */
};

/* 64 rules beside each other that differ in their `message` alone: asked as one while all wait. */
struct alike {
    bool is;
    uint64_t scans, finds, parses; /* rules of the word, a bit each */
};

struct group {
    const char *name;
    const struct node *source;
    struct addr_set addresses;
};

struct policy {
    struct arena arena;
    struct list *list; /* plain lists, each once */
    struct rule *rule;
    size_t rule_count, listed; /* listed: in the file; those behind select flows for tests */
    struct rules_test *test;
    size_t test_count;
    enum rule_action fallback; /* `default`: ALLOW or BLOCK */
    struct group *group;       /* sorted by name */
    size_t group_count;
    const struct group *home; /* the group of that name, or NULL */
    struct promises promises;
    struct overlap overlap;
    struct rule_info exception[EXCEPTIONS]; /* without a name: not stated */
    struct bank field[FIELD_COUNT];
    struct bank content;
    uint32_t *message_rule; /* places of the rules that have `message` */
    size_t message_count;
    struct alike *alike;     /* by word of rules */
    uint64_t *message_plain; /* by message_number: no pattern needs to hit for it */
    uint32_t *hit_start;     /* by bit of message_slot.hits, and one more: where in hit_rule the */
    uint32_t *hit_rule;      /* message_numbers begin that need it */
    uint32_t *frame_rule;    /* places of the rules that have `frame` */
    size_t frame_count;
    struct json_path *json_path; /* of all `json` conditions, each once */
    size_t json_path_count, json_path_room;
    uint32_t json_count;         /* tests: their bits follow those of the content patterns */
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

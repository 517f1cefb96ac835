/* SPDX-License-Identifier: MIT */
/* rules.h - a loaded policy, as the files of this folder see it. Read-only after loading. */
#ifndef POLICY_RULES_H
#define POLICY_RULES_H

#include "policy/arena.h"
#include "policy/bank.h"
#include "policy/overlap.h"
#include "policy/policy.h"
#include "policy/promise.h"

/* Facts that are texts. Each has a bank for its regular expressions. */
enum text_field {
    FIELD_APP,
    FIELD_LAYERS,
    FIELD_HOST,
    FIELD_PATH,
    FIELD_ORIGIN,
    FIELD_SUBPROTOCOL,
    FIELD_SNI,
    FIELD_COUNT
};

/* What a condition says of the facts as they are. Rising, so that "all of them" is the least. */
enum answer {
    ANSWER_NO,      /* and never will */
    ANSWER_NO_NOW,  /* no; but a later request, say, may still match */
    ANSWER_NOT_YET, /* not known */
    ANSWER_YES,
};

struct condition;
struct policy_worker;

struct question {
    const struct policy *policy;
    struct policy_worker *worker;
    const struct facts *facts;
    const struct message_facts *message; /* NULL: the flow is asked about, not a message */
    const uint64_t *hits;                /* of the content bank in this message so far */
    bool blind;                          /* its payload could not be searched */
};

typedef enum answer match_fn(const struct question *q, const struct condition *c);

/* One row of the table of keys: keys.c for `match`, message_keys.c for `message`. */
struct key {
    const char *name;
    enum value_kind kind;
    match_fn *match;
    const char *const *words; /* VALUE_WORDS, VALUE_LEVEL: NULL-terminated */
    enum text_field field;    /* VALUE_TEXT */
    bool nocase;              /* VALUE_TEXT */
    bool identity;            /* asks what the flow is: confidence counts */
};

struct condition {
    const struct key *key;
    const struct node *source; /* as it was written */
    struct value value;
};

struct condition_list {
    struct condition *at;
    size_t count;
    uint32_t keys; /* bit n: row n of its table of keys is here */
};

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
    size_t rule_count;
    enum rule_action fallback; /* `default`: ALLOW or BLOCK */
    struct group *group;       /* sorted by name */
    size_t group_count;
    struct promises promises;
    struct overlap overlap;
    struct rule_info exception[EXCEPTIONS]; /* without a name: not stated */
    struct bank field[FIELD_COUNT];
    struct bank content;
    uint32_t *message_rule; /* places of the rules that have `message` */
    size_t message_count;
    uint32_t interest; /* enum interest, ored */
};

/* The tables of keys: they end with a row without a name. */
extern const struct key match_keys[];
extern const struct key message_keys[];

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

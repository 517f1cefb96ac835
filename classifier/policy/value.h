/* SPDX-License-Identifier: MIT */
/* value.h - the right-hand side of a condition: a set of texts, numbers, addresses, words or
 * patterns.
 *
 * Read from a scalar, a list (any of) or {not: ...}; after loading read-only, in the policy's
 * arena. covers() is true only when the wide set surely holds all of the narrow one.
 */
#ifndef POLICY_VALUE_H
#define POLICY_VALUE_H

#include "model/facts.h"
#include "policy/bank.h"

struct json_test;
struct key;
struct list;
struct loader;

enum value_kind {
    VALUE_TEXT,     /* exact, glob, /regex/ */
    VALUE_PORT,     /* 80, 8000-8999, >1023 */
    VALUE_SIZE,     /* the same, with KiB, MiB, k, M ... */
    VALUE_ADDRESS,  /* an address, a CIDR block, a group */
    VALUE_WORDS,    /* of the key's own list: a bit for each */
    VALUE_FLAG,     /* true or false: bit 0 */
    VALUE_LEVEL,    /* one word of the key's own list: its place there */
    VALUE_LITERAL,  /* texts, found anywhere */
    VALUE_REGEX,    /* patterns, found anywhere */
    VALUE_NUMBER,   /* 0 to 2^63-1 */
    VALUE_DURATION, /* 90s, >10m: nanoseconds */
    VALUE_TIME,     /* 08:00-18:00: minutes of the day */
    VALUE_DAYS,     /* mon, mon-fri: a bit for each, from Monday */
    VALUE_ANOMALY,  /* names or globs of anomalies: a bit for each */
    VALUE_HEX,      /* bytes in hexadecimal digits, found anywhere; ?? is any byte */
    VALUE_JSON,     /* what stands at a path: texts, numbers, true, false, null */
    VALUE_HASH,     /* info-hashes in hexadecimal digits */
};

struct pattern_set {
    const struct bank *bank;
    uint32_t *id; /* in the bank */
    size_t count;
};

struct text_set {
    struct bytes *exact; /* sorted; in lower case when nocase */
    struct bytes *glob;  /* * any run, ? any one byte; in lower case when nocase */
    size_t exact_count, glob_count;
    struct pattern_set patterns;
    const struct list **list; /* list.h */
    size_t list_count;
    bool nocase;
};

struct range {
    uint64_t low, high; /* both included */
};
struct range_set {
    struct range *at; /* sorted, apart from each other */
    size_t count;
};

/* A bit for each enum anomaly. */
struct anomaly_set {
    uint64_t bits[ANOMALY_WORDS];
};

struct hash_set {
    uint8_t (*at)[INFO_HASH_LEN]; /* sorted */
    size_t count;
};

struct addr_range {
    struct addr low, high; /* both included */
};
struct addr_set {
    struct addr_range *at; /* sorted, apart from each other */
    size_t count;
};

struct value {
    bool negated;
    union {
        struct text_set text;
        struct range_set ranges;
        struct addr_set addresses;
        struct pattern_set patterns;
        struct anomaly_set anomalies;
        struct hash_set hashes;
        const struct json_test *json;
        uint32_t words; /* VALUE_WORDS, VALUE_DAYS, VALUE_FLAG, VALUE_LEVEL */
    } as;
};

bool value_read(struct loader *l, const struct key *key, const struct node *n, struct value *out);
/* Does whatever satisfies `narrow` satisfy `wide`? Both of the same key. */
bool value_covers(const struct key *key, const struct value *wide, const struct value *narrow);

/* The pattern's part of the text is not asked here: see pattern_set_hit(). */
bool text_set_has(const struct text_set *s, struct bytes text);
bool text_set_covers(const struct text_set *wide, const struct text_set *narrow);
bool pattern_set_hit(const struct pattern_set *s, const uint64_t *hits);
bool pattern_set_covers(const struct pattern_set *wide, const struct pattern_set *narrow);
bool range_set_has(const struct range_set *s, uint64_t number);
bool range_set_covers(const struct range_set *wide, const struct range_set *narrow);
bool addr_set_has(const struct addr_set *s, const struct addr *a);
/* Is any address from `low` to `high` in it? */
bool addr_set_meets(const struct addr_set *s, const struct addr *low, const struct addr *high);
bool anomaly_set_covers(const struct anomaly_set *wide, const struct anomaly_set *narrow);
bool hash_set_has(const struct hash_set *s, const uint8_t hash[INFO_HASH_LEN]);
bool hash_set_covers(const struct hash_set *wide, const struct hash_set *narrow);
bool addr_set_covers(const struct addr_set *wide, const struct addr_set *narrow);

#endif

/* SPDX-License-Identifier: MIT */
/* json_path.h - where a value stands in a JSON text, as rules write it: $.user.id, a.b[0].c,
 * items[*].name, ["a key"]. A key may be written `*`: any.
 *
 * State: read-only after loading, in the policy's arena; each path of all rules once.
 */
#ifndef POLICY_JSON_PATH_H
#define POLICY_JSON_PATH_H

#include "base/json_stream.h"
#include "policy/value.h"

#define JSON_PATHS_MAX 4096 /* different ones, in all rules */

struct json_step {
    bool item;        /* of an array, else a member of an object */
    bool any;         /* whichever */
    uint32_t index;   /* item */
    struct bytes key; /* member */
};

/* What one condition asks of the values at its path. */
struct json_test {
    uint32_t id;   /* among all of them: the place of its bit, behind the content patterns */
    bool any;      /* whatever is there */
    uint8_t words; /* enum json_word, a bit each */
    struct text_set text;
    struct json_range {
        long double low, high;
        bool above_low, below_high; /* the bounds are not in it */
    } * range;
    size_t range_count;
    struct json_test *next; /* of the same path */
};

enum json_word { JSON_TRUE = 1, JSON_FALSE = 2, JSON_NULL = 4 };

struct json_path {
    struct bytes text; /* as it was written first */
    struct json_step *step;
    size_t steps;  /* at most JSON_NESTING */
    bool patterns; /* some test has regular expressions */
    struct json_test *test;
};

/* The path's place in the policy, which is given a new one if need be; UINT32_MAX: the sentence
 * says why not. */
uint32_t json_path_number(struct loader *l, const struct node *name);
/* Reads the values of one entry of `json` into a new test at its path. */
bool json_test_read(struct loader *l, const struct node *name, const struct node *value,
                    struct value *out);
bool json_test_covers(const struct json_test *wide, const struct json_test *narrow);
/* Patterns are not asked: `hits` has those of the bank that hit. */
bool json_test_has(const struct json_test *t, enum json_type type, struct bytes text,
                   const uint64_t *hits);

#endif

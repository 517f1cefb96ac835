/* SPDX-License-Identifier: MIT */
/* json_search.h - one message read as JSON, for the `json` conditions of all rules at once.
 *
 * In:    the message's clear bytes, cut anywhere. Socket.IO's numbers before the text are passed
 *        over.
 * Out:   a bit for each test that a value met.
 * State: struct json_search, with two bytes for each path; json_search_bytes() of them.
 */
#ifndef POLICY_JSON_SEARCH_H
#define POLICY_JSON_SEARCH_H

#include "policy/json_path.h"

struct policy;
struct policy_worker;

struct json_search {
    struct json_stream reader;
    uint32_t index[JSON_NESTING + 1]; /* by level: of the item that comes next */
    uint64_t arrays;                  /* by level: it is one */
    uint8_t level;                    /* objects and arrays that are open */
    bool begun;                       /* the first character of JSON was seen */
    bool dead;                        /* it is no JSON */
    bool whole;                       /* it was, to its end */
    bool unsure;                      /* some value was too long to be compared */
    uint8_t of_path[];                /* levels on the path; then, whether the last key fits */
};

size_t json_search_bytes(const struct policy *p);
void json_search_begin(const struct policy *p, struct json_search *s);
/* Sets the bits of tests in `hits`, behind those of content patterns; true: one was not set yet. */
bool json_search_feed(struct policy_worker *w, struct json_search *s, struct bytes in,
                      uint64_t *hits);
bool json_search_end(struct policy_worker *w, struct json_search *s, uint64_t *hits);

#endif

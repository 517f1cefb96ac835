/* SPDX-License-Identifier: MIT */
/* json_runs.h - runs of members that were written before, kept with what they were made of: flows
 * are much alike. Put as json_put.h puts.
 *
 * State: value type, zero-filled = nothing is kept. A few places, found by a few of the
 * bytes: a run may take another's, which is then written afresh.
 */
#ifndef OUTPUT_JSON_RUNS_H
#define OUTPUT_JSON_RUNS_H

#include "output/json_put.h"

#define JSON_RUNS     64 /* places */
#define JSON_RUN_OF   112
#define JSON_RUN_TEXT 256

/* What a run says is a function of these. */
struct json_made {
    const char *what; /* a text that stays where it is (flow_info.h) */
    struct bytes of;
};

struct json_runs {
    struct json_run {
        const char *what; /* NULL: nothing is kept here */
        uint16_t of_len, len;
        uint8_t of[JSON_RUN_OF];
        uint8_t text[JSON_RUN_TEXT];
    } at[JSON_RUNS];
};

/* Where it is kept, or may be. */
static inline struct json_run *json_run_at(struct json_runs *k, const struct json_made *m)
{
    uint64_t mix = (uintptr_t)m->what + m->of.len, first = 0, last = 0;

    if (m->of.len >= sizeof(last)) {
        memcpy(&first, m->of.at, sizeof(first));
        memcpy(&last, m->of.at + m->of.len - sizeof(last), sizeof(last));
    }
    mix = (mix ^ first) * 0x9e3779b97f4a7c15U + last; /* Knuth's multiplier */
    return &k->at[mix * 0x9e3779b97f4a7c15U >> 58];
}

/* Is that what is kept there, with room for it at `at`? Then json_run_put(). */
static inline bool json_run_is(const struct json_run *r, const struct json_made *m,
                               const struct buffer *out, const uint8_t *at)
{
    return r->what == m->what && bytes_equal(bytes_of(r->of, r->of_len), m->of) &&
           json_put_has_room(out, at, r->len);
}

static inline uint8_t *json_run_put(const struct json_run *r, uint8_t *at)
{
    memcpy(at, r->text, r->len);
    return at + r->len;
}

/* It was written from `from` bytes of the buffer on, up to `at`: kept if it is short enough. */
void json_run_keep(struct json_run *r, const struct json_made *m, const struct buffer *out,
                   size_t from, const uint8_t *at);

#endif

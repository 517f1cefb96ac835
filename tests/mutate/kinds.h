/* SPDX-License-Identifier: MIT */
/* kinds.h - what a network may do to a capture, and must not change what is said of it. */
#ifndef TESTS_MUTATE_KINDS_H
#define TESTS_MUTATE_KINDS_H

#include "tests/mutate/trace.h"

struct rng {
    uint64_t state; /* never 0 */
};

struct kind {
    const char *name;
    void (*run)(struct trace *out, const struct trace *in, struct rng *r);
    const char *what;
    const char *adds;  /* anomalies that it may add, between blanks; NULL: none */
    const char *waits; /* why it is not among "everything", nor in the tests; NULL: it is */
};

#define KIND_EVERYTHING "everything"

/* In the order in which they may follow each other; ended by a row without a name. */
extern const struct kind kinds[];
const struct kind *kind_find(const char *name);
/* `in` as this kind rewrites it. `out` borrows from `in`. */
void kind_run(const struct kind *k, struct trace *out, const struct trace *in, uint64_t seed);

/* kinds_cut.c: the same bytes in other segments. */
void split(struct trace *out, const struct trace *in, struct rng *r);
void bytewise(struct trace *out, const struct trace *in, struct rng *r);
void coalesce(struct trace *out, const struct trace *in, struct rng *r);
void reorder(struct trace *out, const struct trace *in, struct rng *r);
void overlap(struct trace *out, const struct trace *in, struct rng *r);
void recut(struct trace *out, const struct trace *in, struct rng *r);

/* kinds_more.c: more packets than there were. */
void duplicate(struct trace *out, const struct trace *in, struct rng *r);
void mirror(struct trace *out, const struct trace *in, struct rng *r);
void keepalive(struct trace *out, const struct trace *in, struct rng *r);
void acks(struct trace *out, const struct trace *in, struct rng *r);
void badsum(struct trace *out, const struct trace *in, struct rng *r);
void badip(struct trace *out, const struct trace *in, struct rng *r);
void lowttl(struct trace *out, const struct trace *in, struct rng *r);
void interleave(struct trace *out, const struct trace *in, struct rng *r);

/* kinds_below.c: other headers. */
void wrap(struct trace *out, const struct trace *in, struct rng *r);
void route(struct trace *out, const struct trace *in, struct rng *r);
void pad(struct trace *out, const struct trace *in, struct rng *r);
void fragment(struct trace *out, const struct trace *in, struct rng *r);
void vlan(struct trace *out, const struct trace *in, struct rng *r);
void vlan_apart(struct trace *out, const struct trace *in, struct rng *r);
void tunnel(struct trace *out, const struct trace *in, struct rng *r);

static inline uint32_t rng_next(struct rng *r)
{
    r->state ^= r->state << 13; /* xorshift64, Marsaglia 2003 */
    r->state ^= r->state >> 7;
    r->state ^= r->state << 17;
    return (uint32_t)(r->state >> 32);
}

/* Less than `n`, which is not 0. */
static inline uint32_t rng_below(struct rng *r, uint32_t n)
{
    /* NOLINTNEXTLINE(clang-analyzer-core.DivideZero): nobody asks for less than 1 */
    return rng_next(r) % n;
}

static inline bool rng_chance(struct rng *r, uint32_t percent)
{
    return rng_below(r, 100) < percent;
}

#endif

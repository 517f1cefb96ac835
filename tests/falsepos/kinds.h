/* SPDX-License-Identifier: MIT */
/* kinds.h - streams that are no WebSocket, made by kind: both directions, begun in their middle. */
#ifndef TESTS_FALSEPOS_KINDS_H
#define TESTS_FALSEPOS_KINDS_H

#include "base/buffer.h"

struct dice {
    uint64_t state[2];
};

static inline uint64_t dice_next(struct dice *r)
{
    uint64_t a = r->state[0];
    const uint64_t b = r->state[1];

    r->state[0] = b;
    a ^= a << 23;
    r->state[1] = a ^ b ^ (a >> 17) ^ (b >> 26);
    return r->state[1] + b;
}

/* 0..n-1 */
static inline uint32_t dice(struct dice *r, uint32_t n)
{
    return (uint32_t)((dice_next(r) >> 32) * n >> 32);
}

struct made {
    struct buffer side[2];
};

struct kind {
    const char *name;
    /* At least `n` bytes for each direction that the kind has. */
    void (*make)(struct dice *r, struct made *m, size_t n);
};

extern const struct kind binary_kinds[], text_kinds[];
extern const size_t binary_kind_count, text_kind_count;

void put_be(struct buffer *b, uint64_t v, unsigned bytes);
void put_le(struct buffer *b, uint64_t v, unsigned bytes);
void put_noise(struct dice *r, struct buffer *b, size_t n);
void put_words(struct dice *r, struct buffer *b, size_t n);

#endif

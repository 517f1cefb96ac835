/* SPDX-License-Identifier: MIT */
#include "layers/noise.h"

/* Deviations, squared, and ten times the chi-square. */
static const struct {
    uint32_t deviations_squared, chi_square_10;
} limit[] = {
    [NOISE_SHAPE] = {9, 377},
    [NOISE_BOTH] = {16, 443},
    [NOISE_KEEN] = {16, 500},
    [NOISE_LENIENT] = {25, 567},
};

void byte_counts_take(struct byte_counts *c, struct bytes in)
{
    memset(c, 0, sizeof(*c));
    for (size_t i = 0; i < in.len; i++)
        c->of[in.at[i]]++;
}

unsigned byte_counts_different(const struct byte_counts *c)
{
    uint8_t different = 0; /* of 256 at most 255 come */

    for (size_t i = 0; i < sizeof(c->of); i++)
        different = (uint8_t)(different + (c->of[i] != 0));
    return different;
}

/* Sixteen bytes at a time: the compiler takes them as one. No sum is beyond BYTE_COUNTS_MAX. */
void noise_add(struct noise *s, const struct byte_counts *c, size_t bytes)
{
    uint8_t low[NIBBLES] = {0};

    for (size_t high = 0; high < NIBBLES; high++) {
        const uint8_t *of = &c->of[high * NIBBLES];
        unsigned sum = 0;
        for (size_t i = 0; i < NIBBLES; i++)
            low[i] = (uint8_t)(low[i] + of[i]);
        for (size_t i = 0; i < NIBBLES; i++)
            sum += of[i];
        s->nibble[high] = (uint16_t)(s->nibble[high] + sum);
    }
    for (size_t i = 0; i < NIBBLES; i++)
        s->nibble[i] = (uint16_t)(s->nibble[i] + low[i]);
    s->bytes += (uint32_t)bytes;
}

void noise_feed(struct noise *s, struct bytes in)
{
    struct byte_counts counts;

    for (; in.len > 0; in = bytes_after(in, BYTE_COUNTS_MAX)) {
        const struct bytes part = bytes_first(in, BYTE_COUNTS_MAX);
        byte_counts_take(&counts, part);
        noise_add(s, &counts, part.len);
    }
}

static int64_t ones(const struct noise *s)
{
    static const uint8_t ones_of[NIBBLES] = {0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4};
    int64_t sum = 0;

    for (size_t i = 0; i < NIBBLES; i++)
        sum += (int64_t)ones_of[i] * s->nibble[i];
    return sum;
}

static bool is_balanced(const struct noise *s, uint32_t deviations_squared)
{
    const int64_t n = s->bytes;
    const int64_t off = ones(s) - 4 * n;

    return off * off <= deviations_squared * 2 * n;
}

static bool is_even(const struct noise *s, uint32_t chi_square_10)
{
    const int64_t n = s->bytes;
    int64_t sum = 0;

    for (size_t i = 0; i < NIBBLES; i++) {
        const int64_t off = 8 * (int64_t)s->nibble[i] - n; /* eight times observed - expected */
        sum += off * off;
    }
    return 10 * sum < (int64_t)chi_square_10 * 8 * n;
}

bool noise_holds(const struct noise *s, enum noise_test test)
{
    return is_balanced(s, limit[test].deviations_squared) &&
           (s->bytes < NOISE_LEAST || is_even(s, limit[test].chi_square_10));
}

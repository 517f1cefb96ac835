/* SPDX-License-Identifier: MIT */
#include "layers/noise.h"

#define NIBBLES 16

/* Deviations, squared, and ten times the chi-square. */
static const struct {
    uint32_t deviations_squared, chi_square_10;
} limit[] = {
    [NOISE_SHAPE] = {9, 377},
    [NOISE_BOTH] = {16, 443},
    [NOISE_KEEN] = {16, 500},
    [NOISE_LENIENT] = {25, 567},
};

void noise_feed(struct noise *s, struct bytes in)
{
    static const uint8_t ones_of[NIBBLES] = {0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4};

    for (size_t i = 0; i < in.len; i++) {
        const uint8_t high = in.at[i] >> 4, low = in.at[i] & 15;
        s->ones += (uint32_t)ones_of[high] + ones_of[low];
        s->nibble[high]++;
        s->nibble[low]++;
    }
    s->bytes += (uint32_t)in.len;
}

static bool is_balanced(const struct noise *s, uint32_t deviations_squared)
{
    const int64_t n = s->bytes;
    const int64_t off = (int64_t)s->ones - 4 * n;

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

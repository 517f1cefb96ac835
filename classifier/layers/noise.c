/* SPDX-License-Identifier: MIT */
#include "layers/noise.h"

#include "base/load.h"

/* Deviations, squared, and ten times the chi-square. */
static const struct {
    uint32_t deviations_squared, chi_square_10;
} limit[] = {
    [NOISE_SHAPE] = {9, 377},
    [NOISE_BOTH] = {16, 443},
    [NOISE_KEEN] = {16, 500},
    [NOISE_LENIENT] = {25, 567},
};

void byte_counts_add(struct byte_counts *c, struct bytes in)
{
    enum { AT_ONCE = 8 };

    for (; in.len >= AT_ONCE; in = bytes_after(in, AT_ONCE))
        for (size_t i = 0; i < AT_ONCE; i++)
            c->of[in.at[i]]++;
    for (size_t i = 0; i < in.len; i++)
        c->of[in.at[i]]++;
}

void byte_counts_take(struct byte_counts *c, struct bytes in)
{
    memset(c, 0, sizeof(*c));
    byte_counts_add(c, in);
}

/* Eight counts in a word: no sum of some is beyond BYTE_COUNTS_MAX, so that it stays in its byte.
 */
static uint8_t sum_of_eight(uint64_t eight)
{
    return (uint8_t)(eight * UINT64_C(0x0101010101010101) >> 56);
}

unsigned byte_counts_sum(const struct byte_counts *c, size_t first, size_t n)
{
    uint64_t sum = 0;

    for (size_t i = first; i < first + n; i += sizeof(sum))
        sum += load_u64(c->of + i);
    return sum_of_eight(sum);
}

unsigned byte_counts_different(const struct byte_counts *c)
{
    uint8_t different = 0; /* of 256 at most 255 come */

    for (size_t i = 0; i < sizeof(c->of); i++)
        different = (uint8_t)(different + (c->of[i] != 0));
    return different;
}

void noise_add(struct noise *s, const struct byte_counts *c, size_t bytes)
{
    uint64_t low[2] = {0, 0};
    uint8_t low_of[NIBBLES], high_of[NIBBLES];

    for (size_t n = 0; n < NIBBLES; n++) {
        const uint64_t one = load_u64(c->of + n * NIBBLES);
        const uint64_t other = load_u64(c->of + n * NIBBLES + sizeof(one));
        low[0] += one;
        low[1] += other;
        high_of[n] = sum_of_eight(one + other);
    }
    memcpy(low_of, low, sizeof(low_of));
    for (size_t i = 0; i < NIBBLES; i++)
        s->nibble[i] = (uint16_t)(s->nibble[i] + low_of[i] + high_of[i]);
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

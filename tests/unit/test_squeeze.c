/* SPDX-License-Identifier: MIT */
/* squeeze.h: what comes back is what went in, for every length and density; and it is small. */
#include "base/squeeze.h"

#include "random.h"
#include "test.h"

#define MOST 300U

/* Of `dense` in 256 bytes something, the rest zero; or numbers in wide fields, as machines write
 * them. */
static void fill(uint8_t *at, size_t n, unsigned dense)
{
    const unsigned wide = random_below(2);

    for (size_t i = 0; i < n; i++)
        at[i] = (uint8_t)(random_below(256) < dense ? random_below(256) : 0);
    for (size_t i = 0; wide != 0 && i + sizeof(uint64_t) <= n; i += sizeof(uint64_t)) {
        const unsigned bits = random_below(65);
        const uint64_t any = (uint64_t)random_below(UINT32_MAX) << 32 | random_below(UINT32_MAX);
        const uint64_t number = bits > 0 ? any >> (64 - bits) : 0;
        memcpy(at + i, &number, sizeof(number));
    }
}

/* Of its own size, so that a byte read too many shows. */
static uint8_t *piece_of(size_t n)
{
    uint8_t *at = calloc(1, n > 0 ? n : 1);

    if (at == NULL)
        abort();
    return at;
}

static void test_back(void)
{
    bool same = true, fits = true, all_used = true;

    for (size_t n = 0; n <= MOST; n++)
        for (unsigned dense = 0; dense <= 256; dense += 32) {
            uint8_t *in = piece_of(n), *back = piece_of(n + 1), *out = piece_of(SQUEEZE_MOST(n));
            fill(in, n, dense);
            memset(back, 0xee, n + 1);
            const size_t len = squeeze(out, in, n);
            fits = fits && len <= SQUEEZE_MOST(n);
            uint8_t *exact = piece_of(len);
            memcpy(exact, out, len);
            all_used = all_used && squeeze_back(back, n, exact) == len;
            same = same && memcmp(in, back, n) == 0 && back[n] == 0xee;
            free(exact);
            free(out);
            free(back);
            free(in);
        }
    CHECK(fits, "no more than promised");
    CHECK(all_used, "both count the same bytes");
    CHECK(same, "as it was, and not a byte more");
}

static void test_small(void)
{
    const uint64_t numbers[8] = {0, 3, 0, 1U << 16, 0, 0, 0, 0};
    uint8_t out[SQUEEZE_MOST(sizeof(numbers))];

    CHECK(squeeze(out, numbers, sizeof(numbers)) == 5, "a mask, and twice a mask and a byte");
    CHECK(out[0] == 0x0a && out[1] == 1 && out[2] == 3 && out[3] == 4 && out[4] == 1, "namely");
}

int main(void)
{
    test_back();
    test_small();
    return test_end();
}

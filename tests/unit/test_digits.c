/* SPDX-License-Identifier: MIT */
/* Decimal numbers against the C library: around each power of two and ten, and at random. */
#include "base/digits.h"

#include <inttypes.h>

#include "base/buffer.h"
#include "random.h"
#include "test.h"

static bool is_right(uint64_t value)
{
    uint8_t text[DIGITS_MAX + 1];
    char want[DIGITS_MAX + 1];
    struct buffer out = {0};

    uint8_t *end = digits_put(text, value);
    *end = '\0';
    snprintf(want, sizeof(want), "%" PRIu64, value);
    buffer_append_u64(&out, value);
    const bool same = strcmp((const char *)text, want) == 0 &&
                      bytes_equal(buffer_bytes(&out), bytes_of_text(want));
    buffer_free(&out);
    return same;
}

/* The values around `value`. */
static bool are_right(uint64_t value)
{
    bool right = true;

    for (uint64_t i = 0; i < 3; i++)
        right = right && is_right(value - 1 + i);
    return right;
}

int main(void)
{
    uint8_t two[3] = {0};
    bool right = are_right(1);

    for (uint64_t power = 1; power < UINT64_MAX / 10; power *= 10)
        right = right && are_right(power * 10);
    CHECK(right, "powers of ten");
    for (unsigned bit = 0; bit < 64; bit++)
        right = right && are_right(UINT64_C(1) << bit);
    CHECK(right && is_right(UINT64_MAX), "powers of two");
    for (unsigned i = 0; i < 100000; i++)
        right = right &&
                is_right(((uint64_t)random_below(UINT32_MAX) << 32 | random_below(UINT32_MAX)) >>
                         random_below(64));
    CHECK(right, "random numbers");
    for (unsigned i = 0; i < 256; i++) {
        char want[3];
        snprintf(want, sizeof(want), "%02x", i);
        right = right && digits_put_hex(two, (uint8_t)i) == two + 2 && memcmp(two, want, 2) == 0;
    }
    CHECK(right, "two hexadecimal digits");
    CHECK(digits_put_two(two, 7) == two + 2 && strcmp((char *)two, "07") == 0, "two digits");
    return test_end();
}

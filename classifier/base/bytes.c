/* SPDX-License-Identifier: MIT */
#include "base/bytes.h"

static uint8_t lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
}

/* Eight bytes at once. Without their top bits no byte's sum reaches the next one. */
static uint64_t lower_word(uint64_t x)
{
    const uint64_t each = UINT64_C(0x0101010101010101), low = x & (0x7f * each);
    const uint64_t from_a = low + (0x80 - 'A') * each, beyond_z = low + (0x7f - 'Z') * each;

    return x | ((from_a & ~beyond_z & ~x & (0x80 * each)) >> 2);
}

/* Mostly they are spelled alike. */
static bool words_equal_nocase(const uint8_t *a, const uint8_t *b)
{
    uint64_t x, y;

    memcpy(&x, a, sizeof(x));
    memcpy(&y, b, sizeof(y));
    return x == y || lower_word(x) == lower_word(y);
}

bool bytes_equal_nocase(struct bytes a, struct bytes b)
{
    const size_t word = sizeof(uint64_t);
    size_t i = 0;

    if (a.len != b.len)
        return false;
    for (; i + word <= a.len; i += word)
        if (!words_equal_nocase(a.at + i, b.at + i))
            return false;
    if (a.len >= word) /* the last word laps over the one before */
        return words_equal_nocase(a.at + a.len - word, b.at + a.len - word);
    for (; i < a.len; i++)
        if (a.at[i] != b.at[i] && lower(a.at[i]) != lower(b.at[i]))
            return false;
    return true;
}

size_t bytes_find(struct bytes b, struct bytes needle)
{
    if (needle.len == 0)
        return 0;
    for (size_t from = 0; from + needle.len <= b.len; from++) {
        const uint8_t *hit = memchr(b.at + from, needle.at[0], b.len - from - needle.len + 1);
        if (hit == NULL)
            return b.len;
        from = (size_t)(hit - b.at);
        if (memcmp(hit, needle.at, needle.len) == 0)
            return from;
    }
    return b.len;
}

struct bytes bytes_trim(struct bytes b)
{
    while (b.len > 0 && (b.at[0] == ' ' || b.at[0] == '\t'))
        b = bytes_after(b, 1);
    while (b.len > 0 && (b.at[b.len - 1] == ' ' || b.at[b.len - 1] == '\t'))
        b.len--;
    return b;
}

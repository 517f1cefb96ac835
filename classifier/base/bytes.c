/* SPDX-License-Identifier: MIT */
#include "base/bytes.h"

#include "base/load.h"

/* Eight bytes at once. Without their top bits no byte's sum reaches the next one. */
static uint64_t lower_word(uint64_t x)
{
    const uint64_t each = UINT64_C(0x0101010101010101), low = x & (0x7f * each);
    const uint64_t from_a = low + (0x80 - 'A') * each, beyond_z = low + (0x7f - 'Z') * each;

    return x | ((from_a & ~beyond_z & ~x & (0x80 * each)) >> 2);
}

/* Fewer bytes than a word has, as one: those in the middle twice. */
static uint64_t load_few(const uint8_t *at, size_t len)
{
    const size_t half = sizeof(uint32_t);

    if (len < half)
        return len == 0 ? 0 : at[0] | (unsigned)at[len / 2] << 8 | (unsigned)at[len - 1] << 16;
    return load_u32(at) | (uint64_t)load_u32(at + len - half) << 32;
}

/* Mostly they are spelled alike. */
static bool words_equal_nocase(uint64_t x, uint64_t y)
{
    return x == y || lower_word(x) == lower_word(y);
}

bool bytes_equal_nocase(struct bytes a, struct bytes b)
{
    const size_t word = sizeof(uint64_t);

    if (a.len != b.len)
        return false;
    if (a.len < word)
        return words_equal_nocase(load_few(a.at, a.len), load_few(b.at, b.len));
    for (size_t i = 0; i + word < a.len; i += word)
        if (!words_equal_nocase(load_u64(a.at + i), load_u64(b.at + i)))
            return false;
    /* the last word may lap over the one before */
    return words_equal_nocase(load_u64(a.at + a.len - word), load_u64(b.at + a.len - word));
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

struct bytes bytes_trim_blanks(struct bytes b)
{
    while (b.len > 0 && byte_is_blank(b.at[0]))
        b = bytes_after(b, 1);
    while (b.len > 0 && byte_is_blank(b.at[b.len - 1]))
        b.len--;
    return b;
}

/* SPDX-License-Identifier: MIT */
#include "base/bytes.h"

static uint8_t lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
}

bool bytes_equal_nocase(struct bytes a, struct bytes b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (lower(a.at[i]) != lower(b.at[i]))
            return false;
    return true;
}

bool bytes_start_with_nocase(struct bytes b, struct bytes prefix)
{
    return b.len >= prefix.len && bytes_equal_nocase(bytes_first(b, prefix.len), prefix);
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

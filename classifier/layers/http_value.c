/* SPDX-License-Identifier: MIT */
#include "layers/http_value.h"

/* RFC 9110 s5.6.2: "!#$%&'*+-.^_`|~", digits and letters. */
static const bool TCHAR[UINT8_MAX + 1] = {
    /* clang-format off */
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, /* 0x00 */
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, /* 0x10 */
    0, 1, 0, 1, 1, 1, 1, 1, 0, 0, 1, 1, 0, 1, 1, 0, /* 0x20 */
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, /* 0x30 */
    0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, /* 0x40 */
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 1, 1, /* 0x50 */
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, /* 0x60 */
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 0, 1, 0, /* 0x70 */
    /* clang-format on */
};

bool http_is_tchar(uint8_t c)
{
    return TCHAR[c];
}

size_t http_token_length(struct bytes in)
{
    size_t n = 0;

    while (n < in.len && http_is_tchar(in.at[n]))
        n++;
    return n;
}

static bool is_space(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct bytes http_trim(struct bytes b)
{
    while (b.len > 0 && is_space(b.at[b.len - 1]))
        b.len--;
    while (b.len > 0 && is_space(b.at[0]))
        b = bytes_after(b, 1);
    return b;
}

/* Where the piece at the start of `list` ends: at a separator, or at list.len. */
static size_t piece_length(struct bytes list, uint8_t separator)
{
    bool quoted = false;
    size_t i = 0;

    while (i < list.len && (quoted || list.at[i] != separator)) {
        if (list.at[i] == '"')
            quoted = !quoted;
        else if (quoted && list.at[i] == '\\' && i + 1 < list.len)
            i++;
        i++;
    }
    return i;
}

bool http_split_next(struct bytes *list, uint8_t separator, struct bytes *item)
{
    while (list->len > 0) {
        const size_t n = piece_length(*list, separator);
        *item = http_trim(bytes_first(*list, n));
        *list = bytes_after(*list, n + 1);
        if (item->len > 0)
            return true;
    }
    return false;
}

bool http_list_has(struct bytes list, struct bytes token)
{
    struct bytes item;

    if (list.len == token.len && bytes_equal_nocase(list, token))
        return true; /* mostly it is the only one */
    while (http_split_next(&list, ',', &item))
        if (bytes_equal_nocase(item, token))
            return true;
    return false;
}

bool http_number(struct bytes text, uint64_t *out)
{
    uint64_t n = 0;

    if (text.len == 0)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        const uint8_t digit = (uint8_t)(text.at[i] - '0');
        if (digit > 9 || n > ((uint64_t)INT64_MAX - digit) / 10)
            return false;
        n = n * 10 + digit;
    }
    *out = n;
    return true;
}

/* SPDX-License-Identifier: MIT */
#include "layers/bencode.h"

#define DIGITS_MAX         9 /* of a string's length */
#define INTEGER_DIGITS_MAX 18
#define DEPTH_MAX          32 /* lists and dictionaries inside each other */

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

bool bencode_string(struct cursor *c, struct bytes *out)
{
    size_t len = 0, digits = 0;

    for (; digits < c->left.len && digits < DIGITS_MAX && is_digit(c->left.at[digits]); digits++)
        len = len * 10 + (size_t)(c->left.at[digits] - '0');
    cursor_skip(c, digits);
    if (digits == 0 || cursor_u8(c) != ':')
        return false;
    *out = cursor_take(c, len);
    return !c->truncated;
}

/* "i-42e", after the i. */
static bool skip_integer(struct cursor *c)
{
    size_t n = 0;

    while (n < c->left.len && (is_digit(c->left.at[n]) || (n == 0 && c->left.at[n] == '-')))
        n++;
    cursor_skip(c, n);
    return n > 0 && cursor_u8(c) == 'e';
}

bool bencode_skip(struct cursor *c)
{
    unsigned depth = 0;
    struct bytes ignored;

    do {
        const uint8_t kind = c->left.len > 0 ? c->left.at[0] : 0;
        bool good = true;
        if (kind == 'l' || kind == 'd') {
            cursor_skip(c, 1);
            good = ++depth <= DEPTH_MAX;
        } else if (kind == 'e' && depth > 0) {
            cursor_skip(c, 1);
            depth--;
        } else if (kind == 'i') {
            cursor_skip(c, 1);
            good = skip_integer(c);
        } else {
            good = bencode_string(c, &ignored);
        }
        if (!good)
            return false;
    } while (depth > 0);
    return !c->truncated;
}

bool bencode_find(struct bytes in, struct bytes key, struct bytes *out)
{
    struct cursor c = cursor_over(in);
    struct bytes name;

    if (cursor_u8(&c) != 'd')
        return false;
    while (bencode_string(&c, &name)) {
        const struct bytes from = c.left;
        const bool whole = bencode_skip(&c);
        if (bytes_equal(name, key)) {
            *out = bytes_first(from, whole ? from.len - c.left.len : from.len);
            return from.len > 0;
        }
        if (!whole)
            return false;
    }
    return false;
}

bool bencode_find_string(struct bytes in, struct bytes key, struct bytes *out)
{
    struct bytes value;

    if (!bencode_find(in, key, &value))
        return false;
    struct cursor c = cursor_over(value);
    return bencode_string(&c, out);
}

bool bencode_find_integer(struct bytes in, struct bytes key, int64_t *out)
{
    struct bytes digits;
    int64_t n = 0;

    if (!bencode_find(in, key, &digits) || digits.len < 3 || digits.at[0] != 'i' ||
        digits.at[digits.len - 1] != 'e')
        return false;
    digits = bytes_of(digits.at + 1, digits.len - 2);
    const bool minus = digits.at[0] == '-';
    digits = bytes_after(digits, minus ? 1 : 0);
    if (digits.len == 0 || digits.len > INTEGER_DIGITS_MAX)
        return false;
    for (size_t i = 0; i < digits.len; i++) {
        if (!is_digit(digits.at[i]))
            return false;
        n = n * 10 + (digits.at[i] - '0');
    }
    *out = minus ? -n : n;
    return true;
}

/* SPDX-License-Identifier: MIT */
#include "layers/bencode.h"

#define DIGITS_MAX 9  /* of a string's length */
#define DEPTH_MAX  32 /* lists and dictionaries inside each other */

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

bool bencode_find_string(struct bytes in, struct bytes key, struct bytes *out)
{
    struct cursor c = cursor_over(in);
    struct bytes name;

    if (cursor_u8(&c) != 'd')
        return false;
    while (bencode_string(&c, &name)) {
        if (bytes_equal(name, key))
            return bencode_string(&c, out);
        if (!bencode_skip(&c))
            return false;
    }
    return false;
}

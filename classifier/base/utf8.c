/* SPDX-License-Identifier: MIT */
#include "base/utf8.h"

#define ASCII_MASK 0x8080808080808080U

static size_t ascii_run(struct bytes in)
{
    size_t at = 0;

    for (; at + sizeof(uint64_t) <= in.len; at += sizeof(uint64_t)) {
        uint64_t word;
        memcpy(&word, in.at + at, sizeof(word));
        if ((word & ASCII_MASK) != 0)
            break;
    }
    while (at < in.len && in.at[at] < 0x80)
        at++;
    return at;
}

/* RFC 3629 s4: the first byte says how many follow, and narrows the range of the second. */
static bool begin(struct utf8 *u, uint8_t first)
{
    u->low = 0x80;
    u->high = 0xbf;
    if (first >= 0xc2 && first <= 0xdf) {
        u->need = 1;
    } else if (first >= 0xe0 && first <= 0xef) {
        u->need = 2;
        if (first == 0xe0)
            u->low = 0xa0;
        if (first == 0xed)
            u->high = 0x9f; /* no surrogates */
    } else if (first >= 0xf0 && first <= 0xf4) {
        u->need = 3;
        if (first == 0xf0)
            u->low = 0x90;
        if (first == 0xf4)
            u->high = 0x8f; /* nothing above U+10FFFF */
    } else {
        return false;
    }
    return true;
}

static bool go_on(struct utf8 *u, uint8_t byte)
{
    if (byte < u->low || byte > u->high)
        return false;
    u->low = 0x80;
    u->high = 0xbf;
    u->need--;
    return true;
}

size_t utf8_feed(struct utf8 *u, struct bytes in)
{
    size_t at = 0;

    while (at < in.len) {
        if (u->need > 0) {
            if (!go_on(u, in.at[at]))
                return at;
            at++;
            continue;
        }
        at += ascii_run(bytes_after(in, at));
        if (at < in.len) {
            if (!begin(u, in.at[at]))
                return at;
            at++;
        }
    }
    return at;
}

size_t utf8_decode(struct bytes in, uint32_t *point)
{
    static const uint8_t first_bits[] = {0x7f, 0x1f, 0x0f, 0x07}; /* by continuation bytes */
    struct utf8 u = {0};

    if (in.len == 0 || (in.at[0] >= 0x80 && !begin(&u, in.at[0])))
        return 0;
    const size_t len = 1U + u.need;
    uint32_t c = in.at[0] & first_bits[u.need];
    for (size_t i = 1; i < len; i++) {
        if (i >= in.len || !go_on(&u, in.at[i]))
            return 0;
        c = c << 6 | (in.at[i] & 0x3fU);
    }
    *point = c;
    return len;
}

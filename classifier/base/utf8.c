/* SPDX-License-Identifier: MIT */
#include "base/utf8.h"

/* An automaton that takes one shift a byte: a row holds, for each state, the next one, in the six
 * bits that begin at the state's own number. */
enum state {
    BETWEEN = 0, /* characters */
    ONE_MORE = 6,
    TWO_MORE = 12,
    THREE_MORE = 18,
    AFTER_E0 = 24, /* not one that two bytes could tell */
    AFTER_ED = 30, /* no surrogates */
    AFTER_F0 = 36, /* not one that three bytes could tell */
    AFTER_F4 = 42, /* nothing above U+10FFFF */
    BAD = 48,
};
#define STATE_BITS 63

#define FROM(state, next) ((uint64_t)(next) << (state))
/* RFC 3629 s4. A first byte; any but a continuation is bad inside a character. */
#define FIRST(next)                                                                                \
    (FROM(BETWEEN, next) | FROM(ONE_MORE, BAD) | FROM(TWO_MORE, BAD) | FROM(THREE_MORE, BAD) |     \
     FROM(AFTER_E0, BAD) | FROM(AFTER_ED, BAD) | FROM(AFTER_F0, BAD) | FROM(AFTER_F4, BAD) |       \
     FROM(BAD, BAD))
#define CONTINUES(e0, ed, f0, f4)                                                                  \
    (FROM(BETWEEN, BAD) | FROM(ONE_MORE, BETWEEN) | FROM(TWO_MORE, ONE_MORE) |                     \
     FROM(THREE_MORE, TWO_MORE) | FROM(AFTER_E0, e0) | FROM(AFTER_ED, ed) | FROM(AFTER_F0, f0) |   \
     FROM(AFTER_F4, f4) | FROM(BAD, BAD))

#define TWICE(row) row, row
#define X4(row)    TWICE(row), TWICE(row)
#define X16(row)   X4(row), X4(row), X4(row), X4(row)

static const uint64_t rows[256] = {
    X16(FIRST(BETWEEN)),                          /* 00 */
    X16(FIRST(BETWEEN)),                          /* 10 */
    X16(FIRST(BETWEEN)),                          /* 20 */
    X16(FIRST(BETWEEN)),                          /* 30 */
    X16(FIRST(BETWEEN)),                          /* 40 */
    X16(FIRST(BETWEEN)),                          /* 50 */
    X16(FIRST(BETWEEN)),                          /* 60 */
    X16(FIRST(BETWEEN)),                          /* 70 */
    X16(CONTINUES(BAD, ONE_MORE, BAD, TWO_MORE)), /* 80 */
    X16(CONTINUES(BAD, ONE_MORE, TWO_MORE, BAD)), /* 90 */
    X16(CONTINUES(ONE_MORE, BAD, TWO_MORE, BAD)), /* a0 */
    X16(CONTINUES(ONE_MORE, BAD, TWO_MORE, BAD)), /* b0 */
    TWICE(FIRST(BAD)),
    TWICE(FIRST(ONE_MORE)),
    X4(FIRST(ONE_MORE)), /* c0 */
    X4(FIRST(ONE_MORE)),
    X4(FIRST(ONE_MORE)),  /* c8 */
    X16(FIRST(ONE_MORE)), /* d0 */
    FIRST(AFTER_E0),
    FIRST(TWO_MORE),
    TWICE(FIRST(TWO_MORE)), /* e0 */
    X4(FIRST(TWO_MORE)),
    X4(FIRST(TWO_MORE)), /* e4 */
    FIRST(TWO_MORE),
    FIRST(AFTER_ED),
    TWICE(FIRST(TWO_MORE)), /* ec */
    FIRST(AFTER_F0),
    FIRST(THREE_MORE),
    TWICE(FIRST(THREE_MORE)), /* f0 */
    FIRST(AFTER_F4),
    FIRST(BAD),
    TWICE(FIRST(BAD)), /* f4 */
    X4(FIRST(BAD)),
    X4(FIRST(BAD)), /* f8 */
};

#define BLOCK 32 /* bytes between two looks at the state */

static uint64_t step(uint64_t state, uint8_t byte)
{
    return rows[byte] >> (state & STATE_BITS);
}

/* Up to the first bad byte: how many come before it. */
static size_t feed_good(struct utf8 *u, struct bytes in)
{
    size_t at = 0;

    while (at < in.len) {
        const uint64_t next = step(u->state, in.at[at]) & STATE_BITS;
        if (next == BAD)
            break;
        u->state = (uint8_t)next;
        at++;
    }
    return at;
}

size_t utf8_feed_with(const struct simd *s, struct utf8 *u, struct bytes in)
{
    size_t at = 0;

    while (at < in.len) {
        if (u->state == BETWEEN)
            at += s->utf8(bytes_after(in, at));
        const struct bytes block = bytes_first(bytes_after(in, at), BLOCK);
        uint64_t next = u->state;
        for (size_t i = 0; i < block.len; i++)
            next = step(next, block.at[i]);
        next &= STATE_BITS;
        if (next == BAD)
            return at + feed_good(u, block);
        u->state = (uint8_t)next;
        at += block.len;
    }
    return at;
}

bool utf8_is_whole(struct bytes text)
{
    struct utf8 u = {0};
    const struct simd *s = simd();

    return s->utf8(text) == text.len ||
           (utf8_feed_with(s, &u, text) == text.len && utf8_complete(&u));
}

size_t utf8_decode(struct bytes in, uint32_t *point)
{
    static const uint8_t first_bits[] = {0x7f, 0x1f, 0x0f, 0x07}; /* by continuation bytes */
    uint64_t state = BETWEEN;
    size_t len = 0;

    do {
        if (len == in.len)
            return 0;
        state = step(state, in.at[len++]) & STATE_BITS;
    } while (state != BETWEEN && state != BAD);
    if (state == BAD)
        return 0;
    *point = in.at[0] & first_bits[len - 1];
    for (size_t i = 1; i < len; i++)
        *point = *point << 6 | (in.at[i] & 0x3fU);
    return len;
}

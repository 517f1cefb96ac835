/* SPDX-License-Identifier: MIT */
#include "base/utf8.h"
#include "test.h"
#include "random.h"

struct vector {
    const char *name;
    struct bytes in;
    size_t good; /* bytes before the first bad one */
    bool complete;
};

#define V(name, in, good, complete)                                                                \
    {                                                                                              \
        name, {(const uint8_t *)(in), sizeof(in) - 1}, good, complete                              \
    }

static const struct vector vectors[] = {
    V("empty", "", 0, true),
    V("ASCII", "Hello", 5, true),
    V("long ASCII, then more", "0123456789abcdefghijklmnop\xc3\xbcxyz0123456789", 41, true),
    V("NUL is a character", "a\0b", 3, true),
    V("two bytes, least and most", "\xc2\x80\xdf\xbf", 4, true),
    V("three bytes, least and most", "\xe0\xa0\x80\xef\xbf\xbf", 6, true),
    V("four bytes, least and most", "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", 8, true),
    V("around the surrogates", "\xed\x9f\xbf\xee\x80\x80", 6, true),
    V("RFC 3629 s3: overlong /", "\xc0\xaf", 0, true),
    V("overlong in two bytes", "\xc1\xbf", 0, true),
    V("overlong in three bytes", "x\xe0\x9f\xbf", 2, false),
    V("overlong in four bytes", "\xf0\x8f\xbf\xbf", 1, false),
    V("a surrogate", "\xed\xa0\x80", 1, false),
    V("above U+10FFFF", "\xf4\x90\x80\x80", 1, false),
    V("no first byte", "\xf5\x80\x80\x80", 0, true),
    V("a lone continuation", "ab\x80", 2, true),
    V("0xff", "0123456789\xff", 10, true),
    V("cut inside a character", "a\xe2\x82", 3, false),
    V("a character broken off",
      "\xe2\x82"
      "a",
      2, false),
    V("bad after the second byte", "\xf0\x9f\x98\x28", 3, false),
};

static void check(const struct simd *s, const struct vector *v, size_t cut, size_t step)
{
    struct utf8 u = {0};
    size_t at = 0, good = 0;

    while (at < v->in.len) {
        const size_t n = step > 0 ? step : at == 0 && cut > 0 ? cut : v->in.len - at;
        const struct bytes piece = test_copy(bytes_first(bytes_after(v->in, at), n));
        const size_t fine = utf8_feed_with(s, &u, piece);
        free((void *)(uintptr_t)piece.at);
        good += fine;
        at += piece.len;
        if (fine < piece.len)
            break;
    }
    CHECK(good == v->good, v->name);
    CHECK(utf8_complete(&u) == v->complete, v->name);
}

/* Every code point, encoded, is good; every pair of bytes is judged as RFC 3629 s4 has it. */
static void test_all(void)
{
    for (uint32_t c = 0x80; c < 0x110000; c++) {
        uint8_t at[4];
        size_t n = 0;
        if (c < 0x800) {
            at[n++] = (uint8_t)(0xc0 | c >> 6);
        } else if (c < 0x10000) {
            at[n++] = (uint8_t)(0xe0 | c >> 12);
            at[n++] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
        } else {
            at[n++] = (uint8_t)(0xf0 | c >> 18);
            at[n++] = (uint8_t)(0x80 | (c >> 12 & 0x3f));
            at[n++] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
        }
        at[n++] = (uint8_t)(0x80 | (c & 0x3f));
        struct utf8 u = {0};
        const bool good = utf8_feed(&u, bytes_of(at, n)) == n && utf8_complete(&u);
        if (good != (c < 0xd800 || c > 0xdfff))
            CHECK(false, "a code point");
    }
    CHECK(true, "all code points were tried");
}

/* RFC 3629 s3 and s4 again, written another way: decodes, and asks whether that was the shortest
 * form of a scalar value. Returns the bytes of the character; 0: bad at `*bad`, or cut there. */
static size_t reference(struct bytes in, size_t *bad)
{
    static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
    const unsigned first = in.at[0];
    const unsigned more = first < 0x80 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
    uint32_t low = first < 0x80 ? first : first & (0x3fU >> more);

    *bad = 0;
    if (first >= 0xf8 || (first >= 0x80 && first < 0xc0))
        return 0;
    for (unsigned i = 1; i <= more; i++) { /* what may it still become? */
        const uint32_t rest = 6 * (more - i + 1);
        if ((low << rest | ((1U << rest) - 1)) < least[more] || low << rest > 0x10ffff ||
            (low << rest >= 0xd800 && (low << rest | ((1U << rest) - 1)) <= 0xdfff)) {
            *bad = i - 1;
            return 0;
        }
        *bad = i;
        if (i == in.len || (in.at[i] & 0xc0) != 0x80)
            return 0;
        low = low << 6 | (in.at[i] & 0x3fU);
    }
    *bad = more;
    return low < least[more] || low > 0x10ffff || (low >= 0xd800 && low <= 0xdfff) ? 0 : 1 + more;
}

static size_t reference_good(struct bytes in)
{
    size_t at = 0, bad = 0;

    while (at < in.len) {
        const size_t n = reference(bytes_after(in, at), &bad);
        if (n == 0)
            return at + bad;
        at += n;
    }
    return at;
}

/* Random text, now and then with a byte of it changed, in random pieces. */
static void test_random(const struct simd *s)
{
    static const char *const parts[] = {"a",
                                        "plain text",
                                        "\xc2\x80",
                                        "\xdf\xbf",
                                        "\xe0\xa0\x80",
                                        "\xed\x9f\xbf",
                                        "\xee\x80\x80",
                                        "\xef\xbf\xbf",
                                        "\xf0\x90\x80\x80",
                                        "\xf4\x8f\xbf\xbf",
                                        "\xe4\xbd\xa0"};
    bool same = true;

    for (int round = 0; round < 200000 && same; round++) {
        uint8_t text[160];
        size_t len = 0;
        for (uint32_t n = random_below(24); n > 0; n--) {
            const char *part = parts[random_below(sizeof(parts) / sizeof(parts[0]))];
            memcpy(text + len, part, strlen(part));
            len += strlen(part);
        }
        if (len > 0 && random_below(3) > 0)
            text[random_below((uint32_t)len)] = (uint8_t)random_below(256);
        len -= len > 0 ? random_below(2) : 0;
        struct utf8 u = {0};
        size_t good = 0;
        for (size_t at = 0; at < len;) {
            const size_t n = 1 + random_below(random_below(2) ? 4 : 90);
            const struct bytes piece = bytes_first(bytes_of(text + at, len - at), n);
            const size_t fine = utf8_feed_with(s, &u, piece);
            good += fine;
            at += piece.len;
            if (fine < piece.len)
                break;
        }
        same = good == reference_good(bytes_of(text, len));
    }
    CHECK(same, "as the reference has it, in any pieces");
}

static void test_level(const struct simd *s)
{
    test_random(s);
    for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        for (size_t cut = 0; cut < vectors[i].in.len; cut++)
            check(s, &vectors[i], cut, 0);
        check(s, &vectors[i], 0, 1);
    }
}

int main(void)
{
    for (unsigned level = 0; level < SIMD_LEVELS; level++)
        if (simd_at((enum simd_level)level) != NULL)
            test_level(simd_at((enum simd_level)level));
    test_all();
    return test_end();
}

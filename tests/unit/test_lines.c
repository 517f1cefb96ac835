/* SPDX-License-Identifier: MIT */
/* lines.h against a byte at a time, at each level that the machine has. */
#include "base/lines.h"

#include "random.h"
#include "test.h"

#define LONGEST (LINES_LONGEST + 100)

struct found {
    size_t len;
    struct lines lines;
};

/* What lines.h promises, byte by byte. */
static struct found by_bytes(struct bytes in)
{
    struct found f = {.len = 0};

    for (size_t i = 0; i < in.len && i < LINES_LONGEST; i++) {
        const uint8_t c = in.at[i], before = i > 0 ? in.at[i - 1] : 0;
        const uint64_t bit = UINT64_C(1) << i % LINES_WORD;
        if (c == 0 || (c == '\n') != (before == '\r'))
            return (struct found){.len = 0};
        if (c == ':')
            f.lines.colons[i / LINES_WORD] |= bit;
        if (c != '\n')
            continue;
        f.lines.ends[i / LINES_WORD] |= bit;
        if (i > 2 && in.at[i - 2] == '\n') {
            f.len = i + 1;
            return f;
        }
    }
    return (struct found){.len = 0};
}

static bool same_marks(const uint64_t *got, const uint64_t *want, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (((got[i / LINES_WORD] ^ want[i / LINES_WORD]) >> i % LINES_WORD & 1) != 0)
            return false;
    return true;
}

static bool is_right_at(const struct simd *level, struct bytes in)
{
    const struct bytes copy = test_copy(in);
    const struct found want = by_bytes(copy);
    struct lines got;

    memset(&got, 0xa5, sizeof(got));
    bool good = level->lines(copy, &got) == want.len;
    free((void *)(uintptr_t)copy.at);
    if (!good || want.len == 0)
        return good;
    size_t next = 0;
    for (size_t i = 0; i < want.len; i++) /* the last byte is a mark of both */
        if (in.at[i] == '\n') {
            good = good && lines_next(got.ends, next) == i;
            next = i + 1;
        }
    return good && same_marks(got.ends, want.lines.ends, want.len) &&
           same_marks(got.colons, want.lines.colons, want.len - 1) &&
           lines_next(got.colons, want.len - 1) == want.len - 1;
}

static bool is_right(struct bytes in)
{
    bool good = true;

    for (unsigned level = 0; level < SIMD_LEVELS; level++) {
        const struct simd *s = simd_at((enum simd_level)level);
        good = good && (s == NULL || is_right_at(s, in));
    }
    return good;
}

static void check(struct bytes in, const char *name)
{
    CHECK(is_right(in), name);
}

static void test_known(void)
{
    static const char head[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\nbody: \r\n\n";
    struct lines lines;

    CHECK(lines_find(LITERAL(head), &lines) == 27, "up to the empty line");
    CHECK(lines_next(lines.ends, 0) == 15 && lines_next(lines.ends, 16) == 24, "its lines");
    CHECK(lines_next(lines.colons, 16) == 20, "its name");
    check(LITERAL("\r\n\r\n"), "nothing but line ends");
    check(LITERAL("\n\n"), "no CR");
    check(LITERAL("a\r\nb\n\r\n"), "a bare LF");
    check(LITERAL("a\r\nb\rc\r\n\r\n"), "a bare CR");
    check(LITERAL("a\r\nb\0c\r\n\r\n"), "a NUL");
    check(LITERAL("a\r\n\r\r\n\r\n"), "CR CR LF");
    check(LITERAL(""), "nothing");
}

/* Every length of a first line, so that the end falls on every place of a word; every cut of some.
 */
static void test_places(void)
{
    static char text[LONGEST];
    bool good = true;

    for (size_t len = 0; len < 300; len++) {
        memset(text, 'x', len);
        memcpy(text + len, "\r\nHost: a:b\r\n\r\ntail", 18);
        const struct bytes in = bytes_of(text, len + 18);
        good = good && is_right(in);
        for (size_t n = 0; n <= in.len && len % 37 == 0; n++)
            good = good && is_right(bytes_first(in, n));
    }
    CHECK(good, "every place");
    for (size_t len = LINES_LONGEST - 20; len < LINES_LONGEST + 20; len++) {
        memset(text, 'x', len);
        memcpy(text + len, "\r\n\r\n", 4);
        good = good && is_right(bytes_of(text, len + 4));
    }
    CHECK(good, "as long as it may be, and longer");
}

static void test_random(void)
{
    static const char *const words[] = {"\r\n", "\r\n", "\r\n",     "Host",
                                        ":",    "a",    "\x8d\x8a", "\xba",
                                        "\x80", "\r",   "\n",       "long enough to cross"};
    const uint32_t count = sizeof(words) / sizeof(words[0]);
    bool good = true;

    for (int round = 0; round < 100000 && good; round++) {
        char text[1024] = "";
        const uint32_t clean = random_below(2) * 2; /* or with what is odd, too */
        for (uint32_t n = random_below(40); n > 0; n--) {
            const uint32_t which = random_below(count);
            if (clean == 0 || (which != count - 2 && which != count - 3))
                test_append(text, sizeof(text), words[which]);
        }
        good = is_right(bytes_of_text(text));
    }
    CHECK(good, "random lines");
}

int main(void)
{
    test_known();
    test_places();
    test_random();
    return test_end();
}

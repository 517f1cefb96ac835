/* SPDX-License-Identifier: MIT */
/* Every level that this machine has, against the plain one: all lengths, places in memory, phases
 * of the key, faults. What is given lies in memory of its exact size, for the sanitizers. */
#include "base/simd.h"
#include "base/simd_among.h"
#include "random.h"
#include "test.h"

#define MOST  300 /* bytes */
#define KEY   0x37fa213dU
#define SHIFT 33 /* places: more than any block has */

/* ---- unmasking ---- */

static bool same_unmasked(const struct simd *s, struct bytes in, size_t shift, uint64_t at)
{
    uint8_t *room = malloc(shift + in.len + 1), *out = malloc(shift + in.len + 1);
    uint8_t want[MOST + 1];

    if (room == NULL || out == NULL)
        abort();
    memcpy(room + shift, in.at, in.len);
    const struct bytes there = bytes_of(room + shift, in.len);
    const bool ascii = simd_plain.unmask(want, there, KEY, at);
    out[shift + in.len] = room[shift + in.len] = 0xa5;
    bool same = s->unmask(out + shift, there, KEY, at) == ascii &&
                memcmp(out + shift, want, in.len) == 0 && out[shift + in.len] == 0xa5;
    same = same && s->unmask(room + shift, there, KEY, at) == ascii && /* in place */
           memcmp(room + shift, want, in.len) == 0 && room[shift + in.len] == 0xa5;
    free(room);
    free(out);
    return same;
}

/* Text that was masked, so that it is ASCII; then with a byte of it changed. */
static void test_unmask(const struct simd *s)
{
    bool same = true;

    for (size_t len = 0; len <= MOST; len++) {
        for (size_t shift = 0; shift < SHIFT; shift += 1 + len / 8) {
            uint8_t text[MOST + 1];
            const uint64_t at = random_below(9) + (UINT64_C(1) << random_below(60));
            for (size_t i = 0; i < len; i++)
                text[i] = (uint8_t)random_below(128);
            simd_plain.unmask(text, bytes_of(text, len), KEY, at);
            same = same && same_unmasked(s, bytes_of(text, len), shift, at);
            if (len > 0)
                text[random_below((uint32_t)len)] ^= 0x80;
            same = same && same_unmasked(s, bytes_of(text, len), shift, at);
        }
    }
    CHECK(same, s->name);
}

/* In pieces it is what it is as one. */
static void test_unmask_cut(const struct simd *s)
{
    uint8_t text[MOST], whole[MOST], cut[MOST];
    bool same = true;

    for (size_t i = 0; i < MOST; i++)
        text[i] = (uint8_t)random_below(256);
    simd_plain.unmask(whole, bytes_of(text, MOST), KEY, 0);
    for (size_t at = 0; at <= MOST; at++) {
        s->unmask(cut, bytes_of(text, at), KEY, 0);
        s->unmask(cut + at, bytes_of(text + at, MOST - at), KEY, at);
        same = same && memcmp(cut, whole, MOST) == 0;
    }
    CHECK(same, s->name);
}

/* ---- UTF-8 ---- */

/* RFC 3629 s4, byte by byte: 0, or the bytes of the character there. */
static size_t character(struct bytes in)
{
    const uint8_t first = in.len > 0 ? in.at[0] : 0xff;
    const size_t n = first < 0x80                    ? 1
                     : first >= 0xc2 && first < 0xe0 ? 2
                     : first >= 0xe0 && first < 0xf0 ? 3
                     : first >= 0xf0 && first < 0xf5 ? 4
                                                     : 0;

    if (n == 0 || in.len < n)
        return 0;
    for (size_t i = 1; i < n; i++)
        if (in.at[i] < 0x80 || in.at[i] > 0xbf)
            return 0;
    if (n < 3)
        return n;
    const bool bad = (first == 0xe0 && in.at[1] < 0xa0) || (first == 0xed && in.at[1] > 0x9f) ||
                     (first == 0xf0 && in.at[1] < 0x90) || (first == 0xf4 && in.at[1] > 0x8f);
    return bad ? 0 : n;
}

/* What it says is good is, ends with a character, and leaves no more than a block and a character
 * of what is good, too: else it would be no use. */
static bool is_good(const struct simd *s, struct bytes in)
{
    const struct bytes text = test_copy(in);
    const size_t said = s->utf8(text);
    size_t at = 0, n;
    bool whole = said == 0;

    while ((n = character(bytes_after(text, at))) > 0) {
        at += n;
        whole = whole || at == said;
    }
    free((void *)(uintptr_t)text.at);
    return whole && (s == &simd_plain || at - said < 32 + 4);
}

static const char *const characters[] = {"a",
                                         "plain text of more bytes than one block has, at least 32",
                                         "\xd1\x8f",
                                         "\xe4\xbd\xa0",
                                         "\xf0\x9f\x98\x80",
                                         "\xc2\x80",
                                         "\xdf\xbf",
                                         "\xe0\xa0\x80",
                                         "\xed\x9f\xbf",
                                         "\xee\x80\x80",
                                         "\xef\xbf\xbf",
                                         "\xf0\x90\x80\x80",
                                         "\xf4\x8f\xbf\xbf"};

static size_t random_text(uint8_t text[MOST + 60], uint32_t of)
{
    size_t len = 0;

    for (const size_t want = random_below(MOST); len < want;) {
        const char *c = characters[random_below(of)];
        memcpy(text + len, c, strlen(c));
        len += strlen(c);
    }
    return len;
}

static void test_utf8_random(const struct simd *s)
{
    uint8_t text[MOST + 60];
    bool good = true;

    for (int round = 0; round < 20000 && good; round++) {
        size_t len = random_text(text, round % 2 ? 4 : sizeof(characters) / sizeof(*characters));
        good = is_good(s, bytes_of(text, len));
        if (len > 0 && round % 3 > 0)
            text[random_below((uint32_t)len)] = (uint8_t)random_below(256);
        if (len > 0 && round % 5 == 0)
            len -= random_below(2);
        good = good && is_good(s, bytes_of(text, len));
    }
    CHECK(good, s->name);
}

/* Each pair of bytes, and what may follow it, in each place of a block and beyond. */
static void test_utf8_pairs(const struct simd *s)
{
    static const uint8_t third[] = {'a', 0x80, 0x8f, 0x90, 0xbf, 0xc2, 0xf0};
    bool good = true;

    for (unsigned pair = 0; pair < 0x10000 && good; pair++) {
        uint8_t text[80];
        const size_t at = pair * 7 % 70;
        memset(text, 'x', sizeof(text));
        text[at] = (uint8_t)(pair >> 8);
        text[at + 1] = (uint8_t)pair;
        for (size_t i = 0; i < sizeof(third); i++) {
            text[at + 2] = third[i];
            text[at + 3] = third[(i + pair) % sizeof(third)];
            good = good && is_good(s, bytes_of(text, sizeof(text)));
        }
    }
    CHECK(good, s->name);
}

/* ---- search ---- */

static bool same_found(const struct simd *s, const struct simd_texts *t, struct bytes in)
{
    const struct bytes text = test_copy(in);
    const bool same = s->find(t, text) == simd_plain.find(t, text);

    free((void *)(uintptr_t)text.at);
    return same;
}

/* One part in each place of a text of each length; and none. */
static void test_find(const struct simd *s)
{
    struct simd_texts t = {0};
    uint8_t text[MOST];
    bool found = true;

    simd_texts_add(&t, 0, (const uint8_t *)"xyz");
    simd_texts_add(&t, 7, (const uint8_t *)"\x00\xff\x80");
    memset(text, '-', sizeof(text));
    for (size_t len = 0; len <= MOST; len++) {
        found = found && !s->find(&t, bytes_of(text, len));
        for (size_t at = 0; at + SIMD_PART <= len; at++) {
            memcpy(text + at, at % 2 ? "xyz" : "\x00\xff\x80", SIMD_PART);
            found = found && s->find(&t, bytes_of(text, len)) &&
                    !s->find(&t, bytes_of(text, at + SIMD_PART - 1));
            memset(text + at, '-', SIMD_PART);
        }
    }
    CHECK(found, s->name);
}

static void test_find_random(const struct simd *s)
{
    bool same = true;

    for (int round = 0; round < 20000 && same; round++) {
        struct simd_texts t = {0};
        uint8_t text[MOST];
        const size_t len = random_below(MOST);
        for (unsigned n = 0; n <= random_below(SIMD_TEXTS); n++) {
            const uint8_t part[SIMD_PART] = {(uint8_t)('a' + random_below(6)),
                                             (uint8_t)random_below(256),
                                             (uint8_t)('a' + random_below(6))};
            simd_texts_add(&t, n, part);
        }
        for (size_t i = 0; i < len; i++)
            text[i] = (uint8_t)(random_below(3) ? 'a' + random_below(6) : random_below(256));
        same = same_found(s, &t, bytes_of(text, len));
    }
    CHECK(same, s->name);
}

static bool same_one(const struct simd *s, const struct simd_text *t, struct bytes in)
{
    const struct bytes text = test_copy(in);
    const bool same = s->find_one(t, text) == simd_plain.find_one(t, text);

    free((void *)(uintptr_t)text.at);
    return same;
}

/* In each place of a text of each length, in either case; and not where a byte is missing, or is
 * another. */
static void test_find_one(const struct simd *s)
{
    const struct simd_text t = {{'x', '-', 0xff}, {0x20, 0, 0}};
    static const uint8_t is[2][SIMD_PART] = {{'x', '-', 0xff}, {'X', '-', 0xff}};
    uint8_t text[MOST];
    bool found = true;

    memset(text, '-', sizeof(text));
    for (size_t len = 0; len <= MOST; len++)
        for (size_t at = 0; at + SIMD_PART <= len; at++) {
            memcpy(text + at, is[at % 2], SIMD_PART);
            found = found && s->find_one(&t, bytes_of(text, len)) &&
                    !s->find_one(&t, bytes_of(text, at + SIMD_PART - 1));
            text[at + at % SIMD_PART] ^= 0x01;
            found = found && !s->find_one(&t, bytes_of(text, len));
            memset(text + at, '-', SIMD_PART);
        }
    CHECK(found, s->name);
}

/* As the plain one; which, where all bits count, says what find() says. */
static void test_find_one_random(const struct simd *s)
{
    bool same = true;

    for (int round = 0; round < 20000 && same; round++) {
        struct simd_texts all = {0};
        struct simd_text t = {0};
        uint8_t text[MOST];
        const size_t len = random_below(MOST);
        for (size_t i = 0; i < SIMD_PART; i++) {
            t.either[i] = (uint8_t)(round % 2 == 0 ? 0U : 1U << random_below(8));
            t.byte[i] = (uint8_t)('a' + random_below(6)) | t.either[i];
        }
        for (size_t i = 0; i < len; i++)
            text[i] = (uint8_t)(random_below(3) ? 'a' + random_below(6) : random_below(256));
        simd_texts_add(&all, 0, t.byte);
        same = same_one(s, &t, bytes_of(text, len)) &&
               (round % 2 != 0 ||
                s->find_one(&t, bytes_of(text, len)) == simd_plain.find(&all, bytes_of(text, len)));
    }
    CHECK(same, s->name);
}

/* What look() finds under a mask, find_one() finds in the clear text; without a mask, too. */
static bool same_look(const struct simd *s, const struct simd_text *t, struct bytes clear,
                      uint32_t key)
{
    uint8_t *masked = malloc(clear.len + 1);
    uint8_t high = 0;
    bool ascii, plain_ascii;

    if (masked == NULL)
        abort();
    simd_plain.unmask(masked, clear, key, 0);
    for (size_t i = 0; i < clear.len; i++)
        high |= clear.at[i] & 0x80;
    const struct bytes text = test_copy(bytes_of(masked, clear.len));
    const bool want = simd_plain.find_one(t, clear);
    const bool same = s->look(t, text, key, &ascii) == want && ascii == (high == 0) &&
                      simd_plain.look(t, text, key, &plain_ascii) == want && plain_ascii == ascii;
    free((void *)(uintptr_t)text.at);
    free(masked);
    return same;
}

/* In each place of a text of each length; then one of its bytes is another, or none of ASCII. */
static void test_look(const struct simd *s)
{
    const struct simd_text t = {{'x', '-', 'z'}, {0x20, 0, 0x20}};
    static const uint8_t is[2][SIMD_PART] = {{'x', '-', 'z'}, {'X', '-', 'Z'}};
    uint8_t text[MOST];
    bool same = true;

    memset(text, '-', sizeof(text));
    for (size_t len = 0; len <= MOST && same; len++) {
        same = same_look(s, &t, bytes_of(text, len), KEY);
        for (size_t at = 0; at < len; at++) {
            if (at + SIMD_PART <= len)
                memcpy(text + at, is[at % 2], SIMD_PART);
            same = same && same_look(s, &t, bytes_of(text, len), at % 3 ? KEY : 0);
            text[at] ^= at % 5 ? 0x80 : 0x01;
            same = same && same_look(s, &t, bytes_of(text, len), at % 3 ? KEY : 0);
            memset(text + at, '-', at + SIMD_PART <= len ? SIMD_PART : 1);
        }
    }
    CHECK(same, s->name);
}

static void test_look_random(const struct simd *s)
{
    bool same = true;

    for (int round = 0; round < 20000 && same; round++) {
        struct simd_text t = {0};
        uint8_t text[MOST];
        const size_t len = random_below(MOST);
        for (size_t i = 0; i < SIMD_PART; i++) {
            t.either[i] = (uint8_t)(round % 2 == 0 ? 0U : 1U << random_below(8));
            t.byte[i] = (uint8_t)('a' + random_below(6)) | t.either[i];
        }
        for (size_t i = 0; i < len; i++)
            text[i] = (uint8_t)(round % 3 ? 'a' + random_below(6) : random_below(256));
        same = same_look(s, &t, bytes_of(text, len), random_below(UINT32_MAX));
    }
    CHECK(same, s->name);
}

/* ---- where texts part ---- */

static bool same_parting(const struct simd *s, struct bytes was, struct bytes is)
{
    const struct bytes a = test_copy(was), b = test_copy(is);
    size_t control = 0, at = 0, said;
    const size_t n = s->differ(a, b, &said);

    while (at < was.len && at < is.len && was.at[at] == is.at[at])
        at++;
    for (control = at; control < is.len && is.at[control] >= ' ';)
        control++;
    free((void *)(uintptr_t)a.at);
    free((void *)(uintptr_t)b.at);
    return n == at && (n == was.len || said == control);
}

/* One byte is another one, in each place of texts of each length; then none, or a control. */
static void test_differ(const struct simd *s)
{
    static const uint8_t controls[] = {'\r', 0, 0x1f, '\n', ' ', 0x7f, 0x80, 0xff};
    uint8_t was[MOST], is[MOST];
    bool same = true;

    for (size_t i = 0; i < MOST; i++)
        was[i] = (uint8_t)(' ' + random_below(0xe0));
    for (size_t len = 1; len <= MOST && same; len++) {
        memcpy(is, was, len);
        for (size_t at = 0; at < len; at++) {
            is[at] ^= 0x40;
            const size_t end = random_below((uint32_t)len);
            const uint8_t kept = is[end];
            is[end] = controls[at % sizeof(controls)];
            same = same && same_parting(s, bytes_of(was, len), bytes_of(is, len)) &&
                   same_parting(s, bytes_of(was, len), bytes_of(is, end));
            is[end] = kept;
            is[at] ^= 0x40;
        }
        same = same && same_parting(s, bytes_of(was, len), bytes_of(is, len)) &&
               same_parting(s, bytes_of(was, len / 2), bytes_of(is, len)) &&
               same_parting(s, bytes_of(was, len), bytes_of(is, len / 2));
    }
    CHECK(same, s->name);
}

/* ---- a word among others ---- */

/* In each place in turn, nowhere, and where only one of its bytes is right. */
static void test_among(void)
{
    _Alignas(16) uint16_t words[SIMD_AMONG];
    bool right = true;

    for (unsigned round = 0; round < 200; round++) {
        for (unsigned i = 0; i < SIMD_AMONG; i++)
            words[i] = (uint16_t)(random_below(UINT16_MAX - 1) + 1);
        words[random_below(SIMD_AMONG)] = UINT16_MAX;
        for (unsigned i = 0; i < SIMD_AMONG; i++)
            right = right && simd_among(words, words[i]) && simd_among_plain(words, words[i]);
        right = right && !simd_among(words, 0) && !simd_among_plain(words, 0);
        for (unsigned bit = 0; bit < 16; bit++) {
            const uint16_t near = (uint16_t)(words[bit] ^ 1U << bit);
            right = right && simd_among(words, near) == simd_among_plain(words, near);
        }
    }
    CHECK(right, "a word is found wherever it stands, and no other");
}

int main(void)
{
    CHECK(simd_at(SIMD_LEVEL_PLAIN) == &simd_plain, "there is always the plain one");
    CHECK(simd_at(SIMD_LEVELS) == NULL, "no level");
    for (unsigned level = 0; level < SIMD_LEVELS; level++) {
        const struct simd *s = simd_at((enum simd_level)level);
        if (s == NULL)
            continue;
        test_unmask(s);
        test_unmask_cut(s);
        test_utf8_random(s);
        test_utf8_pairs(s);
        test_find(s);
        test_find_random(s);
        test_find_one(s);
        test_find_one_random(s);
        test_look(s);
        test_look_random(s);
        test_differ(s);
    }
    test_among();
    return test_end();
}

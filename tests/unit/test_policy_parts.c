/* SPDX-License-Identifier: MIT */
/* What parts.h says cannot hit does not: against Hyperscan, over random patterns and texts. */
#include <stdio.h>

#include "policy/bank.h"
#include "policy/parts.h"
#include "random.h"
#include "test.h"

#define ROUNDS 120
#define TEXTS  300

static const struct node nowhere;
static struct err err;
static const struct source source = {.name = "test", .err = &err};

/* Of few letters, so that patterns are found; some bytes of it are any byte. */
static void random_plain(char *out)
{
    const size_t len = 1 + random_below(7);

    for (size_t i = 0; i < len; i++)
        out[i] = "abc."[random_below(8) > 0 ? random_below(3) : 3];
    out[len] = '\0';
}

static void add_random(struct bank *b)
{
    char text[16];

    random_plain(text);
    const struct bytes pattern = bytes_of_text(text);
    char caseless[sizeof(text) + 8];

    snprintf(caseless, sizeof(caseless), "(?i)%s", text);
    switch (random_below(4)) {
    case 0: bank_add_literal(b, pattern, &nowhere, &source); break;
    case 1: bank_add_regex(b, pattern, false, &nowhere, &source); break;
    case 2: bank_add_regex(b, pattern, true, &nowhere, &source); break;
    default: bank_add_regex(b, bytes_of_text(caseless), false, &nowhere, &source); break;
    }
}

/* Returns how often the parts alone said no. */
static unsigned compare(const struct bank *b, struct hs_scratch *scratch)
{
    unsigned no = 0;

    for (int n = 0; n < TEXTS; n++) {
        uint8_t text[120];
        uint64_t hits[2] = {0};
        const size_t len = random_below(sizeof(text));
        for (size_t i = 0; i < len; i++)
            text[i] =
                (uint8_t)((random_below(3) ? 'a' : 'A') + random_below(random_below(2) ? 3 : 26));
        const struct bytes in = test_copy(bytes_of(text, len));
        bank_scan(b, scratch, in, hits);
        const bool may = parts_may_hit(&b->parts, in);
        if (!may && hits[0] != 0)
            CHECK(false, "it hit");
        no += !may;
        free((void *)(uintptr_t)in.at);
    }
    return no;
}

static void test_random(void)
{
    unsigned no = 0;

    for (int round = 0; round < ROUNDS; round++) {
        struct bank b = {0};
        struct hs_scratch *scratch = NULL;
        for (unsigned n = random_below(10); n <= 8; n++)
            add_random(&b);
        CHECK(bank_compile(&b, &source) && bank_scratch(&b, &scratch), err.text);
        no += compare(&b, scratch);
        bank_scratch_free(scratch);
        bank_free(&b);
    }
    CHECK(no > 0, "some of it was settled without Hyperscan");
}

struct vector {
    const char *regex;
    bool plain;
};

static const struct vector vectors[] = {
    {"password", true},  {"a.cde", true},        {"\\x00\\xff\\x10", true},
    {"ab", false},       {"a.b.c", false},       {"colou?r", false},
    {"^abc", false},     {"abc$", false},        {"abc|d", false},
    {"[abc]def", false}, {"abc{2}", false},      {"abc*", false},
    {"\\dabc", false},   {"\\x{61}bcd", false},  {"\\x6", false},
    {"(?i)abc", true},   {"a(?i)bcd", false},    {"(?s)abc", false},
    {"", false},         {"select 1; -- ", true}};

static void test_plain(void)
{
    for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        struct parts p = {0};
        parts_add(&p, vectors[i].regex, false);
        CHECK(p.unknown != vectors[i].plain, vectors[i].regex);
    }
}

static void test_many(void)
{
    struct parts p = {0};

    for (unsigned i = 0; i < SIMD_TEXTS; i++)
        parts_add(&p, "needle", false);
    CHECK(!p.unknown, "eight are few");
    CHECK(simd() == &simd_plain || !parts_may_hit(&p, LITERAL("haystack")), "no part of it");
    CHECK(parts_may_hit(&p, LITERAL("a haystack with a needle")), "there it is");
    parts_add(&p, "needle", false);
    CHECK(p.unknown && parts_may_hit(&p, LITERAL("haystack")), "nine are not");
    p = (struct parts){0};
    parts_add(&p, "needle_1", true);
    CHECK(parts_may_hit(&p, LITERAL("a haystack with a NeeDLE_1")), "of any case");
    CHECK(simd() == &simd_plain || !parts_may_hit(&p, LITERAL("a NEEDLE-1")), "letters alone");
}

int main(void)
{
    test_plain();
    test_many();
    test_random();
    return test_end();
}

/* SPDX-License-Identifier: MIT */
#include "layer_harness.h"
#include "layers/layers.h"
#include "layers/shape.h"
#include "said.h"

static uint64_t noise_state = 88172645463325252ULL;

static uint8_t noise(void)
{
    noise_state ^= noise_state << 13;
    noise_state ^= noise_state >> 7;
    noise_state ^= noise_state << 17;
    return (uint8_t)(noise_state >> 11);
}

static const struct vector {
    const char *name;
    enum shape want;
    struct said turn[4];
} vectors[] = {
    {"nothing", SHAPE_NONE, {{0}}},
    {"a chat", SHAPE_TEXT, {S("hello from the quay\n"), C("two ships, one berth\r\n")}},
    {"UTF-8", SHAPE_TEXT, {S("gr\xc3\xbc\xc3\x9f Gott, \xe2\x98\x83\n"), C("caf\xc3\xa9\n")}},
    {"Latin-1", SHAPE_TEXT, {S("gr\xfc\xdf Gott, Kapit\xe4n\n")}},
    {"escape codes", SHAPE_TEXT, {S("\x1b[31mred\x1b[0m\a\n")}},
    {"a NUL is no text", SHAPE_BINARY, {S("hello\0world and all that is in it")}},
    {"one side text, one binary", SHAPE_BINARY, {S("ready\n"), C("\x01\x02\x03\x00\x00\x01")}},
    {"four bytes, big-endian",
     SHAPE_LENGTH_PREFIXED,
     {C("\x00\x00\x00\x05hello\x00\x00\x00\x02\x01\x02"), S("\x00\x00\x00\x01\x00")}},
    {"four bytes, little-endian",
     SHAPE_LENGTH_PREFIXED,
     {C("\x05\x00\x00\x00hello\x02\x00\x00\x00\x01\x02")}},
    {"four bytes, itself counted",
     SHAPE_LENGTH_PREFIXED,
     {C("\x00\x00\x00\x09hello\x00\x00\x00\x06\x01\x02"), S("\x00\x00\x00\x05\x00")}},
    {"two bytes, big-endian",
     SHAPE_LENGTH_PREFIXED,
     {C("\x00\x05hello\x00\x02\x01\x02"), S("\x00\x01\x00")}},
    {"one byte",
     SHAPE_LENGTH_PREFIXED,
     {C("\x05hello\x02\x01\x02\x03"
        "abc"),
      S("\x01\x00\x01\x00")}},
    {"two bytes that lead nowhere", SHAPE_BINARY, {C("\x00\x05hello\x00\x02\x01\x02\x00\x09x")}},
};

static enum shape shape_by(const struct vector *v, size_t cut)
{
    struct flow_info info = {0};
    struct turn turns[4];
    struct harness h;
    size_t count = 0;
    void *state = calloc(1, layer_raw.state_size);

    for (; count < 4 && v->turn[count].len > 0; count++)
        turns[count] = (struct turn){v->turn[count].direction,
                                     bytes_of(v->turn[count].bytes, v->turn[count].len), 0};
    harness_begin(&h, 0, NULL);
    harness_run(&h, &layer_raw, state, turns, count, cut);
    layer_raw.summarise(state, &info);
    harness_end(&h);
    free(state);
    return info.shape;
}

static void test_vectors(void)
{
    for (size_t n = 0; n < sizeof(vectors) / sizeof(vectors[0]); n++)
        for (size_t cut = 0; cut < 50; cut++)
            CHECK(shape_by(&vectors[n], cut) == vectors[n].want, vectors[n].name);
}

/* Random bytes are random, nearly always: 3 deviations twice and p = 0.001 twice. */
static void test_random(void)
{
    unsigned random = 0;

    for (unsigned n = 0; n < 1000; n++) {
        struct shape_stats whole = {0}, bytewise = {0};
        uint8_t bytes[600];
        const size_t len = 96 + n % 500;
        for (size_t i = 0; i < len; i++)
            bytes[i] = noise();
        shape_feed(&whole, TO_SERVER, bytes_of(bytes, len));
        for (size_t i = 0; i < len; i++)
            shape_feed(&bytewise, TO_SERVER, bytes_of(bytes + i, 1));
        CHECK(shape_of(&whole) == shape_of(&bytewise), "the same however it was cut");
        random += shape_of(&whole) == SHAPE_RANDOM ? 1 : 0;
    }
    CHECK(random > 980, "random bytes look random");
}

/* Text, noise, and messages with their lengths before them, right and wrong: what the bytes are
 * like does not depend on how they are cut. */
static void test_cuts(void)
{
    unsigned seen[SHAPE_RANDOM + 1] = {0};

    for (unsigned n = 0; n < 20000; n++) {
        struct shape_stats whole = {0}, cut = {0}, many = {0};
        struct shape_fresh fresh[2] = {{.bytes = 0}};
        for (unsigned turn = 0; turn < 6; turn++) {
            const enum direction d = turn & 1 ? TO_CLIENT : TO_SERVER;
            uint8_t bytes[400];
            const size_t width = 1U << n % 3, len = width + noise() % 120U * (n % 5 == 0 ? 3U : 1U);
            for (size_t i = 0; i < len; i++)
                bytes[i] = n % 4 == 0 ? noise() : (uint8_t)(' ' + noise() % 90U);
            if (n % 4 == 1)
                bytes[len / 2] = noise();
            for (size_t i = 0; i < width && n % 4 > 1; i++)
                bytes[n % 8 < 4 ? i : width - 1 - i] = (uint8_t)((len - width) >> 8 * i);
            if (n % 4 == 3 && noise() < 10)
                bytes[0]++;
            shape_feed(&whole, d, bytes_of(bytes, len));
            for (size_t at = 0, part; at < len; at += part) {
                part = 1 + noise() % 9U;
                const struct bytes piece = bytes_first(bytes_of(bytes + at, len - at), part);
                shape_feed(&cut, d, piece);
                shape_feed_short(&many, fresh, d, piece);
            }
            CHECK(shape_of(&whole) == shape_of(&cut), "the same however it was cut");
            CHECK(shape_of(&whole) == shape_of_short(&many, fresh), "and counted");
        }
        seen[shape_of(&whole)]++;
    }
    CHECK(seen[SHAPE_TEXT] > 1000 && seen[SHAPE_LENGTH_PREFIXED] > 1000 &&
              seen[SHAPE_RANDOM] > 1000 && seen[SHAPE_BINARY] > 1000,
          "all shapes were seen");
}

/* A counter and a bitmap are binary, and nothing else. */
static void test_binary(void)
{
    struct shape_stats s = {0};
    uint8_t bytes[400];

    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (uint8_t)(i % 7 == 0 ? i / 7 : 0);
    shape_feed(&s, TO_CLIENT, bytes_of(bytes, sizeof(bytes)));
    CHECK(shape_of(&s) == SHAPE_BINARY, "mostly zeroes");
}

static void test_gap(void)
{
    struct shape_stats s = {0};

    shape_feed(&s, TO_SERVER, LITERAL("\x00\x00\x00\x64xx"));
    shape_gap(&s, TO_SERVER, 98);
    shape_feed(&s, TO_SERVER, LITERAL("\x00\x00\x00\x02xx\x00\x00\x00\x01x"));
    CHECK(shape_of(&s) == SHAPE_BINARY, "a gap to a message's very end: who knows");
    struct shape_stats inside = {0};
    shape_feed(&inside, TO_SERVER, LITERAL("\x00\x00\x00\x64xx"));
    shape_gap(&inside, TO_SERVER, 97);
    shape_feed(&inside, TO_SERVER, LITERAL("x\x00\x00\x00\x02xx\x00\x00\x00\x01x"));
    CHECK(shape_of(&inside) == SHAPE_LENGTH_PREFIXED, "a gap inside a message is stepped over");
}

/* The figures of noise are what plain counting gives, whatever the cuts. */
static void test_figures(void)
{
    uint8_t bytes[1024];

    for (int round = 0; round < 200; round++) {
        struct noise got = {0}, want = {0};
        const size_t len = (size_t)noise() * 4 + noise() % 4;
        for (size_t i = 0; i < len; i++) {
            bytes[i] = round % 3 == 0 ? (uint8_t)round : noise();
            want.nibble[bytes[i] >> 4]++;
            want.nibble[bytes[i] & 15]++;
        }
        for (struct bytes left = bytes_of(bytes, len); left.len > 0;) {
            const struct bytes part =
                bytes_first(left, (size_t)noise() + 1 + (round % 2 == 0 ? 300U : 0U));
            noise_feed(&got, part);
            left = bytes_after(left, part.len);
        }
        CHECK(got.bytes == len && memcmp(got.nibble, want.nibble, sizeof(want.nibble)) == 0,
              "nibbles");
    }
}

/* Sums of counts, at their most: all of BYTE_COUNTS_MAX bytes are the same, or each is another. */
static void test_sums(void)
{
    uint8_t bytes[BYTE_COUNTS_MAX];
    struct byte_counts c;

    for (int round = 0; round < 64; round++) {
        for (size_t i = 0; i < sizeof(bytes); i++)
            bytes[i] = round % 2 == 0 ? (uint8_t)(round * 4) : noise();
        byte_counts_take(&c, bytes_of(bytes, sizeof(bytes)));
        for (size_t first = 0; first < 256; first += 8)
            for (size_t n = 0; first + n <= 256; n += 8) {
                unsigned want = 0;
                for (size_t i = 0; i < sizeof(bytes); i++)
                    want += bytes[i] >= first && bytes[i] < first + n;
                CHECK(byte_counts_sum(&c, first, n) == want, "bytes of a range");
            }
    }
}

int main(void)
{
    test_vectors();
    test_figures();
    test_sums();
    test_random();
    test_cuts();
    test_binary();
    test_gap();
    return test_end();
}

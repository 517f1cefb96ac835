/* SPDX-License-Identifier: MIT */
#include "identify/nameless.h"
#include "layers/shape.h"
#include "random.h"
#include "test.h"

#define NOISES 2000 /* openings */

static const char words[] =
    "The quick brown fox jumps over a lazy dog, doesn't it? Well-known, and so on!";

/* Openings of protocols in text, each filled up with words: what comes before tells. */
static const char *const spoken[] = {
    "INVITE sip:bob@example.org SIP/2.0\r\n",
    "OPTIONS rtsp://example.org/a RTSP/1.0\r\n",
    "GNUTELLA CONNECT/0.6\r\n",
    "$MyNick bob|$Lock EXTENDEDPROTOCOL",
    "<?xml version='1.0'?><stream:stream",
    "SOURCE /stream ICE/1.0\r\n",
    "ICY OK\r\n",
    "{\"id\": null, \"method\": \"mining.subscribe\"}",
    "AMQP\x01",
    "USER anonymous\r\n",
};

static void check_words(void)
{
    for (size_t n = 0; n <= sizeof(words) - 1; n++) {
        const struct bytes cut = test_copy(bytes_of(words, n));
        CHECK(nameless_is(cut) == (n >= NAMELESS_WORDS), "words, as soon as there are enough");
        free((void *)(uintptr_t)cut.at);
    }
    for (size_t i = 0; i < sizeof(spoken) / sizeof(spoken[0]); i++) {
        char text[256];
        snprintf(text, sizeof(text), "%s%s", spoken[i], words);
        CHECK(!nameless_is(bytes_of_text(text)), spoken[i]);
    }
}

static void fill(uint8_t *at, size_t len)
{
    for (size_t i = 0; i < len; i++)
        at[i] = (uint8_t)random_below(256);
}

static void check_noise(void)
{
    uint8_t noise[NAMELESS_NOISE + 1];
    unsigned refused = 0;

    for (unsigned n = 0; n < NOISES; n++) {
        fill(noise, sizeof(noise));
        refused += !nameless_is(bytes_of(noise, sizeof(noise)));
        CHECK(!nameless_is(bytes_of(noise, NAMELESS_NOISE - 1)), "too little noise to be sure");
    }
    CHECK(refused < NOISES / 200, "noise is noise, but for a few in a thousand");
}

/* As many random bytes as one likes behind a header do not hide it. */
static void check_headers(void)
{
    uint8_t noise[NAMELESS_NOISE];

    for (unsigned n = 0; n < NOISES; n++) {
        fill(noise, sizeof(noise));
        memcpy(noise, "ABCD-123", 8);
        CHECK(!nameless_is(bytes_of(noise, sizeof(noise))), "a word, and noise");
        fill(noise, sizeof(noise));
        noise[2] = noise[3] = 0;
        CHECK(!nameless_is(bytes_of(noise, sizeof(noise))), "a length, and noise");
        for (size_t i = 0; i < sizeof(noise); i++)
            noise[i] &= 0x7f;
        CHECK(!nameless_is(bytes_of(noise, sizeof(noise))), "seven bits of eight");
    }
}

/* Of a stream's turns: any text, in which a protocol shows at once, and noise. */
static void check_plain(void)
{
    uint8_t noise[NAMELESS_LOOK];
    unsigned refused = 0;

    for (size_t i = 0; i < sizeof(spoken) / sizeof(spoken[0]); i++)
        CHECK(nameless_is_plain(bytes_of_text(spoken[i])) == (strchr(spoken[i], 1) == NULL),
              spoken[i]);
    for (unsigned n = 0; n < NOISES; n++) {
        fill(noise, sizeof(noise));
        refused += !nameless_is_plain(bytes_of(noise, sizeof(noise)));
        noise[0] = 1; /* no text */
        CHECK(!nameless_is_plain(bytes_of(noise, 12)), "too short to be called noise");
        memset(noise, 0, 64);
        CHECK(!nameless_is_plain(bytes_of(noise, sizeof(noise))), "what has a head");
    }
    CHECK(refused < NOISES / 100, "noise, but for a few in a thousand");
}

/* Lines take a short way to the same answer. */
static void check_lines(void)
{
    static const char common[] = " etaoinshrdlu.,:<>0123456789\r\n";

    for (unsigned n = 0; n < 20 * NOISES; n++) {
        struct shape_stats stats = {0};
        uint8_t line[NAMELESS_LOOK];
        const size_t len = 1 + n % sizeof(line);
        fill(line, len);
        const uint8_t odd = line[0];
        for (size_t i = 0; i < len; i++)
            line[i] = (uint8_t)common[line[i] % (sizeof(common) - 1)];
        if (n % 2 == 0)
            line[n % 7 % len] = odd;
        shape_feed(&stats, TO_SERVER, bytes_of(line, len));
        const enum shape shape = shape_of(&stats);
        CHECK(nameless_is_plain(bytes_of(line, len)) ==
                  (shape == SHAPE_TEXT || shape == SHAPE_RANDOM),
              "what the shape says");
    }
}

int main(void)
{
    check_plain();
    check_lines();
    check_words();
    check_noise();
    check_headers();
    return test_end();
}

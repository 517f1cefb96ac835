/* SPDX-License-Identifier: MIT */
#include "identify/nameless.h"

#include "layers/noise.h"
#include "layers/shape.h"

#define START      8 /* bytes in which a header shows */
#define START_ZERO 2 /* so many zeros among them: once in 2,300 openings of noise */

static bool is_of_a_sentence(uint8_t c)
{
    static const char marks[] = " ,.'!?-";

    return byte_is_letter(c) || memchr(marks, c, sizeof(marks) - 1) != NULL;
}

static bool is_words(struct bytes seen)
{
    size_t n = 0;

    while (n < seen.len && n < NAMELESS_WORDS && is_of_a_sentence(seen.at[n]))
        n++;
    return n == NAMELESS_WORDS;
}

/* A word, or the zeros of a length: noise may follow, but somebody says who he is. */
static bool has_header(struct bytes seen)
{
    size_t printable = 0, zero = 0;

    for (size_t i = 0; i < START; i++) {
        printable += seen.at[i] >= ' ' && seen.at[i] <= '~';
        zero += seen.at[i] == 0;
    }
    return printable == START || zero >= START_ZERO;
}

static bool is_noise(struct bytes seen)
{
    struct noise noise = {0};

    if (seen.len < NAMELESS_NOISE || has_header(seen))
        return false;
    noise_feed(&noise, bytes_first(seen, NAMELESS_NOISE));
    return noise_holds(&noise, NOISE_KEEN);
}

/* ASCII without a control character but what ends a line: SHAPE_TEXT, whatever else it is. */
static bool is_lines(struct bytes b)
{
    uint8_t odd = 0;

    for (size_t i = 0; i < b.len; i++) {
        const uint8_t c = b.at[i];
        odd |= (uint8_t)((c < ' ' || c > '~') & (c != '\n') & (c != '\r'));
    }
    return b.len > 0 && odd == 0;
}

bool nameless_is_plain(struct bytes turn)
{
    struct shape_stats stats = {0};

    if (is_lines(bytes_first(turn, START)) && is_lines(bytes_first(turn, NAMELESS_LOOK)))
        return true;
    shape_feed(&stats, TO_SERVER, bytes_first(turn, NAMELESS_LOOK));
    const enum shape shape = shape_of(&stats);
    return shape == SHAPE_TEXT || shape == SHAPE_RANDOM;
}

bool nameless_is(struct bytes seen)
{
    return is_words(seen) || is_noise(seen);
}

bool nameless_are(const struct bytes seen[2])
{
    for (unsigned d = 0; d < 2; d++)
        if (seen[d].len > 0 && !nameless_is(seen[d]))
            return false;
    return true;
}

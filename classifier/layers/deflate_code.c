/* SPDX-License-Identifier: MIT */
#include "layers/deflate_code.h"

/* Lengths and distances come in classes: four lengths, or two distances, for each number of bits
 * that follow the code (RFC 1951 s3.2.5). */
#define FIRST_LENGTH 257
#define LAST_LENGTH  285 /* is 258 alone */
#define LAST_CLASS   (LAST_LENGTH - FIRST_LENGTH)
#define LENGTH_LEAST 3
#define LENGTH_MOST  258
#define DISTANCES    30

#define LENGTH_EXTRA(c) ((c) < 8 || (c) == LAST_CLASS ? 0 : (c) / 4 - 1)
#define LENGTH_BASE(c)                                                                             \
    ((c) == LAST_CLASS ? LENGTH_MOST                                                               \
     : (c) < 8         ? (c) + LENGTH_LEAST                                                        \
                       : ((4 + (c) % 4) << LENGTH_EXTRA(c) % 8) + LENGTH_LEAST)
#define DISTANCE_EXTRA(c) ((c) < 4 ? 0 : (c) / 2 - 1)
#define DISTANCE_BASE(c)  ((c) < 4 ? (c) + 1 : ((2 + (c) % 2) << DISTANCE_EXTRA(c)) + 1)

/* `len`: bits of the code */
#define ENTRY(value, extra, len)                                                                   \
    ((uint32_t)(value) << DEFLATE_VALUE_AT | (uint32_t)(len) << DEFLATE_CODE_AT |                  \
     ((uint32_t)(extra) + (uint32_t)(len)))
#define NO_CODE(len)       (DEFLATE_SPECIAL | (uint32_t)(len))
#define LITERAL(byte, len) (ENTRY(byte, 0, len) | DEFLATE_LITERAL)
#define BLOCK_END(len)     (ENTRY(0, 0, len) | DEFLATE_SPECIAL | DEFLATE_BLOCK_END)
#define LENGTH(c, len)                                                                             \
    ((c) > LAST_CLASS ? NO_CODE(len) : ENTRY(LENGTH_BASE(c), LENGTH_EXTRA(c), len))
#define DISTANCE(c, len)                                                                           \
    ((c) >= DISTANCES ? NO_CODE(len) : ENTRY(DISTANCE_BASE(c), DISTANCE_EXTRA(c), len))

/* RFC 1951 s3.2.6, by a code read most significant bit first, filled up to 9 bits. */
#define FIXED(code)                                                                                \
    ((code) < 4           ? BLOCK_END(7)                                                           \
     : (code) < 0x18 << 2 ? LENGTH(((code) >> 2) - 1, 7)                                           \
     : (code) < 0xc0 << 1 ? LITERAL(((code) >> 1) - 0x30, 8)                                       \
     : (code) < 0xc8 << 1 ? LENGTH(((code) >> 1) - 0xc0 + 280 - FIRST_LENGTH, 8)                   \
                          : LITERAL((code)-0x190 + 144, 9))

/* The index has the code's first bit lowest. */
#define FIXED_2(c)   FIXED(c), FIXED((c) + 256)
#define FIXED_4(c)   FIXED_2(c), FIXED_2((c) + 128)
#define FIXED_8(c)   FIXED_4(c), FIXED_4((c) + 64)
#define FIXED_16(c)  FIXED_8(c), FIXED_8((c) + 32)
#define FIXED_32(c)  FIXED_16(c), FIXED_16((c) + 16)
#define FIXED_64(c)  FIXED_32(c), FIXED_32((c) + 8)
#define FIXED_128(c) FIXED_64(c), FIXED_64((c) + 4)
#define FIXED_256(c) FIXED_128(c), FIXED_128((c) + 2)

const uint32_t deflate_fixed_symbols[1 << DEFLATE_FIXED_BITS] = {FIXED_256(0), FIXED_256(1)};

#define FAR_2(c)  DISTANCE(c, 5), DISTANCE((c) + 16, 5)
#define FAR_4(c)  FAR_2(c), FAR_2((c) + 8)
#define FAR_8(c)  FAR_4(c), FAR_4((c) + 4)
#define FAR_16(c) FAR_8(c), FAR_8((c) + 2)

const uint32_t deflate_fixed_distances[1 << DEFLATE_FIXED_DISTANCE] = {FAR_16(0), FAR_16(1)};

static uint32_t entry_of(enum deflate_alphabet a, unsigned symbol, unsigned len)
{
    switch (a) {
    case DEFLATE_OF_SYMBOLS:
        if (symbol < DEFLATE_END)
            return LITERAL(symbol, len);
        return symbol == DEFLATE_END ? BLOCK_END(len) : LENGTH(symbol - FIRST_LENGTH, len);
    case DEFLATE_OF_DISTANCES: return DISTANCE(symbol, len);
    case DEFLATE_OF_LENGTHS: return ENTRY(symbol, 0, len);
    }
    return NO_CODE(len);
}

/* The symbols in the order of their codes: by length, then by number (RFC 1951 s3.2.2). */
struct sorted {
    uint16_t of_length[DEFLATE_CODE_MAX + 1]; /* how many */
    uint16_t symbols[DEFLATE_SYMBOLS];
    unsigned count;
};

/* The next symbol from `i` on that has a code; `count`: there is none. Short messages use few. */
static unsigned next_used(const uint8_t *lengths, unsigned i, unsigned count)
{
    uint64_t word;

    for (; i + sizeof(word) <= count; i += (unsigned)sizeof(word)) {
        memcpy(&word, lengths + i, sizeof(word));
        if (word != 0)
            break;
    }
    while (i < count && lengths[i] == 0)
        i++;
    return i;
}

static void sort(struct sorted *s, const uint8_t *lengths, unsigned count)
{
    uint16_t at[DEFLATE_CODE_MAX + 1], used[DEFLATE_SYMBOLS];

    memset(s->of_length, 0, sizeof(s->of_length));
    s->count = 0;
    for (unsigned i = next_used(lengths, 0, count); i < count;
         i = next_used(lengths, i + 1, count)) {
        used[s->count++] = (uint16_t)i;
        s->of_length[lengths[i]]++;
    }
    at[1] = 0;
    for (unsigned len = 1; len < DEFLATE_CODE_MAX; len++)
        at[len + 1] = (uint16_t)(at[len] + s->of_length[len]);
    for (unsigned i = 0; i < s->count; i++)
        s->symbols[at[lengths[used[i]]]++] = used[i];
}

/* How many codes of 15 bits are left over; below 0: there are more codes than bits can tell. */
static int left_over(const struct sorted *s)
{
    int left = 1;

    for (unsigned len = 1; len <= DEFLATE_CODE_MAX; len++) {
        left = left * 2 - s->of_length[len];
        if (left < 0)
            return left;
    }
    return left;
}

static unsigned longest(const struct sorted *s)
{
    unsigned len = DEFLATE_CODE_MAX;

    while (s->of_length[len] == 0)
        len--;
    return len;
}

/* No code, or one of a single bit. */
static unsigned build_incomplete(struct deflate_table t, enum deflate_alphabet a,
                                 const struct sorted *s)
{
    if (s->count > 1 || s->of_length[1] != s->count || (s->count == 1 && a == DEFLATE_OF_LENGTHS))
        return 0;
    t.entries[0] = s->count == 1 ? entry_of(a, s->symbols[0], 1) : NO_CODE(1);
    t.entries[1] = NO_CODE(1);
    return 1;
}

/* The code after `code` (which is not all ones) with its first bit lowest: the highest zero becomes
 * a one, and the ones above it zeros. */
static unsigned next_code(unsigned code, unsigned len)
{
    unsigned bit = 1U << (len - 1);

    while (code & bit)
        bit >>= 1;
    return (code & (bit - 1)) | bit;
}

/* Fills the first table; what has been filled for codes of n bits is twice what n + 1 bits need.
 * Returns how many symbols have codes that fit; the next code is in `code`. */
static unsigned build_first(struct deflate_table t, enum deflate_alphabet a, const struct sorted *s,
                            unsigned *code)
{
    unsigned filled = 1, done = 0;

    for (unsigned len = 1; len <= t.bits; len++) {
        if (done > 0)
            memcpy(t.entries + filled, t.entries, filled * sizeof(*t.entries));
        filled *= 2;
        for (unsigned n = s->of_length[len]; n > 0; n--) {
            t.entries[*code] = entry_of(a, s->symbols[done++], len);
            if (done < s->count)
                *code = next_code(*code, len);
        }
    }
    return done;
}

/* A second table for all codes that begin as `code`, of `len` bits, does: as small as holds them.
 */
static unsigned second_bits(const struct sorted *s, unsigned len, unsigned first, unsigned codes)
{
    unsigned bits = len - first;

    while (codes < 1U << bits && first + bits < DEFLATE_CODE_MAX) {
        bits++;
        codes = codes * 2 + s->of_length[first + bits];
    }
    return bits;
}

static bool build_second(struct deflate_table t, enum deflate_alphabet a, const struct sorted *s,
                         unsigned done, unsigned code)
{
    const unsigned mask = (1U << t.bits) - 1;
    unsigned begin = 0, end = 1U << t.bits, prefix = UINT32_MAX;
    unsigned len = t.bits + 1, codes = s->of_length[len];

    for (; done < s->count; done++, codes--) {
        while (codes == 0)
            codes = s->of_length[++len];
        if ((code & mask) != prefix) {
            const unsigned bits = second_bits(s, len, t.bits, codes);
            prefix = code & mask;
            begin = end;
            end += 1U << bits;
            if (end > t.room)
                return false;
            t.entries[prefix] = DEFLATE_SPECIAL | DEFLATE_SECOND | begin << DEFLATE_VALUE_AT |
                                bits << DEFLATE_CODE_AT | t.bits;
        }
        const uint32_t entry = entry_of(a, s->symbols[done], len - t.bits);
        for (unsigned i = begin + (code >> t.bits); i < end; i += 1U << (len - t.bits))
            t.entries[i] = entry;
        if (done + 1 < s->count)
            code = next_code(code, len);
    }
    return true;
}

unsigned deflate_build(struct deflate_table t, enum deflate_alphabet a, const uint8_t *lengths,
                       unsigned count)
{
    struct sorted s;
    unsigned code = 0;

    sort(&s, lengths, count);
    const int left = left_over(&s);
    if (left != 0)
        return left > 0 ? build_incomplete(t, a, &s) : 0;
    const unsigned most = longest(&s);
    t.bits = most < t.bits ? most : t.bits;
    const unsigned done = build_first(t, a, &s, &code);
    return done == s.count || build_second(t, a, &s, done, code) ? t.bits : 0;
}

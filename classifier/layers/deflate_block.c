/* SPDX-License-Identifier: MIT */
#include "layers/deflate_block.h"

/* RFC 1951 s3.2.3 */
enum { STORED = 0, FIXED = 1, DYNAMIC = 2 };
#define HEAD_BITS 3

/* RFC 1951 s3.2.7 */
#define SIZES_BITS       14
#define MOST_SYMBOLS     286
#define MOST_DISTANCES   30
#define CODE_LENGTH_BITS 3
enum { REPEAT_LAST = 16, REPEAT_ZERO = 17, REPEAT_ZERO_LONG = 18 };

static bool is_bad(struct deflate_block *k)
{
    k->state = DEFLATE_BAD;
    return false;
}

static bool read_type(struct deflate_block *k, struct deflate_bits *b)
{
    if (!deflate_has(b, HEAD_BITS))
        return false;
    k->final = deflate_take(b, 1);
    switch (deflate_take(b, 2)) {
    case STORED:
        deflate_align(b);
        k->state = DEFLATE_STORED_SIZE;
        return true;
    case FIXED:
        k->fixed = true;
        k->state = DEFLATE_CODED;
        return true;
    case DYNAMIC:
        k->fixed = false;
        k->state = DEFLATE_SIZES;
        return true;
    default: return is_bad(k);
    }
}

/* RFC 1951 s3.2.4: a length, and its complement. */
static bool read_stored_size(struct deflate_block *k, struct deflate_bits *b)
{
    if (!deflate_has(b, 32))
        return false;
    k->stored = (uint16_t)deflate_take(b, 16);
    if ((k->stored ^ deflate_take(b, 16)) != UINT16_MAX)
        return is_bad(k);
    k->state = DEFLATE_STORED;
    return true;
}

static bool read_sizes(struct deflate_block *k, struct deflate_bits *b, struct deflate_codes *c)
{
    if (!deflate_has(b, SIZES_BITS))
        return false;
    k->symbols = (uint16_t)(257 + deflate_take(b, 5));
    k->distances = (uint16_t)(1 + deflate_take(b, 5));
    k->code_lengths = (uint8_t)(4 + deflate_take(b, 4));
    k->have = 0;
    if (k->symbols > MOST_SYMBOLS || k->distances > MOST_DISTANCES)
        return is_bad(k);
    memset(c->lengths, 0, DEFLATE_LENGTHS);
    k->state = DEFLATE_CODE_LENGTHS;
    return true;
}

static bool read_code_lengths(struct deflate_block *k, struct deflate_bits *b,
                              struct deflate_codes *c)
{
    static const uint8_t order[DEFLATE_LENGTHS] = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                                   11, 4,  12, 3, 13, 2, 14, 1, 15};
    const struct deflate_table t = {c->distances, DEFLATE_LENGTH_ROOM, DEFLATE_LENGTH_BITS};

    while (k->have < k->code_lengths) {
        if (!deflate_has(b, CODE_LENGTH_BITS))
            return false;
        c->lengths[order[k->have++]] = (uint8_t)deflate_take(b, CODE_LENGTH_BITS);
    }
    k->distance_bits = (uint8_t)deflate_build(t, DEFLATE_OF_LENGTHS, c->lengths, DEFLATE_LENGTHS);
    if (k->distance_bits == 0)
        return is_bad(k);
    k->have = 0;
    k->state = DEFLATE_ALL_LENGTHS;
    return true;
}

/* One symbol of the code of code lengths, which may stand for many lengths. */
static bool read_length(struct deflate_block *k, struct deflate_bits *b, struct deflate_codes *c)
{
    static const uint8_t repeat_bits[] = {2, 3, 7};
    static const uint8_t repeat_least[] = {3, 3, 11};

    (void)deflate_has(b, DEFLATE_LENGTH_BITS);
    const uint32_t entry = c->distances[b->bits & ((1U << k->distance_bits) - 1)];
    const unsigned symbol = entry >> DEFLATE_VALUE_AT, len = entry & DEFLATE_DROP;
    const unsigned kind = symbol < REPEAT_LAST ? 0 : symbol - REPEAT_LAST;
    const unsigned more = symbol < REPEAT_LAST ? 0 : repeat_bits[kind];
    if (!deflate_has(b, len + more))
        return false;
    deflate_drop(b, len);
    if (symbol < REPEAT_LAST) {
        c->lengths[k->have++] = (uint8_t)symbol;
        return true;
    }
    const unsigned times = repeat_least[kind] + deflate_take(b, more);
    if (times > (unsigned)(k->symbols + k->distances - k->have) ||
        (symbol == REPEAT_LAST && k->have == 0))
        return is_bad(k);
    memset(c->lengths + k->have, symbol == REPEAT_LAST ? c->lengths[k->have - 1] : 0, times);
    k->have = (uint16_t)(k->have + times);
    return true;
}

static bool build_codes(struct deflate_block *k, struct deflate_codes *c)
{
    const struct deflate_table s = {c->symbols, DEFLATE_SYMBOL_ROOM, DEFLATE_SYMBOL_BITS};
    const struct deflate_table d = {c->distances, DEFLATE_DISTANCE_ROOM, DEFLATE_DISTANCE_BITS};

    if (c->lengths[DEFLATE_END] == 0)
        return is_bad(k);
    k->symbol_bits = (uint8_t)deflate_build(s, DEFLATE_OF_SYMBOLS, c->lengths, k->symbols);
    k->distance_bits =
        (uint8_t)deflate_build(d, DEFLATE_OF_DISTANCES, c->lengths + k->symbols, k->distances);
    if (k->symbol_bits == 0 || k->distance_bits == 0)
        return is_bad(k);
    k->state = DEFLATE_CODED;
    return true;
}

static bool read_all_lengths(struct deflate_block *k, struct deflate_bits *b,
                             struct deflate_codes *c)
{
    while (k->have < k->symbols + k->distances)
        if (!read_length(k, b, c))
            return false;
    return build_codes(k, c);
}

bool deflate_read_head(struct deflate_block *k, struct deflate_bits *b, struct deflate_codes *c)
{
    for (;;) {
        bool good = false;
        switch ((enum deflate_state)k->state) {
        case DEFLATE_BLOCK: good = read_type(k, b); break;
        case DEFLATE_STORED_SIZE: good = read_stored_size(k, b); break;
        case DEFLATE_SIZES: good = read_sizes(k, b, c); break;
        case DEFLATE_CODE_LENGTHS: good = read_code_lengths(k, b, c); break;
        case DEFLATE_ALL_LENGTHS: good = read_all_lengths(k, b, c); break;
        case DEFLATE_STORED:
        case DEFLATE_CODED: return true;
        case DEFLATE_BAD: break;
        }
        if (!good)
            return false;
    }
}

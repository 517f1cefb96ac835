/* SPDX-License-Identifier: MIT */
/* simd_plain.c - for machines without wide instructions, and what the others are compared with:
 * eight bytes at a time at most. */
#include "base/lines.h"
#include "base/load.h"

#define WORD     sizeof(uint64_t)
#define TOP_BITS UINT64_C(0x8080808080808080)

/* Fewer bytes than a word has. */
static bool unmask_few(uint8_t *out, struct bytes in, uint64_t key)
{
    uint8_t four[WORD];
    uint8_t seen = 0;

    memcpy(four, &key, sizeof(four));
    for (size_t i = 0; i < in.len; i++)
        seen |= out[i] = in.at[i] ^ four[i];
    return seen < 0x80;
}

/* The last word, which overlaps the one before it, is read before that is written: `out` may be
 * where `in` is. */
static bool unmask(uint8_t *out, struct bytes in, uint32_t mask, uint64_t at)
{
    const uint64_t key = simd_key(mask, at);

    if (in.len < WORD)
        return unmask_few(out, in, key);
    const uint64_t last = load_u64(in.at + in.len - WORD) ^ simd_key(mask, at + in.len);
    uint64_t seen = last;
    for (size_t i = 0; i < in.len / WORD; i++) {
        const uint64_t word = load_u64(in.at + i * WORD) ^ key;
        memcpy(out + i * WORD, &word, WORD);
        seen |= word;
    }
    memcpy(out + in.len - WORD, &last, WORD);
    return (seen & TOP_BITS) == 0;
}

/* As far as it is ASCII. */
static size_t utf8(struct bytes in)
{
    size_t at = 0;

    while (at + WORD <= in.len && (load_u64(in.at + at) & TOP_BITS) == 0)
        at += WORD;
    while (at < in.len && in.at[at] < 0x80)
        at++;
    return at;
}

static uint8_t texts_with(const struct simd_texts *t, size_t place, uint8_t byte)
{
    return t->low[place][byte & 0x0f] & t->high[place][byte >> 4];
}

static bool find(const struct simd_texts *t, struct bytes in)
{
    for (size_t i = SIMD_PART - 1; i < in.len; i++)
        if ((texts_with(t, 0, in.at[i - 2]) & texts_with(t, 1, in.at[i - 1]) &
             texts_with(t, 2, in.at[i])) != 0)
            return true;
    return false;
}

static bool is_one(const struct simd_text *t, const uint8_t *at)
{
    bool same = true;

    for (size_t i = 0; i < SIMD_PART; i++)
        same = same && (at[i] | t->either[i]) == t->byte[i];
    return same;
}

static bool find_one(const struct simd_text *t, struct bytes in)
{
    for (size_t i = 0; i + SIMD_PART <= in.len; i++)
        if (is_one(t, in.at + i))
            return true;
    return false;
}

/* Byte by byte: what the others are compared with. */
static bool look(const struct simd_text *t, struct bytes in, uint32_t mask, bool *ascii)
{
    uint8_t last[SIMD_PART] = {0}, four[sizeof(uint64_t)], seen = 0;
    const uint64_t key = simd_key(mask, 0);
    bool found = false;

    memcpy(four, &key, sizeof(four));
    for (size_t i = 0; i < in.len; i++) {
        memmove(last, last + 1, SIMD_PART - 1);
        last[SIMD_PART - 1] = in.at[i] ^ four[i % sizeof(four)];
        seen |= last[SIMD_PART - 1];
        found = found || (i + 1 >= SIMD_PART && is_one(t, last));
    }
    *ascii = seen < 0x80;
    return found;
}

/* Eight bytes at once: the top bit of each that is zero. */
static uint64_t zero_bytes(uint64_t x)
{
    const uint64_t low = UINT64_C(0x7f7f7f7f7f7f7f7f);

    return ~(((x & low) + low) | x | low);
}

/* One bit of each byte's top bit, first byte first. */
static uint64_t gathered(uint64_t tops)
{
    return (tops >> 7) * UINT64_C(0x0102040810204080) >> 56;
}

static struct line_marks marks_of(const uint8_t at[LINES_WORD])
{
    const uint64_t each = UINT64_C(0x0101010101010101);
    struct line_marks m = {0};

    for (unsigned i = 0; i < LINES_WORD; i += 8) {
        const uint64_t x = load_le64(at + i);
        m.lf |= gathered(zero_bytes(x ^ each * '\n')) << i;
        m.cr |= gathered(zero_bytes(x ^ each * '\r')) << i;
        m.colon |= gathered(zero_bytes(x ^ each * ':')) << i;
        m.nul |= gathered(zero_bytes(x)) << i;
    }
    return m;
}

static size_t same(const uint8_t *a, const uint8_t *b, size_t most)
{
    size_t n = 0;

    for (; n + WORD <= most; n += WORD) {
        const uint64_t differs = load_le64(a + n) ^ load_le64(b + n);
        if (differs != 0)
            return n + (size_t)__builtin_ctzll(differs) / 8;
    }
    while (n < most && a[n] == b[n])
        n++;
    return n;
}

/* Of eight bytes, the first one below a space is found for sure. */
static size_t control_from(struct bytes in, size_t at)
{
    const uint64_t each = UINT64_C(0x0101010101010101);

    for (; at + WORD <= in.len; at += WORD) {
        const uint64_t x = load_le64(in.at + at), low = (x - each * ' ') & ~x & TOP_BITS;
        if (low != 0)
            return at + (size_t)__builtin_ctzll(low) / 8;
    }
    while (at < in.len && in.at[at] >= ' ')
        at++;
    return at;
}

static size_t differ(struct bytes was, struct bytes is, size_t *control)
{
    const size_t n = same(was.at, is.at, was.len < is.len ? was.len : is.len);

    *control = n < was.len ? control_from(is, n) : n;
    return n;
}

#define SIMD_FN static inline
#include "base/simd_lines.h"

const struct simd simd_plain = {"plain", unmask, utf8, find, find_one, look, lines, differ};

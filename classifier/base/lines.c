/* SPDX-License-Identifier: MIT */
#include "base/lines.h"

#include "base/simd.h"

#ifdef __x86_64__
#include <immintrin.h>
#endif

/* Of LINES_WORD bytes, a bit each. */
struct marks {
    uint64_t lf, cr, colon, nul;
};

typedef struct marks marks_of(const uint8_t at[LINES_WORD]);

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

static struct marks marks_plain(const uint8_t at[LINES_WORD])
{
    const uint64_t each = UINT64_C(0x0101010101010101);
    struct marks m = {0};

    for (unsigned i = 0; i < LINES_WORD; i += 8) {
        uint64_t x = 0;
        for (unsigned n = 0; n < 8; n++)
            x |= (uint64_t)at[i + n] << 8 * n;
        m.lf |= gathered(zero_bytes(x ^ each * '\n')) << i;
        m.cr |= gathered(zero_bytes(x ^ each * '\r')) << i;
        m.colon |= gathered(zero_bytes(x ^ each * ':')) << i;
        m.nul |= gathered(zero_bytes(x)) << i;
    }
    return m;
}

#ifdef __x86_64__

SIMD_AVX2 static inline uint64_t equal_avx2(const __m256i half[2], char c)
{
    const __m256i all = _mm256_set1_epi8(c);
    const uint32_t low = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(half[0], all));
    const uint32_t high = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(half[1], all));

    return low | (uint64_t)high << 32;
}

SIMD_AVX2 static inline struct marks marks_avx2(const uint8_t at[LINES_WORD])
{
    const __m256i half[2] = {_mm256_loadu_si256((const void *)at),
                             _mm256_loadu_si256((const void *)(at + 32))};

    return (struct marks){.lf = equal_avx2(half, '\n'),
                          .cr = equal_avx2(half, '\r'),
                          .colon = equal_avx2(half, ':'),
                          .nul = equal_avx2(half, '\0')};
}

static inline uint64_t equal_sse2(const __m128i quarter[4], char c)
{
    const __m128i all = _mm_set1_epi8(c);
    uint64_t bits = 0;

    for (unsigned i = 0; i < 4; i++)
        bits |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(quarter[i], all)) << 16 * i;
    return bits;
}

static inline struct marks marks_sse2(const uint8_t at[LINES_WORD])
{
    const __m128i quarter[4] = {
        _mm_loadu_si128((const void *)at), _mm_loadu_si128((const void *)(at + 16)),
        _mm_loadu_si128((const void *)(at + 32)), _mm_loadu_si128((const void *)(at + 48))};

    return (struct marks){.lf = equal_sse2(quarter, '\n'),
                          .cr = equal_sse2(quarter, '\r'),
                          .colon = equal_sse2(quarter, ':'),
                          .nul = equal_sse2(quarter, '\0')};
}

#endif

/* The last bytes, fewer than LINES_WORD: the word that ends with them is read where there is one.
 * What stands behind them in the marks is never asked. */
SIMD_BODY struct marks marks_of_rest(struct bytes in, size_t at, marks_of *of)
{
    uint8_t room[LINES_WORD];
    const size_t rest = in.len - at;

    if (in.len < LINES_WORD) {
        memset(room, 0, sizeof(room));
        memcpy(room, in.at, in.len);
        return of(room);
    }
    const struct marks m = of(in.at + in.len - LINES_WORD);
    const unsigned before = (unsigned)(LINES_WORD - rest);
    return (struct marks){m.lf >> before, m.cr >> before, m.colon >> before, m.nul >> before};
}

SIMD_BODY size_t find(struct bytes in, struct lines *out, marks_of *of)
{
    const size_t most = in.len < LINES_LONGEST ? in.len : LINES_LONGEST;
    uint64_t cr = 0, lf = 0; /* of the last byte, of the last two, of the word before */

    for (size_t at = 0; at < most; at += LINES_WORD) {
        const struct marks m =
            in.len - at >= LINES_WORD ? of(in.at + at) : marks_of_rest(in, at, of);
        const uint64_t blank = m.lf & (m.lf << 2 | lf);
        const uint64_t mine = blank ^ (blank - 1); /* bits up to the head's last; or all */
        if (((((m.cr << 1 | cr) ^ m.lf) | m.nul) & mine) != 0)
            return 0;
        out->ends[at / LINES_WORD] = m.lf & mine;
        out->colons[at / LINES_WORD] = m.colon | blank;
        if (blank != 0)
            return at + (size_t)__builtin_ctzll(blank) + 1;
        cr = m.cr >> (LINES_WORD - 1);
        lf = m.lf >> (LINES_WORD - 2);
    }
    return 0;
}

size_t lines_find_plain(struct bytes in, struct lines *out)
{
    return find(in, out, marks_plain);
}

#ifdef __x86_64__

SIMD_AVX2 static size_t find_avx2(struct bytes in, struct lines *out)
{
    return find(in, out, marks_avx2);
}

size_t lines_find(struct bytes in, struct lines *out)
{
    return simd_has_avx2() ? find_avx2(in, out) : find(in, out, marks_sse2);
}

#else

size_t lines_find(struct bytes in, struct lines *out)
{
    return lines_find_plain(in, out);
}

#endif

/* SPDX-License-Identifier: MIT */
#include "base/simd.h"

#ifdef __x86_64__

#include <smmintrin.h>

#define BLOCK   16
#define SIMD_FN static inline __attribute__((target("sse4.1")))

struct block {
    __m128i of;
};

SIMD_FN struct block block_load(const uint8_t *at)
{
    return (struct block){_mm_loadu_si128((const __m128i *)(const void *)at)};
}

SIMD_FN void block_store(uint8_t *at, struct block b)
{
    _mm_storeu_si128((__m128i *)(void *)at, b.of);
}

SIMD_FN struct block block_all(uint8_t byte)
{
    return (struct block){_mm_set1_epi8((char)byte)};
}

SIMD_FN struct block block_key(uint64_t eight)
{
    return (struct block){_mm_set1_epi64x((long long)eight)};
}

SIMD_FN struct block block_table(const uint8_t at[16])
{
    return block_load(at);
}

SIMD_FN struct block block_high(struct block b)
{
    return (struct block){_mm_and_si128(_mm_srli_epi16(b.of, 4), _mm_set1_epi8(0x0f))};
}

SIMD_FN struct block block_low(struct block b)
{
    return (struct block){_mm_and_si128(b.of, _mm_set1_epi8(0x0f))};
}

SIMD_FN struct block block_look(struct block table, struct block by)
{
    return (struct block){_mm_shuffle_epi8(table.of, by.of)};
}

SIMD_FN struct block block_less(struct block a, struct block b)
{
    return (struct block){_mm_subs_epu8(a.of, b.of)};
}

SIMD_FN struct block block_xor(struct block a, struct block b)
{
    return (struct block){_mm_xor_si128(a.of, b.of)};
}

SIMD_FN struct block block_and(struct block a, struct block b)
{
    return (struct block){_mm_and_si128(a.of, b.of)};
}

SIMD_FN struct block block_or(struct block a, struct block b)
{
    return (struct block){_mm_or_si128(a.of, b.of)};
}

SIMD_FN bool block_any(struct block b)
{
    return !_mm_testz_si128(b.of, b.of);
}

SIMD_FN bool block_any_high(struct block b)
{
    return _mm_movemask_epi8(b.of) != 0;
}

SIMD_FN struct block block_same(struct block a, struct block b)
{
    return (struct block){_mm_cmpeq_epi8(a.of, b.of)};
}

SIMD_FN uint32_t block_bits(struct block b)
{
    return (uint32_t)_mm_movemask_epi8(b.of);
}

#include "base/simd_kernels.h"

const struct simd simd_sse4 = {"SSE4.1", unmask, utf8, find, find_one, look, lines, differ};

#endif

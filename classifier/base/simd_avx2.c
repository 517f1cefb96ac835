/* SPDX-License-Identifier: MIT */
#include "base/simd.h"

#ifdef __x86_64__

#include <immintrin.h>

#define BLOCK    32
#define SIMD_FN  static inline SIMD_AVX2
#define NARROWER simd_sse4

struct block {
    __m256i of;
};

SIMD_FN struct block block_load(const uint8_t *at)
{
    return (struct block){_mm256_loadu_si256((const __m256i *)(const void *)at)};
}

SIMD_FN void block_store(uint8_t *at, struct block b)
{
    _mm256_storeu_si256((__m256i *)(void *)at, b.of);
}

SIMD_FN struct block block_all(uint8_t byte)
{
    return (struct block){_mm256_set1_epi8((char)byte)};
}

SIMD_FN struct block block_key(uint64_t eight)
{
    return (struct block){_mm256_set1_epi64x((long long)eight)};
}

/* Twice: a byte is looked up within its half of the block. */
SIMD_FN struct block block_table(const uint8_t at[16])
{
    return (struct block){
        _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)at))};
}

SIMD_FN struct block block_high(struct block b)
{
    return (struct block){_mm256_and_si256(_mm256_srli_epi16(b.of, 4), _mm256_set1_epi8(0x0f))};
}

SIMD_FN struct block block_low(struct block b)
{
    return (struct block){_mm256_and_si256(b.of, _mm256_set1_epi8(0x0f))};
}

SIMD_FN struct block block_look(struct block table, struct block by)
{
    return (struct block){_mm256_shuffle_epi8(table.of, by.of)};
}

SIMD_FN struct block block_less(struct block a, struct block b)
{
    return (struct block){_mm256_subs_epu8(a.of, b.of)};
}

SIMD_FN struct block block_xor(struct block a, struct block b)
{
    return (struct block){_mm256_xor_si256(a.of, b.of)};
}

SIMD_FN struct block block_and(struct block a, struct block b)
{
    return (struct block){_mm256_and_si256(a.of, b.of)};
}

SIMD_FN struct block block_or(struct block a, struct block b)
{
    return (struct block){_mm256_or_si256(a.of, b.of)};
}

SIMD_FN bool block_any(struct block b)
{
    return !_mm256_testz_si256(b.of, b.of);
}

SIMD_FN bool block_any_high(struct block b)
{
    return _mm256_movemask_epi8(b.of) != 0;
}

SIMD_FN struct block block_same(struct block a, struct block b)
{
    return (struct block){_mm256_cmpeq_epi8(a.of, b.of)};
}

SIMD_FN uint32_t block_bits(struct block b)
{
    return (uint32_t)_mm256_movemask_epi8(b.of);
}

#include "base/simd_kernels.h"

const struct simd simd_avx2 = {"AVX2", unmask, utf8, find, find_one, look, lines, differ};

#endif

/* SPDX-License-Identifier: MIT */
/* simd_among.h - is a word among others? Without a branch, many at once.
 *
 * With what every machine of its kind has, so that nothing need be asked: SSE2 on x86-64, NEON on
 * ARM64. tests/unit/test_simd.c compares it with the plain one.
 */
#ifndef BASE_SIMD_AMONG_H
#define BASE_SIMD_AMONG_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __SSE2__
#include <emmintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

#define SIMD_AMONG 64U /* words, which begin at a multiple of 16 bytes */

static inline bool simd_among_plain(const uint16_t words[SIMD_AMONG], uint16_t word)
{
    uint16_t any = 0;

    for (unsigned i = 0; i < SIMD_AMONG; i++)
        any = (uint16_t)(any | (words[i] == word ? UINT16_MAX : 0));
    return any != 0;
}

#ifdef __SSE2__

static inline bool simd_among(const uint16_t words[SIMD_AMONG], uint16_t word)
{
    const __m128i *at = (const __m128i *)(const void *)words;
    const __m128i wanted = _mm_set1_epi16((short)word);
    __m128i any = _mm_cmpeq_epi16(at[0], wanted);

    for (unsigned i = 1; i < SIMD_AMONG / 8; i++)
        any = _mm_or_si128(any, _mm_cmpeq_epi16(at[i], wanted));
    return _mm_movemask_epi8(any) != 0;
}

#elif defined(__aarch64__)

static inline bool simd_among(const uint16_t words[SIMD_AMONG], uint16_t word)
{
    const uint16x8_t wanted = vdupq_n_u16(word);
    uint16x8_t any = vceqq_u16(vld1q_u16(words), wanted);

    for (unsigned i = 1; i < SIMD_AMONG / 8; i++)
        any = vorrq_u16(any, vceqq_u16(vld1q_u16(words + (size_t)8 * i), wanted));
    return vmaxvq_u16(any) != 0;
}

#else

static inline bool simd_among(const uint16_t words[SIMD_AMONG], uint16_t word)
{
    return simd_among_plain(words, word);
}

#endif

#endif

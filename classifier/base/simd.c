/* SPDX-License-Identifier: MIT */
#include "base/simd.h"

const struct simd *simd_at(enum simd_level level)
{
    switch (level) {
    case SIMD_LEVEL_PLAIN: return &simd_plain;
#ifdef __x86_64__
    case SIMD_LEVEL_SSE4: return __builtin_cpu_supports("sse4.1") ? &simd_sse4 : NULL;
    case SIMD_LEVEL_AVX2: return simd_has_avx2() ? &simd_avx2 : NULL;
    case SIMD_LEVEL_NEON:
#elif defined(__aarch64__)
    case SIMD_LEVEL_NEON: return &simd_neon;
    case SIMD_LEVEL_SSE4:
    case SIMD_LEVEL_AVX2:
#else
    case SIMD_LEVEL_SSE4:
    case SIMD_LEVEL_AVX2:
    case SIMD_LEVEL_NEON:
#endif
    case SIMD_LEVELS: break;
    }
    return NULL;
}

void simd_texts_add(struct simd_texts *t, unsigned number, const uint8_t part[SIMD_PART])
{
    const uint8_t bit = (uint8_t)(1U << number);

    for (size_t i = 0; i < SIMD_PART; i++) {
        t->low[i][part[i] & 0x0f] |= bit;
        t->high[i][part[i] >> 4] |= bit;
    }
}

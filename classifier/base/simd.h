/* SPDX-License-Identifier: MIT */
/* simd.h - wide instructions that this machine may have or not.
 *
 * A loop is written once, as a SIMD_BODY in plain C that a compiler can make wide; it is put into a
 * plain function and into one that is compiled for more (SIMD_AVX2), and who calls asks first. So
 * both do the same by construction, and a machine without loses nothing.
 */
#ifndef BASE_SIMD_H
#define BASE_SIMD_H

#include <stdbool.h>

#define SIMD_BODY static inline __attribute__((always_inline))

#ifdef __x86_64__

#define SIMD_AVX2 __attribute__((target("avx2")))

static inline bool simd_has_avx2(void)
{
    return __builtin_cpu_supports("avx2");
}

#else

#define SIMD_AVX2

static inline bool simd_has_avx2(void)
{
    return false;
}

#endif

#endif

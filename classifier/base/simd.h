/* SPDX-License-Identifier: MIT */
/* simd.h - loops over bytes that are worth wide instructions, which this machine may have or not.
 *
 * A level is a table of functions: plain C for any machine, SSE4.1 and AVX2 on x86-64, NEON on
 * ARM64. All levels give the same answers; tests/unit/test_simd.c compares each one that the
 * machine has with the plain one. simd() is the widest of them: what the processor has was found
 * out once, when the program began.
 *
 * The others are one piece of code (simd_kernels.h), written on blocks of bytes and compiled for
 * each: a block is what simd_avx2.c, simd_sse4.c and simd_neon.c say it is.
 */
#ifndef BASE_SIMD_H
#define BASE_SIMD_H

#include "base/bytes.h"

/* For a function of another file that is compiled for AVX2; who calls it asks first. */
#ifdef __x86_64__
#define SIMD_AVX2 __attribute__((target("avx2")))
#else
#define SIMD_AVX2
#endif

enum simd_level {
    SIMD_LEVEL_PLAIN,
    SIMD_LEVEL_SSE4,
    SIMD_LEVEL_AVX2,
    SIMD_LEVEL_NEON,
    SIMD_LEVELS
};

/* Texts to be searched for by a part of each, three bytes that follow each other: bit t of a byte
 * is set where one with these four low, or high, bits may be the one of text t's part. */
#define SIMD_TEXTS 8 /* no more */
#define SIMD_PART  3
struct simd_texts {
    uint8_t low[SIMD_PART][16], high[SIMD_PART][16];
};

/* The part of one text: the bits of `either` are set in `byte`, and may be set where it is. */
struct simd_text {
    uint8_t byte[SIMD_PART], either[SIMD_PART];
};

struct lines; /* lines.h */

struct simd {
    const char *name;
    /* Takes off the key of four bytes, big-endian as on the wire, whose turn begins at `at` (RFC
     * 6455 s5.3). Writes in.len bytes to `out`, which may be where `in` is. True: all are ASCII. */
    bool (*unmask)(uint8_t *out, struct bytes in, uint32_t key, uint64_t at);
    /* Returns how many bytes from the first one are whole characters of UTF-8 for sure: 0 to
     * in.len. It may stop short of more that are, for whoever looks byte by byte. */
    size_t (*utf8)(struct bytes in);
    /* Is the part of any of the texts there? */
    bool (*find)(const struct simd_texts *t, struct bytes in);
    /* The same of one text, twice as fast. */
    bool (*find_one)(const struct simd_text *t, struct bytes in);
    /* The same under a key whose turn begins there; 0: none. `*ascii`: all of it is ASCII. */
    bool (*look)(const struct simd_text *t, struct bytes in, uint32_t key, bool *ascii);
    /* lines_find() */
    size_t (*lines)(struct bytes in, struct lines *out);
    /* How many bytes of two texts are the same. Where that is not all of `was`: `*control` is where
     * the next byte below a space stands in `is`; is.len: nowhere. */
    size_t (*differ)(struct bytes was, struct bytes is, size_t *control);
};

extern const struct simd simd_plain, simd_sse4, simd_avx2, simd_neon;

/* NULL: this machine has it not. */
const struct simd *simd_at(enum simd_level level);

#ifdef __x86_64__
static inline bool simd_has_avx2(void)
{
    return __builtin_cpu_supports("avx2");
}

static inline const struct simd *simd(void)
{
    if (simd_has_avx2())
        return &simd_avx2;
    return __builtin_cpu_supports("sse4.1") ? &simd_sse4 : &simd_plain;
}

#else

static inline bool simd_has_avx2(void)
{
    return false;
}

static inline const struct simd *simd(void)
{
#ifdef __aarch64__
    return &simd_neon; /* no ARM64 is without */
#else
    return &simd_plain;
#endif
}
#endif

/* The bits of `t` are set for one text more: the part of it that is to be found. */
void simd_texts_add(struct simd_texts *t, unsigned number, const uint8_t part[SIMD_PART]);

/* The key's four bytes from the one for offset `at` on, twice; in the order of memory. */
static inline uint64_t simd_key(uint32_t key, uint64_t at)
{
    const unsigned turned = (unsigned)(at % 4) * 8;
    const uint32_t from = key << turned | key >> (32 - turned) % 32;
    const uint8_t four[4] = {(uint8_t)(from >> 24), (uint8_t)(from >> 16), (uint8_t)(from >> 8),
                             (uint8_t)from};
    uint64_t all;

    memcpy(&all, four, sizeof(four));
    memcpy((uint8_t *)&all + sizeof(four), four, sizeof(four));
    return all;
}

#endif

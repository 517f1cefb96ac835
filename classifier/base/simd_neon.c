/* SPDX-License-Identifier: MIT */
#include "base/simd.h"

#ifdef __aarch64__

#include <arm_neon.h>

#define BLOCK   16
#define SIMD_FN static inline

struct block {
    uint8x16_t of;
};

SIMD_FN struct block block_load(const uint8_t *at)
{
    return (struct block){vld1q_u8(at)};
}

SIMD_FN void block_store(uint8_t *at, struct block b)
{
    vst1q_u8(at, b.of);
}

SIMD_FN struct block block_all(uint8_t byte)
{
    return (struct block){vdupq_n_u8(byte)};
}

SIMD_FN struct block block_key(uint64_t eight)
{
    return (struct block){vreinterpretq_u8_u64(vdupq_n_u64(eight))};
}

SIMD_FN struct block block_table(const uint8_t at[16])
{
    return block_load(at);
}

SIMD_FN struct block block_high(struct block b)
{
    return (struct block){vshrq_n_u8(b.of, 4)};
}

SIMD_FN struct block block_low(struct block b)
{
    return (struct block){vandq_u8(b.of, vdupq_n_u8(0x0f))};
}

SIMD_FN struct block block_look(struct block table, struct block by)
{
    return (struct block){vqtbl1q_u8(table.of, by.of)};
}

SIMD_FN struct block block_less(struct block a, struct block b)
{
    return (struct block){vqsubq_u8(a.of, b.of)};
}

SIMD_FN struct block block_xor(struct block a, struct block b)
{
    return (struct block){veorq_u8(a.of, b.of)};
}

SIMD_FN struct block block_and(struct block a, struct block b)
{
    return (struct block){vandq_u8(a.of, b.of)};
}

SIMD_FN struct block block_or(struct block a, struct block b)
{
    return (struct block){vorrq_u8(a.of, b.of)};
}

SIMD_FN bool block_any(struct block b)
{
    return vmaxvq_u8(b.of) != 0;
}

SIMD_FN bool block_any_high(struct block b)
{
    return vmaxvq_u8(b.of) >= 0x80;
}

SIMD_FN struct block block_same(struct block a, struct block b)
{
    return (struct block){vceqq_u8(a.of, b.of)};
}

SIMD_FN uint32_t block_bits(struct block b)
{
    static const uint8_t places[BLOCK] = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    const uint8x16_t mine = vandq_u8(b.of, vld1q_u8(places));

    return vaddv_u8(vget_low_u8(mine)) | (uint32_t)vaddv_u8(vget_high_u8(mine)) << 8;
}

#include "base/simd_kernels.h"

const struct simd simd_neon = {"NEON", unmask, utf8, find, find_one, look, lines, differ};

#endif

/* SPDX-License-Identifier: MIT */
/* simd_look.h - of simd_kernels.h: what is in a text under its mask, which nobody writes down? */
#ifndef BASE_SIMD_LOOK_H
#define BASE_SIMD_LOOK_H

#include "base/simd_find.h"

/* The key's bytes from the n-th on, in the order of memory: there the first byte is the lowest. */
static inline uint64_t key_from(uint64_t key, size_t n)
{
    const unsigned bits = (unsigned)(n % 4) * 8;

    return key >> bits | key << (64 - bits) % 64;
}

struct looked {
    struct block found, seen; /* the part begins there; all bytes, ored */
};

/* In BLOCK places from `at` on; each byte of the part is looked for under a key of its own. */
SIMD_FN struct looked look_at(const struct one_tables *t, const struct block key[SIMD_PART],
                              const uint8_t *at)
{
    struct looked l = {block_all(0xff), block_all(0)};

    for (size_t i = 0; i < SIMD_PART; i++) {
        const struct block clear = block_xor(block_load(at + i), key[i]);
        l.found = block_and(l.found, block_same(block_or(clear, t->either[i]), t->byte[i]));
        l.seen = block_or(l.seen, clear);
    }
    return l;
}

SIMD_FN void keys_from(struct block key[SIMD_PART], uint64_t eight, size_t at)
{
    for (size_t i = 0; i < SIMD_PART; i++)
        key[i] = block_key(key_from(eight, at + i));
}

SIMD_FN bool look_at_few(const struct one_tables *t, struct bytes in, uint32_t mask, bool *ascii)
{
    uint8_t clear[REACH];

    *ascii = simd_plain.unmask(clear, in, mask, 0);
    return find_one_of_few(t, bytes_of(clear, in.len));
}

SIMD_FN bool look(const struct simd_text *text, struct bytes in, uint32_t mask, bool *ascii)
{
    const struct one_tables t = one_tables_of(text);
    const uint64_t eight = simd_key(mask, 0);
    struct block key[SIMD_PART];

    if (in.len < REACH)
        return look_at_few(&t, in, mask, ascii);
    keys_from(key, eight, in.len - REACH);
    struct looked all = look_at(&t, key, in.at + in.len - REACH);
    keys_from(key, eight, 0);
    for (size_t at = 0; at + REACH < in.len; at += BLOCK) {
        const struct looked l = look_at(&t, key, in.at + at);
        all.found = block_or(all.found, l.found);
        all.seen = block_or(all.seen, l.seen);
    }
    *ascii = !block_any_high(all.seen);
    return block_any(all.found);
}

#endif

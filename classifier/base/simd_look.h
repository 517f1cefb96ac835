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

/* Each byte of the part is looked for under a key of its own. */
struct look_keys {
    struct block clear, byte[SIMD_PART]; /* of the first byte; and what it is then XORed with */
};

SIMD_FN struct look_keys look_keys_of(const struct one_tables *t, uint64_t eight, size_t at)
{
    struct look_keys k = {.clear = block_key(key_from(eight, at))};

    for (size_t i = 0; i < SIMD_PART; i++)
        k.byte[i] = block_xor(block_key(key_from(eight, at + i)), t->byte[i]);
    return k;
}

/* What is other than the part in BLOCK places from `at` on: nothing where it begins. `same`: bits
 * that count. */
SIMD_FN struct block others_at(const struct look_keys *k, const struct block same[SIMD_PART],
                               const uint8_t *at)
{
    struct block other = block_and(block_xor(block_load(at), k->byte[0]), same[0]);

    for (size_t i = 1; i < SIMD_PART; i++)
        other = block_or(other, block_and(block_xor(block_load(at + i), k->byte[i]), same[i]));
    return other;
}

/* Of all blocks. */
struct looked {
    struct block least, seen; /* of what is other; all clear bytes, ored */
};

SIMD_FN void look_on(struct looked *l, const struct look_keys *k,
                     const struct block same[SIMD_PART], const uint8_t *at)
{
    l->least = block_least(l->least, others_at(k, same, at));
    l->seen = block_or(l->seen, block_xor(block_load(at), k->clear));
}

/* Where there are fewer bytes. */
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
    struct looked l = {block_all(0xff), block_all(0)};
    struct block same[SIMD_PART];

    if (in.len < REACH)
        return look_at_few(&t, in, mask, ascii);
    const size_t last = in.len - REACH;
    for (size_t i = 0; i < SIMD_PART; i++)
        same[i] = block_xor(t.either[i], block_all(0xff));
    const struct look_keys first = look_keys_of(&t, eight, 0);
    const struct look_keys behind = look_keys_of(&t, eight, last);
    for (size_t at = 0; at < last; at += BLOCK)
        look_on(&l, &first, same, in.at + at);
    look_on(&l, &behind, same, in.at + last);
    /* the part's last bytes, which begin no part */
    l.seen = block_or(l.seen, block_xor(block_load(in.at + in.len - BLOCK),
                                        block_key(key_from(eight, in.len - BLOCK))));
    *ascii = !block_any_high(l.seen);
    return block_any(block_same(l.least, block_all(0)));
}

#endif

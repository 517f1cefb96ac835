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

/* What is looked for as it is under the key, which begins to turn where a block does: a place fits
 * where it is the word, but for the bits of `either`. */
struct look_words {
    struct block word[SIMD_PART], either[SIMD_PART], key;
};

SIMD_FN struct look_words look_words_of(const struct simd_text *text, uint32_t mask)
{
    const uint64_t eight = simd_key(mask, 0);
    struct look_words w = {.key = block_key(eight)};

    for (size_t i = 0; i < SIMD_PART; i++) {
        const struct block key = block_key(key_from(eight, i));
        w.either[i] = block_all(text->either[i]);
        w.word[i] = block_or(block_xor(block_all(text->byte[i]), key), w.either[i]);
    }
    return w;
}

/* Of a key that begins to turn `n` bytes earlier. */
SIMD_FN struct block look_turned(struct block of, size_t n)
{
    static const uint8_t order[4][16] = {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
                                         {1, 2, 3, 0, 5, 6, 7, 4, 9, 10, 11, 8, 13, 14, 15, 12},
                                         {2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13},
                                         {3, 0, 1, 2, 7, 4, 5, 6, 11, 8, 9, 10, 15, 12, 13, 14}};

    return block_look(of, block_table(order[n % 4]));
}

struct looked {
    struct block found, seen; /* the part begins there; all clear bytes, ored */
};

/* In BLOCK places from `at` on. */
SIMD_FN struct looked look_at(const struct look_words *w, const uint8_t *at)
{
    struct looked l = {block_all(0xff), block_xor(block_load(at), w->key)};

    for (size_t i = 0; i < SIMD_PART; i++)
        l.found =
            block_and(l.found, block_same(block_or(block_load(at + i), w->either[i]), w->word[i]));
    return l;
}

/* In the last of them, up to the last byte. */
SIMD_FN struct looked look_at_last(const struct look_words *w, struct bytes in)
{
    const size_t from = in.len - REACH;
    const struct block key = look_turned(w->key, from + SIMD_PART - 1);
    struct look_words turned = {.key = look_turned(w->key, from)};

    for (size_t i = 0; i < SIMD_PART; i++) {
        turned.word[i] = look_turned(w->word[i], from);
        turned.either[i] = w->either[i];
    }
    struct looked l = look_at(&turned, in.at + from);
    l.seen = block_or(l.seen, block_xor(block_load(in.at + in.len - BLOCK), key));
    return l;
}

/* Where there are fewer bytes than a block's places need. */
SIMD_FN bool look_at_few(const struct simd_text *text, struct bytes in, uint32_t mask, bool *ascii)
{
#ifdef NARROWER
    return NARROWER.look(text, in, mask, ascii);
#else
    const struct one_tables t = one_tables_of(text);
    uint8_t clear[REACH];

    *ascii = simd_plain.unmask(clear, in, mask, 0);
    return find_one_of_few(&t, bytes_of(clear, in.len));
#endif
}

SIMD_FN bool look(const struct simd_text *text, struct bytes in, uint32_t mask, bool *ascii)
{
    if (in.len < REACH)
        return look_at_few(text, in, mask, ascii);
    const struct look_words w = look_words_of(text, mask);
    struct looked all = look_at_last(&w, in);
    for (const uint8_t *at = in.at, *last = at + in.len - REACH; at < last; at += BLOCK) {
        const struct looked l = look_at(&w, at);
        all.found = block_or(all.found, l.found);
        all.seen = block_or(all.seen, l.seen);
    }
    *ascii = !block_any_high(all.seen);
    return block_any(all.found);
}

#endif

/* SPDX-License-Identifier: MIT */
#include "decode/checksum.h"

#include <arpa/inet.h>

#include "base/simd.h"

/* The words that `b` begins with. Halves of words are added up in words: no carry is lost before
 * there are 2^32 of them. */
SIMD_BODY uint64_t sum_words(struct bytes b)
{
    uint64_t low = 0, high = 0;

    for (size_t i = 0; i < b.len / CHECKSUM_WORD; i++) {
        const uint64_t word = checksum_word(b.at + i * CHECKSUM_WORD);
        low += (uint32_t)word;
        high += word >> 32;
    }
    return checksum_plus(low, high << 32 | high >> 32);
}

SIMD_AVX2 static uint64_t sum_words_avx2(struct bytes b)
{
    return sum_words(b);
}

uint64_t checksum_wide_plain(struct bytes b)
{
    return checksum_plus(sum_words(b), checksum_tail(b.at + b.len, b.len % CHECKSUM_WORD));
}

uint64_t checksum_wide_many(struct bytes b)
{
    if (!simd_has_avx2())
        return checksum_wide_plain(b);
    return checksum_plus(sum_words_avx2(b), checksum_tail(b.at + b.len, b.len % CHECKSUM_WORD));
}

/* Fewer bytes than a word has in all. */
static uint64_t wide_few(struct bytes b)
{
    uint8_t word[CHECKSUM_WORD] = {0};

    if (b.len > 0)
        memcpy(word, b.at, b.len); /* padded with zero bytes on the right: RFC 1071 s4.1 */
    return checksum_word(word);
}

uint16_t checksum_sum(struct bytes b)
{
    return checksum_fold(b.len < CHECKSUM_WORD ? wide_few(b) : checksum_wide(b));
}

uint16_t checksum_pseudo(const struct packet *p, uint8_t protocol, size_t length)
{
    const uint8_t *src = p->src.addr.byte;
    const uint8_t *dst = p->dst.addr.byte;
    uint64_t sum = checksum_plus(checksum_word(src), checksum_word(src + CHECKSUM_WORD));

    sum = checksum_plus(sum, checksum_word(dst));
    sum = checksum_plus(sum, checksum_word(dst + CHECKSUM_WORD));
    sum = checksum_plus(sum, (uint64_t)htonl((uint32_t)length) + htons(protocol));
    return checksum_fold(sum);
}

/* SPDX-License-Identifier: MIT */
#include "decode/checksum.h"

#include <arpa/inet.h>

#define LANES 4   /* sums that do not wait for each other */
#define MANY  256 /* bytes for which they are worth it */
#define WORD  sizeof(uint64_t)

static uint64_t load(const uint8_t *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof(word));
    return word;
}

/* Adds with end-around carry. */
static uint64_t add(uint64_t sum, uint64_t word)
{
    sum += word;
    return sum + (sum < word);
}

/* Each half is added to the other: in the upper one the carry has gone around. */
static uint16_t fold(uint64_t sum)
{
    sum += sum << 32 | sum >> 32;
    uint32_t half = (uint32_t)(sum >> 32);

    half += half << 16 | half >> 16;
    return (uint16_t)(half >> 16);
}

/* The last `left` bytes, fewer than eight, of at least eight that end at `end`. Those before them
 * are in the word, too, and masked away; they stand where an odd number has the bytes of each pair
 * swapped, and a rotation swaps them back (RFC 1071 s2). Without a branch: lengths are as good as
 * random. */
static uint64_t load_tail(const uint8_t *end, size_t left)
{
    static const uint8_t mask[2 * WORD] = {[WORD] = 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    const uint64_t word = load(end - WORD) & load(mask + left);
    const unsigned odd = left % 2 * 8;

    return word << odd | word >> (64 - odd) % 64;
}

/* Fewer than eight bytes in all. */
static uint64_t load_few(struct bytes b)
{
    uint8_t word[WORD] = {0};

    if (b.len > 0)
        memcpy(word, b.at, b.len); /* padded with zero bytes on the right: RFC 1071 s4.1 */
    return load(word);
}

uint16_t checksum_sum(struct bytes b)
{
    uint64_t lane[LANES] = {0}, sum = 0;
    const uint8_t *at = b.at;
    size_t left = b.len;

    if (left < WORD)
        return fold(load_few(b));
    if (left >= MANY) {
        for (; left >= LANES * WORD; left -= LANES * WORD) {
            lane[0] = add(lane[0], load(at));
            lane[1] = add(lane[1], load(at + 8));
            lane[2] = add(lane[2], load(at + 16));
            lane[3] = add(lane[3], load(at + 24));
            at += LANES * WORD;
        }
        sum = add(add(lane[0], lane[1]), add(lane[2], lane[3]));
    }
    for (; left >= WORD; left -= WORD) {
        sum = add(sum, load(at));
        at += WORD;
    }
    return fold(add(sum, load_tail(at + left, left)));
}

uint16_t checksum_pseudo(const struct packet *p, uint8_t protocol, size_t length)
{
    const uint8_t *src = p->src.addr.byte;
    const uint8_t *dst = p->dst.addr.byte;
    uint64_t sum = add(load(src), load(src + 8));

    sum = add(sum, add(load(dst), load(dst + 8)));
    sum = add(sum, (uint64_t)htonl((uint32_t)length) + htons(protocol));
    return fold(sum);
}

/* SPDX-License-Identifier: MIT */
/* checksum.h - the Internet checksum (RFC 1071). Private to decode/.
 *
 * Sums are kept in the machine's byte order (RFC 1071 s2, "Byte Order Independence"): compare them
 * only with fields read the same way, by load_u16(). A wide sum is one of 64-bit words with
 * end-around carry (s2, "Parallel Summation"), to be folded to 16 bits.
 */
#ifndef DECODE_CHECKSUM_H
#define DECODE_CHECKSUM_H

#include "base/bytes.h"
#include "model/endpoint.h"
#include "base/load.h"
#include "model/packet.h"

#define CHECKSUM_WORD sizeof(uint64_t)
#define CHECKSUM_MANY 32U /* bytes from which on many are summed at once */

/* The one's complement sum of 16-bit words, folded to 16 bits. An odd last byte is padded with 0.
 */
uint16_t checksum_sum(struct bytes b);

/* The pseudo-header's sum (RFC 9293 s3.1, RFC 8200 s8.1). The prefix of an IPv4 address in 16
 * bytes is ff ff, which is 0 in one's complement: one formula does for both families. */
uint16_t checksum_pseudo(const struct packet *p, uint8_t protocol, size_t length);

static inline uint16_t checksum_add(uint16_t a, uint16_t b)
{
    const uint32_t sum = (uint32_t)a + b;
    return (uint16_t)(sum + (sum >> 16));
}

static inline uint64_t checksum_plus(uint64_t wide, uint64_t word)
{
    wide += word;
    return wide + (wide < word);
}

/* Many words, their carries apart: they go around at the end. */
struct checksum_sum {
    uint64_t low, carries;
};

static inline void checksum_take(struct checksum_sum *s, uint64_t word)
{
    s->low += word;
    s->carries += s->low < word;
}

/* Each half is added to the other: in the upper one the carry has gone around. */
static inline uint16_t checksum_fold(uint64_t wide)
{
    wide += wide << 32 | wide >> 32;
    uint32_t half = (uint32_t)(wide >> 32);

    half += half << 16 | half >> 16;
    return (uint16_t)(half >> 16);
}

/* Is a sum that holds its own checksum right: folded, all ones? So is every multiple of 0xffff, as
 * 2^16 divided by that leaves 1; and those are what its inverse mod 2^64 makes small. Not 0, which
 * no header sums up to. */
static inline bool checksum_is_right(uint64_t wide)
{
    const uint64_t each = UINT64_C(0x0001000100010001); /* 2^64 - 1, divided by 0xffff */

    return wide * (0 - each) <= each;
}

/* The last `left` bytes, fewer than eight, of at least eight that end at `end`. Those before them
 * are in the word, too, and masked away; they stand where an odd number has the bytes of each pair
 * swapped, and a rotation swaps them back (RFC 1071 s2). Without a branch: lengths are as good as
 * random. */
static inline uint64_t checksum_tail(const uint8_t *end, size_t left)
{
    static const uint8_t mask[2 * CHECKSUM_WORD] = {
        [CHECKSUM_WORD] = 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    const uint64_t word = load_u64(end - CHECKSUM_WORD) & load_u64(mask + left);
    const unsigned odd = left % 2 * 8;

    return word << odd | word >> (64 - odd) % 64;
}

/* The wide sum of at least so many bytes; `plain`: on machines without wide instructions. */
uint64_t checksum_wide_many(struct bytes b);
uint64_t checksum_wide_plain(struct bytes b);
/* Do a segment and its pseudo-header, of which `rest` is the wide sum, below 2^63, hold their right
 * checksum? Of at least a word and at most CHECKSUM_SEGMENT_MOST; with the headers before it, at
 * least CHECKSUM_MANY in memory end where it ends. */
#define CHECKSUM_SEGMENT_MOST UINT16_MAX
bool checksum_segment(struct bytes b, uint64_t rest);
bool checksum_segment_plain(struct bytes b, uint64_t rest);
/* Are both sums right, of an IPv4 header without options and of `length` bytes of TCP behind it, at
 * least CHECKSUM_TCP_LEAST? */
#define CHECKSUM_TCP_LEAST 20U
bool checksum_ipv4(const uint8_t *ip, size_t length);
bool checksum_ipv4_plain(const uint8_t *ip, size_t length);
#ifdef __x86_64__
uint64_t checksum_wide_avx2(struct bytes b);
bool checksum_segment_avx2(struct bytes b, uint64_t rest);
bool checksum_ipv4_avx2(const uint8_t *ip, size_t length);
#endif
/* Of at least a word. */
static inline uint64_t checksum_wide(struct bytes b)
{
    const size_t word = CHECKSUM_WORD;
    struct checksum_sum s = {0, 0};

    if (b.len >= CHECKSUM_MANY)
        return checksum_wide_many(b);
    for (; b.len >= word; b.len -= word, b.at += word)
        checksum_take(&s, load_u64(b.at));
    checksum_take(&s, checksum_tail(b.at + b.len, b.len));
    return checksum_plus(s.low, s.carries);
}

#endif

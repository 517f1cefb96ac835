/* SPDX-License-Identifier: MIT */
#include "decode/checksum.h"

#include <arpa/inet.h>

#include "base/simd.h"

#ifdef __x86_64__
#include <immintrin.h>
#endif

#define IPV4_SIZE 20U /* bytes */
#define ADDRESSES 8U  /* the last of them */
#define VECTOR    32U
#define BIAS      ((uint64_t)VECTOR / 2 * 0x8000)
#define PIECE     (32U << 10) /* bytes */
#define FEW       8U          /* vectors */
#define ALL       UINTPTR_MAX

/* The words that `b` begins with. Halves of words are added up in words: no carry is lost before
 * there are 2^32 of them. */
static uint64_t sum_words(struct bytes b)
{
    uint64_t low = 0, high = 0;

    for (size_t i = 0; i < b.len / CHECKSUM_WORD; i++) {
        const uint64_t word = load_u64(b.at + i * CHECKSUM_WORD);
        low += (uint32_t)word;
        high += word >> 32;
    }
    return checksum_plus(low, high << 32 | high >> 32);
}

uint64_t checksum_wide_plain(struct bytes b)
{
    return checksum_plus(sum_words(b), checksum_tail(b.at + b.len, b.len % CHECKSUM_WORD));
}

bool checksum_segment_plain(struct bytes b, uint64_t rest)
{
    return checksum_is_right(checksum_plus(checksum_wide_plain(b), rest));
}

/* RFC 791 s3.1 */
static inline bool is_header_right(const uint8_t *ip)
{
    const uint64_t first = checksum_plus(load_u64(ip), load_u64(ip + CHECKSUM_WORD));

    return checksum_is_right(checksum_plus(first, load_u32(ip + IPV4_SIZE - sizeof(uint32_t))));
}

/* What of the pseudo-header (RFC 9293 s3.1) stands in front of the segment, and what does not. */
static inline struct bytes behind_addresses(const uint8_t *ip, size_t length)
{
    return bytes_of(ip + IPV4_SIZE - ADDRESSES, ADDRESSES + length);
}

static inline uint64_t rest_of_pseudo(size_t length)
{
    return (uint64_t)htons((uint16_t)length) + htons(TRANSPORT_TCP);
}

bool checksum_ipv4_plain(const uint8_t *ip, size_t length)
{
    return is_header_right(ip) &&
           checksum_segment_plain(behind_addresses(ip, length), rest_of_pseudo(length));
}

#ifdef __x86_64__

/* 0x8000 in each word. Read, as a compiler that knew it would make it anew for each vector. */
SIMD_AVX2 static inline __m256i signs(void)
{
    static const volatile int16_t sign = INT16_MIN;

    return _mm256_set1_epi16(sign);
}

/* The sums of its pairs of 16-bit words, each less 0x8000, as the instruction takes them as signed;
 * taken off: BIAS too much in all. */
SIMD_AVX2 static inline __m256i pairs(__m256i v, __m256i sign)
{
    return _mm256_madd_epi16(_mm256_xor_si256(v, sign), _mm256_set1_epi16(-1));
}

SIMD_AVX2 static inline __m256i vector_at(const uint8_t *at)
{
    return _mm256_loadu_si256((const __m256i_u *)(const void *)at);
}

/* checksum_tail() of up to a vector. */
SIMD_AVX2 static inline __m256i tail_vector(const uint8_t *end, size_t left)
{
    static const uint64_t mask[2 * VECTOR / sizeof(uint64_t)] = {
        0, 0, 0, 0, UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX};
    static const uint8_t order[2][VECTOR / 2] = {
        {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
        {1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14}};
    const __m128i half = _mm_loadu_si128((const __m128i_u *)(const void *)order[left % 2]);

    return _mm256_shuffle_epi8(
        _mm256_and_si256(vector_at(end - VECTOR), vector_at((const uint8_t *)mask + left)),
        _mm256_broadcastsi128_si256(half));
}

SIMD_AVX2 static inline uint64_t sum_of(__m256i lanes)
{
    __m128i four = _mm_add_epi32(_mm256_castsi256_si128(lanes), _mm256_extracti128_si256(lanes, 1));

    four = _mm_add_epi32(four, _mm_shuffle_epi32(four, _MM_SHUFFLE(1, 0, 3, 2)));
    four = _mm_add_epi32(four, _mm_shuffle_epi32(four, _MM_SHUFFLE(2, 3, 0, 1)));
    return (uint64_t)(int64_t)_mm_cvtsi128_si32(four);
}

/* The first `count` of FEW vectors, as if the others were zeros: zeros are read in their place. As
 * lengths are as good as random, there is no branch. */
SIMD_AVX2 static inline __m256i few(const uint8_t *at, size_t count, __m256i sign)
{
    static const uint8_t zeros[VECTOR];
    static const uintptr_t is_there[FEW + 1][FEW] = {
        {0},
        {ALL},
        {ALL, ALL},
        {ALL, ALL, ALL},
        {ALL, ALL, ALL, ALL},
        {ALL, ALL, ALL, ALL, ALL},
        {ALL, ALL, ALL, ALL, ALL, ALL},
        {ALL, ALL, ALL, ALL, ALL, ALL, ALL},
        {ALL, ALL, ALL, ALL, ALL, ALL, ALL, ALL},
    };
    const uintptr_t nothing = (uintptr_t)zeros, away = (uintptr_t)at - nothing;
    __m256i sum = _mm256_setzero_si256();

    for (size_t i = 0; i < FEW; i++) {
        const uintptr_t there = (away + i * VECTOR) & is_there[count][i];
        sum = _mm256_add_epi32(sum, pairs(vector_at((const uint8_t *)(nothing + there)), sign));
    }
    return sum;
}

/* Of at most twice PIECE: no lane overflows. There is a vector of memory before its end. */
SIMD_AVX2 static inline uint64_t wide_avx2(struct bytes b)
{
    const uint8_t *at = b.at, *const end = b.at + b.len;
    const __m256i sign = signs();
    __m256i sum = pairs(tail_vector(end, b.len % VECTOR), sign);
    size_t left = b.len / VECTOR;
    uint64_t bias = (1 + FEW) * BIAS;

    for (; left > FEW; left -= FEW / 2, at += FEW / 2 * VECTOR, bias += FEW / 2 * BIAS)
        for (size_t i = 0; i < FEW / 2; i++)
            sum = _mm256_add_epi32(sum, pairs(vector_at(at + i * VECTOR), sign));
    return bias - sum_of(_mm256_add_epi32(sum, few(at, left, sign)));
}

SIMD_AVX2 uint64_t checksum_wide_avx2(struct bytes b)
{
    uint64_t sum = 0;

    for (; b.len >= 2 * PIECE; b = bytes_after(b, PIECE))
        sum += wide_avx2(bytes_first(b, PIECE));
    return sum + wide_avx2(b);
}

uint64_t checksum_wide_many(struct bytes b)
{
    return simd_has_avx2() ? checksum_wide_avx2(b) : checksum_wide_plain(b);
}

SIMD_AVX2 bool checksum_segment_avx2(struct bytes b, uint64_t rest)
{
    return checksum_is_right(rest + wide_avx2(b));
}

bool checksum_segment(struct bytes b, uint64_t rest)
{
    return simd_has_avx2() ? checksum_segment_avx2(b, rest) : checksum_segment_plain(b, rest);
}

SIMD_AVX2 bool checksum_ipv4_avx2(const uint8_t *ip, size_t length)
{
    return is_header_right(ip) &&
           checksum_is_right(rest_of_pseudo(length) + wide_avx2(behind_addresses(ip, length)));
}

bool checksum_ipv4(const uint8_t *ip, size_t length)
{
    return simd_has_avx2() ? checksum_ipv4_avx2(ip, length) : checksum_ipv4_plain(ip, length);
}

#else

uint64_t checksum_wide_many(struct bytes b)
{
    return checksum_wide_plain(b);
}

bool checksum_segment(struct bytes b, uint64_t rest)
{
    return checksum_segment_plain(b, rest);
}

bool checksum_ipv4(const uint8_t *ip, size_t length)
{
    return checksum_ipv4_plain(ip, length);
}

#endif

/* Fewer bytes than a word has in all. */
static uint64_t wide_few(struct bytes b)
{
    uint8_t word[CHECKSUM_WORD] = {0};

    if (b.len > 0)
        memcpy(word, b.at, b.len); /* padded with zero bytes on the right: RFC 1071 s4.1 */
    return load_u64(word);
}

uint16_t checksum_sum(struct bytes b)
{
    return checksum_fold(b.len < CHECKSUM_WORD ? wide_few(b) : checksum_wide(b));
}

uint16_t checksum_pseudo(const struct packet *p, uint8_t protocol, size_t length)
{
    const uint8_t *src = p->src.addr.byte;
    const uint8_t *dst = p->dst.addr.byte;
    uint64_t sum = checksum_plus(load_u64(src), load_u64(src + CHECKSUM_WORD));

    sum = checksum_plus(sum, load_u64(dst));
    sum = checksum_plus(sum, load_u64(dst + CHECKSUM_WORD));
    sum = checksum_plus(sum, (uint64_t)htonl((uint32_t)length) + htons(protocol));
    return checksum_fold(sum);
}

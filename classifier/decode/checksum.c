/* SPDX-License-Identifier: MIT */
#include "decode/checksum.h"

#include <arpa/inet.h>

#define LANES 4 /* sums that do not wait for each other */

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

static uint16_t fold(uint64_t sum)
{
    sum = (sum & 0xffffffff) + (sum >> 32);
    sum = (sum & 0xffff) + (sum >> 16 & 0xffff) + (sum >> 32);
    sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)(sum + (sum >> 16));
}

/* The sum of the last bytes, fewer than eight. By fixed sizes: a copy of a few bytes that is read
 * back as a word would wait for the store. */
static uint64_t load_tail(const uint8_t *at, size_t left)
{
    uint64_t sum = 0;

    if ((left & 4) != 0) {
        uint32_t word;
        memcpy(&word, at, sizeof(word));
        sum += word;
        at += sizeof(word);
    }
    if ((left & 2) != 0) {
        uint16_t word;
        memcpy(&word, at, sizeof(word));
        sum += word;
        at += sizeof(word);
    }
    if ((left & 1) != 0) {
        uint16_t word = 0;
        memcpy(&word, at, 1); /* padded with a zero byte on the right: RFC 1071 s4.1 */
        sum += word;
    }
    return sum;
}

uint16_t checksum_sum(struct bytes b)
{
    uint64_t lane[LANES] = {0};
    const uint8_t *at = b.at;
    size_t left = b.len;

    for (; left >= LANES * sizeof(uint64_t); left -= LANES * sizeof(uint64_t)) {
        lane[0] = add(lane[0], load(at));
        lane[1] = add(lane[1], load(at + 8));
        lane[2] = add(lane[2], load(at + 16));
        lane[3] = add(lane[3], load(at + 24));
        at += LANES * sizeof(uint64_t);
    }
    uint64_t sum = add(add(lane[0], lane[1]), add(lane[2], lane[3]));
    for (; left >= sizeof(uint64_t); left -= sizeof(uint64_t)) {
        sum = add(sum, load(at));
        at += sizeof(uint64_t);
    }
    return fold(add(sum, load_tail(at, left)));
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

/* SPDX-License-Identifier: MIT */
/* checksum.h - the Internet checksum (RFC 1071). Private to decode/.
 *
 * Sums are kept in the machine's byte order (RFC 1071 s2, "Byte Order Independence"): compare them
 * only with fields read the same way, by checksum_field().
 */
#ifndef DECODE_CHECKSUM_H
#define DECODE_CHECKSUM_H

#include "base/bytes.h"
#include "model/endpoint.h"
#include "model/packet.h"

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

static inline uint16_t checksum_field(const uint8_t *at)
{
    uint16_t field;
    memcpy(&field, at, sizeof(field));
    return field;
}

#endif

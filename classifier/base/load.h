/* SPDX-License-Identifier: MIT */
/* load.h - numbers that lie anywhere in memory, aligned or not: in this machine's byte order, in
 * little-endian order, or in big-endian order, which is the wire's. */
#ifndef BASE_LOAD_H
#define BASE_LOAD_H

#include <endian.h>
#include <stdint.h>
#include <string.h>

static inline uint16_t load_u16(const uint8_t *at)
{
    uint16_t n;

    memcpy(&n, at, sizeof(n));
    return n;
}

static inline uint32_t load_u32(const uint8_t *at)
{
    uint32_t n;

    memcpy(&n, at, sizeof(n));
    return n;
}

static inline uint64_t load_u64(const uint8_t *at)
{
    uint64_t n;

    memcpy(&n, at, sizeof(n));
    return n;
}

static inline uint16_t load_le16(const uint8_t *at)
{
    return le16toh(load_u16(at));
}

static inline uint32_t load_le32(const uint8_t *at)
{
    return le32toh(load_u32(at));
}

static inline uint64_t load_le64(const uint8_t *at)
{
    return le64toh(load_u64(at));
}

static inline uint16_t load_be16(const uint8_t *at)
{
    return be16toh(load_u16(at));
}

static inline uint32_t load_be32(const uint8_t *at)
{
    return be32toh(load_u32(at));
}

#endif

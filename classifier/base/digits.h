/* SPDX-License-Identifier: MIT */
/* digits.h - numbers in digits, written into memory that has room for them. */
#ifndef BASE_DIGITS_H
#define BASE_DIGITS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define DIGITS_MAX 20 /* of 2^64 - 1 */

/* "00", "01" ... "99" and a NUL: a division gives two digits at once. */
extern const char digits_pairs[201];

/* Of 10,000 and more; for digits_put(). */
uint8_t *digits_put_many(uint8_t *at, uint64_t value);

/* The two of 0 .. 99. Returns where the next character goes, as all do. */
static inline uint8_t *digits_put_two(uint8_t *at, unsigned value)
{
    memcpy(at, digits_pairs + 2 * (size_t)value, 2);
    return at + 2;
}

/* The one or two of 0 .. 99. Writes two bytes either way. */
static inline uint8_t *digits_put_first(uint8_t *at, unsigned value)
{
    const unsigned alone = value < 10;

    memcpy(at, digits_pairs + 2 * (size_t)value + alone, 2);
    return at + 2 - alone;
}

/* The digits, at most DIGITS_MAX of them; at least two bytes are written. */
static inline uint8_t *digits_put(uint8_t *at, uint64_t value)
{
    if (value < 100) /* most are small */
        return digits_put_first(at, (unsigned)value);
    if (value >= 10000)
        return digits_put_many(at, value);
    at = digits_put_first(at, (unsigned)value / 100);
    return digits_put_two(at, (unsigned)value % 100);
}

/* By arithmetic: a compiler does many at once. */
static inline uint8_t digits_hex(unsigned value)
{
    return (uint8_t)(value > 9 ? value + 'a' - 10 : value + '0');
}

/* A byte in two hexadecimal digits, lower-case. */
static inline uint8_t *digits_put_hex(uint8_t *at, uint8_t byte)
{
    at[0] = digits_hex(byte >> 4);
    at[1] = digits_hex(byte & 15);
    return at + 2;
}

/* Many bytes, two digits each. */
static inline uint8_t *digits_put_hexes(uint8_t *at, const uint8_t *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        digits_put_hex(at + 2 * i, bytes[i]);
    return at + 2 * count;
}

#endif

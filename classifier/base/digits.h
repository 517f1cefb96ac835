/* SPDX-License-Identifier: MIT */
/* digits.h - numbers in decimal, written into memory that has room for them. */
#ifndef BASE_DIGITS_H
#define BASE_DIGITS_H

#include <stdint.h>

#define DIGITS_MAX 20 /* of 2^64 - 1 */

/* At most DIGITS_MAX of them. Returns where the next character goes. */
uint8_t *digits_put(uint8_t *at, uint64_t value);
/* The two of 0 .. 99. */
uint8_t *digits_put_two(uint8_t *at, unsigned value);

#endif

/* SPDX-License-Identifier: MIT */
#include "base/digits.h"

const char digits_pairs[201] = "00010203040506070809101112131415161718192021222324"
                               "25262728293031323334353637383940414243444546474849"
                               "50515253545556575859606162636465666768697071727374"
                               "75767778798081828384858687888990919293949596979899";

/* The four of 0 .. 9999. */
static uint8_t *put_four(uint8_t *at, unsigned value)
{
    at = digits_put_two(at, value / 100);
    return digits_put_two(at, value % 100);
}

/* The eight of 0 .. 99,999,999. */
static uint8_t *put_eight(uint8_t *at, unsigned value)
{
    at = put_four(at, value / 10000);
    return put_four(at, value % 10000);
}

uint8_t *digits_put_many(uint8_t *at, uint64_t value)
{
    if (value < 100000000) {
        at = digits_put(at, value / 10000);
        return put_four(at, (unsigned)(value % 10000));
    }
    at = digits_put(at, value / 100000000);
    return put_eight(at, (unsigned)(value % 100000000));
}

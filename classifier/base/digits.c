/* SPDX-License-Identifier: MIT */
#include "base/digits.h"

#include <string.h>

/* A division gives two digits at once. */
static const char pairs[] = "00010203040506070809101112131415161718192021222324"
                            "25262728293031323334353637383940414243444546474849"
                            "50515253545556575859606162636465666768697071727374"
                            "75767778798081828384858687888990919293949596979899";

uint8_t *digits_put_two(uint8_t *at, unsigned value)
{
    memcpy(at, pairs + 2 * (size_t)value, 2);
    return at + 2;
}

static unsigned count_of(uint64_t value)
{
    unsigned count = 1;

    for (; value >= 10000; value /= 10000)
        count += 4;
    return count + (value >= 10) + (value >= 100) + (value >= 1000);
}

uint8_t *digits_put(uint8_t *at, uint64_t value)
{
    if (value < 10) { /* most are */
        *at = (uint8_t)('0' + value);
        return at + 1;
    }
    uint8_t *const end = at + count_of(value);
    uint8_t *before = end;
    for (; value >= 100; value /= 100)
        digits_put_two(before -= 2, (unsigned)(value % 100));
    if (value >= 10)
        digits_put_two(at, (unsigned)value);
    else
        *at = (uint8_t)('0' + value);
    return end;
}

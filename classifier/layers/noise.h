/* SPDX-License-Identifier: MIT */
/* noise.h - do bytes look like an encryption's?
 *
 * In:    bytes, cut anywhere.
 * Out:   whether their bits are balanced and their nibbles even, as far as noise's are.
 * State: value type, zero-filled = ready; statistics only.
 *
 * Of n random bytes, the ones per byte are 4 with a deviation of sqrt(2/n); 2n nibbles in 16 bins
 * have a chi-square of 15 degrees of freedom. Both limits grow narrower with n by themselves.
 */
#ifndef LAYERS_NOISE_H
#define LAYERS_NOISE_H

#include "base/bytes.h"

#define NOISE_LEAST 48 /* bytes below which noise cannot be told from anything */

#define NIBBLES 16

struct noise {
    uint32_t bytes;
    uint16_t nibble[NIBBLES];
};

#define BYTE_COUNTS_MAX 255 /* bytes */

/* How often each byte comes in so many: the figures of noise, and others, are sums of these. */
struct byte_counts {
    uint8_t of[256];
};

void byte_counts_take(struct byte_counts *c, struct bytes in); /* at most BYTE_COUNTS_MAX */
void byte_counts_add(struct byte_counts *c, struct bytes in);  /* together no more than that */
unsigned byte_counts_different(const struct byte_counts *c);   /* values that came */
/* How many bytes came of `n` values, from `first` on: both multiples of eight. */
unsigned byte_counts_sum(const struct byte_counts *c, size_t first, size_t n);

/* How often noise itself is refused, the ones and the nibbles. */
enum noise_test {
    NOISE_SHAPE,   /* 3 in 1,000; 1 in 1,000: what raw streams are called */
    NOISE_BOTH,    /* 6 and 10 in 100,000: where two directions must pass */
    NOISE_KEEN,    /* 6 and 1 in 100,000 */
    NOISE_LENIENT, /* some in ten millions */
};

/* At most 32767 bytes together. */
void noise_feed(struct noise *s, struct bytes in);
void noise_add(struct noise *s, const struct byte_counts *c, size_t bytes);
bool noise_holds(const struct noise *s, enum noise_test test);

#endif

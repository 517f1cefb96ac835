/* SPDX-License-Identifier: MIT */
/* mse_noise.h - do bytes look like an encryption's?
 *
 * In:    bytes, cut anywhere.
 * Out:   whether their bits are balanced and their nibbles even, as far as noise's are.
 * State: value type, zero-filled = ready; statistics only.
 *
 * Of n random bytes, the ones per byte are 4 with a deviation of sqrt(2/n); 2n nibbles in 16 bins
 * have a chi-square of 15 degrees of freedom. Both limits grow narrower with n by themselves.
 */
#ifndef LAYERS_MSE_NOISE_H
#define LAYERS_MSE_NOISE_H

#include "base/bytes.h"

struct mse_noise {
    uint32_t bytes;
    uint32_t ones;
    uint16_t nibble[16];
};

/* How often noise itself is refused: one time in some thousands, or in some millions. */
enum mse_noise_test { MSE_NOISE_KEEN, MSE_NOISE_LENIENT };

/* At most 32767 bytes together. */
void mse_noise_feed(struct mse_noise *s, struct bytes in);
bool mse_noise_holds(const struct mse_noise *s, enum mse_noise_test test);

#endif

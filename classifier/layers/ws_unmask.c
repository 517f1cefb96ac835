/* SPDX-License-Identifier: MIT */
#include "layers/ws_unmask.h"

#include "base/simd.h"

bool ws_unmask(uint8_t *out, struct bytes in, uint32_t mask, uint64_t at)
{
    return simd()->unmask(out, in, mask, at);
}

/* SPDX-License-Identifier: MIT */
/* fuzz_socks.c - the layer socks on a conversation (turns.h), cut in three ways. */
#include "layers/layers.h"
#include "turns.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_layer(&layer_socks, data, size);
    return 0;
}

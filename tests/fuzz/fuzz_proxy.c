/* SPDX-License-Identifier: MIT */
/* fuzz_proxy.c - the layer proxy on a conversation (turns.h), cut in three ways. */
#include "layers/layers.h"
#include "turns.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_layer(&layer_proxy, data, size);
    return 0;
}

/* SPDX-License-Identifier: MIT */
#include "layers/ws_unmask.h"

/* The key's four bytes, beginning with the one for payload offset `at`, twice over. */
static void spread_key(uint8_t key[8], uint32_t mask, uint64_t at)
{
    for (unsigned i = 0; i < 8; i++)
        key[i] = (uint8_t)(mask >> (24 - 8 * ((at + i) % 4)));
}

void ws_unmask(uint8_t *out, struct bytes in, uint32_t mask, uint64_t at)
{
    uint8_t key[8];
    uint64_t wide;
    size_t i = 0;

    spread_key(key, mask, at);
    memcpy(&wide, key, sizeof(wide));
    for (; i + sizeof(wide) <= in.len; i += sizeof(wide)) {
        uint64_t word;
        memcpy(&word, in.at + i, sizeof(word));
        word ^= wide;
        memcpy(out + i, &word, sizeof(word));
    }
    for (; i < in.len; i++)
        out[i] = in.at[i] ^ key[i % 4];
}

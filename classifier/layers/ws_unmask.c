/* SPDX-License-Identifier: MIT */
#include "layers/ws_unmask.h"

#include <arpa/inet.h>

#define WORD     sizeof(uint64_t)
#define TOP_BITS UINT64_C(0x8080808080808080)

static uint64_t load(const uint8_t *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof(word));
    return word;
}

/* The key's four bytes, beginning with the one for payload offset `at`, twice. */
static uint64_t key_at(uint32_t mask, uint64_t at)
{
    const unsigned turned = (unsigned)(at % 4) * 8;
    const uint32_t key = htonl(mask << turned | mask >> (32 - turned) % 32);

    return (uint64_t)key << 32 | key;
}

/* Fewer bytes than a word has. */
static bool unmask_few(uint8_t *out, struct bytes in, uint64_t key)
{
    uint64_t word = 0;

    if (in.len > 0)
        memcpy(&word, in.at, in.len);
    word ^= key;
    if (in.len > 0)
        memcpy(out, &word, in.len);
    for (size_t i = 0; i < in.len; i++)
        if (out[i] >= 0x80)
            return false;
    return true;
}

/* The last word, which overlaps the one before it, is read before that is written: `out` may be
 * where `in` is. */
bool ws_unmask(uint8_t *out, struct bytes in, uint32_t mask, uint64_t at)
{
    const uint64_t key = key_at(mask, at);

    if (in.len < WORD)
        return unmask_few(out, in, key);
    const uint64_t last = load(in.at + in.len - WORD) ^ key_at(mask, at + in.len);
    uint64_t seen = last;
    for (size_t i = 0; i < in.len / WORD; i++) {
        const uint64_t word = load(in.at + i * WORD) ^ key;
        memcpy(out + i * WORD, &word, WORD);
        seen |= word;
    }
    memcpy(out + in.len - WORD, &last, WORD);
    return (seen & TOP_BITS) == 0;
}

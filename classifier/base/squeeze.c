/* SPDX-License-Identifier: MIT */
#include "base/squeeze.h"

#include <string.h>

#define WORD 8U

static uint64_t word_at(const uint8_t *at, size_t n)
{
    uint64_t word = 0;

    memcpy(&word, at, n < WORD ? n : WORD);
    return word;
}

/* By value, not as it lies: the same on every machine. */
static uint8_t *put_word(uint8_t *out, uint64_t word)
{
    uint8_t *const which = out++;

    *which = 0;
    for (unsigned i = 0; i < WORD; i++, word >>= 8) {
        const uint8_t byte = (uint8_t)word;
        *out = byte;
        *which = (uint8_t)(*which | (byte != 0) << i);
        out += byte != 0;
    }
    return out;
}

size_t squeeze(uint8_t *out, const void *from, size_t n)
{
    const uint8_t *const in = from;
    uint8_t *const first = out;

    for (size_t group = 0; group < n; group += SQUEEZE_GROUP) {
        uint8_t *const which = out++;
        *which = 0;
        for (size_t i = 0; i < SQUEEZE_GROUP / WORD && group + i * WORD < n; i++) {
            const uint64_t word = word_at(in + group + i * WORD, n - group - i * WORD);
            if (word == 0)
                continue;
            *which = (uint8_t)(*which | 1U << i);
            out = put_word(out, word);
        }
    }
    return (size_t)(out - first);
}

static const uint8_t *take_word(const uint8_t *in, uint64_t *word)
{
    const uint8_t which = *in++;

    *word = 0;
    for (unsigned i = 0; i < WORD; i++)
        if ((which >> i & 1) != 0)
            *word |= (uint64_t)*in++ << 8 * i;
    return in;
}

size_t squeeze_back(void *to, size_t n, const uint8_t *in)
{
    uint8_t *const out = to;
    const uint8_t *const first = in;

    for (size_t group = 0; group < n; group += SQUEEZE_GROUP) {
        const uint8_t which = *in++;
        for (size_t i = 0; i < SQUEEZE_GROUP / WORD && group + i * WORD < n; i++) {
            const size_t at = group + i * WORD;
            uint64_t word = 0;
            if ((which >> i & 1) != 0)
                in = take_word(in, &word);
            memcpy(out + at, &word, n - at < WORD ? n - at : WORD);
        }
    }
    return (size_t)(in - first);
}

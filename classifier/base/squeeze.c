/* SPDX-License-Identifier: MIT */
#include "base/squeeze.h"

#include <stdbool.h>

#include "base/load.h"

#define WORD        8U
#define GROUP_WORDS (SQUEEZE_GROUP / WORD)
#define LOW_BITS    UINT64_C(0x7f7f7f7f7f7f7f7f)

/* A bit for each byte that is not zero, the lowest first. */
static unsigned bytes_there(uint64_t word)
{
    const uint64_t tops = (((word & LOW_BITS) + LOW_BITS) | word) & ~LOW_BITS;

    return (unsigned)((tops >> 7) * UINT64_C(0x0102040810204080) >> 56);
}

static bool are_lowest(unsigned which)
{
    return (which & (which + 1)) == 0;
}

/* By value, not as it lies: the same on every machine. Mostly a number: what is behind its bytes is
 * written over by what comes next. */
static uint8_t *put_word(uint8_t *out, uint64_t word)
{
    const unsigned which = bytes_there(word);

    *out++ = (uint8_t)which;
    if (are_lowest(which)) {
        const uint64_t bytes = htole64(word);
        memcpy(out, &bytes, sizeof(bytes));
        return out + __builtin_ctz(~which);
    }
    for (unsigned left = which; left != 0; left &= left - 1)
        *out++ = (uint8_t)(word >> 8 * (unsigned)__builtin_ctz(left));
    return out;
}

static inline uint8_t *squeeze_group(uint8_t *out, const uint8_t in[SQUEEZE_GROUP])
{
    unsigned which = 0;

    for (unsigned i = 0; i < GROUP_WORDS; i++)
        which |= (unsigned)(load_u64(in + i * WORD) != 0) << i;
    *out++ = (uint8_t)which;
    for (; which != 0; which &= which - 1)
        out = put_word(out, load_u64(in + (unsigned)__builtin_ctz(which) * WORD));
    return out;
}

size_t squeeze(uint8_t *out, const void *from, size_t n)
{
    const uint8_t *in = from;
    uint8_t *const first = out;
    uint8_t last[SQUEEZE_GROUP] = {0};

    for (; n >= SQUEEZE_GROUP; n -= SQUEEZE_GROUP, in += SQUEEZE_GROUP)
        out = squeeze_group(out, in);
    if (n > 0) {
        memcpy(last, in, n);
        out = squeeze_group(out, last);
    }
    return (size_t)(out - first);
}

/* The number in these 1 to 8 bytes, of which none but they may be read. */
static uint64_t number_in(const uint8_t *in, unsigned bytes)
{
    const unsigned middle = bytes / 2, end = bytes - 1;

    if (bytes >= 4)
        return (uint64_t)load_le32(in + bytes - 4) << 8 * (bytes - 4) | load_le32(in);
    return in[0] | (uint64_t)in[middle] << 8 * middle | (uint64_t)in[end] << 8 * end;
}

static const uint8_t *take_word(const uint8_t *in, uint64_t *word)
{
    const unsigned which = *in++;

    if (are_lowest(which)) {
        const unsigned bytes = (unsigned)__builtin_ctz(~which);
        *word = number_in(in, bytes);
        return in + bytes;
    }
    *word = 0;
    for (unsigned left = which; left != 0; left &= left - 1)
        *word |= (uint64_t)*in++ << 8 * (unsigned)__builtin_ctz(left);
    return in;
}

static inline const uint8_t *group_back(uint8_t to[SQUEEZE_GROUP], const uint8_t *in)
{
    unsigned which = *in++;

    memset(to, 0, SQUEEZE_GROUP);
    for (; which != 0; which &= which - 1) {
        uint64_t word;
        in = take_word(in, &word);
        memcpy(to + (unsigned)__builtin_ctz(which) * WORD, &word, sizeof(word));
    }
    return in;
}

size_t squeeze_back(void *to, size_t n, const uint8_t *in)
{
    uint8_t *out = to;
    const uint8_t *const first = in;
    uint8_t last[SQUEEZE_GROUP];

    for (; n >= SQUEEZE_GROUP; n -= SQUEEZE_GROUP, out += SQUEEZE_GROUP)
        in = group_back(out, in);
    if (n > 0) {
        in = group_back(last, in);
        memcpy(out, last, n);
    }
    return (size_t)(in - first);
}

/* SPDX-License-Identifier: MIT */
/* cursor.h - reads fields from a run of bytes and remembers, once, that it ran short.
 *
 * Read a whole header, then test `truncated` once. After it is set every read gives 0 or no bytes.
 */
#ifndef BASE_CURSOR_H
#define BASE_CURSOR_H

#include "base/bytes.h"

struct cursor {
    struct bytes left; /* not yet read */
    bool truncated;    /* sticky */
};

static inline struct cursor cursor_over(struct bytes b)
{
    return (struct cursor){.left = b};
}

static inline struct bytes cursor_take(struct cursor *c, size_t n)
{
    if (c->truncated || c->left.len < n) {
        c->truncated = true;
        return bytes_of(NULL, 0);
    }
    const struct bytes taken = bytes_first(c->left, n);
    c->left = bytes_after(c->left, n);
    return taken;
}

static inline void cursor_skip(struct cursor *c, size_t n)
{
    (void)cursor_take(c, n);
}

static inline uint8_t cursor_u8(struct cursor *c)
{
    const struct bytes b = cursor_take(c, 1);
    return c->truncated ? 0 : b.at[0]; /* NOLINT(clang-analyzer-core.NullDereference): a byte */
}

static inline uint16_t cursor_be16(struct cursor *c)
{
    const struct bytes b = cursor_take(c, 2);
    if (c->truncated)
        return 0;
    /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): two bytes */
    return (uint16_t)(b.at[0] << 8 | b.at[1]);
}

static inline uint32_t cursor_be24(struct cursor *c)
{
    const struct bytes b = cursor_take(c, 3);
    return c->truncated ? 0 : (uint32_t)b.at[0] << 16 | (uint32_t)b.at[1] << 8 | b.at[2];
}

static inline uint32_t cursor_be32(struct cursor *c)
{
    const uint32_t high = cursor_be16(c);
    return high << 16 | cursor_be16(c);
}

static inline uint64_t cursor_be64(struct cursor *c)
{
    const uint64_t high = cursor_be32(c);
    return high << 32 | cursor_be32(c);
}

#endif

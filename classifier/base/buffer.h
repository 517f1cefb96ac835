/* SPDX-License-Identifier: MIT */
/* buffer.h - bytes that grow: what outputs write into and layers keep partial input in.
 *
 * State: value type, zero-filled = empty. Owns `at`; buffer_free() gives it back and leaves it
 * empty. Errors: when memory runs out `failed` is set, later appends do nothing, and what was there
 * stays.
 */
#ifndef BASE_BUFFER_H
#define BASE_BUFFER_H

#include "base/bytes.h"

struct buffer {
    uint8_t *at;
    size_t len;
    size_t room; /* bytes allocated */
    bool failed;
};

bool buffer_grow(struct buffer *b, size_t more); /* for buffer_reserve() */

/* Makes room for `more` bytes after len. False when memory ran out. */
static inline bool buffer_reserve(struct buffer *b, size_t more)
{
    return (b->room - b->len >= more && !b->failed) || buffer_grow(b, more);
}

static inline void buffer_append_byte(struct buffer *b, uint8_t byte)
{
    if (buffer_reserve(b, 1))
        b->at[b->len++] = byte;
}

void buffer_append(struct buffer *b, struct bytes in);
void buffer_append_text(struct buffer *b, const char *text);
void buffer_append_u64(struct buffer *b, uint64_t value); /* decimal */
/* Lower-case, with leading zeros: the lowest `digits` (1..16) of them. */
void buffer_append_hex(struct buffer *b, uint64_t value, unsigned digits);
void buffer_printf(struct buffer *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Drops the first `n` bytes. */
void buffer_consume(struct buffer *b, size_t n);
/* What memory ran out for in `from` is missing in `b`, too. */
static inline void buffer_inherit(struct buffer *b, const struct buffer *from)
{
    b->failed = b->failed || from->failed;
}
void buffer_clear(struct buffer *b); /* keeps the memory */
void buffer_free(struct buffer *b);

static inline struct bytes buffer_bytes(const struct buffer *b)
{
    return bytes_of(b->at, b->len);
}

#endif

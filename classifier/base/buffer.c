/* SPDX-License-Identifier: MIT */
#include "base/buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/digits.h"

#define FIRST_ROOM 256

bool buffer_grow(struct buffer *b, size_t more)
{
    if (b->failed)
        return false;
    size_t room = b->room > 0 ? b->room : FIRST_ROOM;
    while (room - b->len < more)
        room *= 2;
    uint8_t *at = realloc(b->at, room);
    if (at == NULL) {
        b->failed = true;
        return false;
    }
    b->at = at;
    b->room = room;
    return true;
}

void buffer_append(struct buffer *b, struct bytes in)
{
    if (in.len == 0 || !buffer_reserve(b, in.len))
        return;
    memcpy(b->at + b->len, in.at, in.len);
    b->len += in.len;
}

void buffer_append_text(struct buffer *b, const char *text)
{
    buffer_append(b, bytes_of_text(text));
}

void buffer_append_u64(struct buffer *b, uint64_t value)
{
    if (buffer_reserve(b, DIGITS_MAX))
        b->len = (size_t)(digits_put(b->at + b->len, value) - b->at);
}

void buffer_append_hex(struct buffer *b, uint64_t value, unsigned digits)
{
    for (unsigned left = digits; left > 0; left--)
        buffer_append_byte(b, (uint8_t) "0123456789abcdef"[value >> (4 * (left - 1)) & 15]);
}

void buffer_printf(struct buffer *b, const char *format, ...)
{
    va_list args, again;

    va_start(args, format);
    va_copy(again, args);
    const int need = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (need > 0 && buffer_reserve(b, (size_t)need + 1)) {
        vsnprintf((char *)b->at + b->len, (size_t)need + 1, format, again);
        b->len += (size_t)need;
    }
    va_end(again);
}

void buffer_consume(struct buffer *b, size_t n)
{
    if (n >= b->len) {
        b->len = 0;
        return;
    }
    memmove(b->at, b->at + n, b->len - n);
    b->len -= n;
}

void buffer_clear(struct buffer *b)
{
    b->len = 0;
}

void buffer_free(struct buffer *b)
{
    free(b->at);
    *b = (struct buffer){0};
}

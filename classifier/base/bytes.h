/* SPDX-License-Identifier: MIT */
/* bytes.h - a borrowed run of bytes: read-only, never NUL-terminated, owned by someone else. */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct bytes {
    const uint8_t *at; /* may be NULL only when len is 0 */
    size_t len;
};

static inline struct bytes bytes_of(const void *at, size_t len)
{
    return (struct bytes){.at = at, .len = len};
}

/* The text without its NUL; NULL gives no bytes. */
static inline struct bytes bytes_of_text(const char *text)
{
    return bytes_of(text, text != NULL ? strlen(text) : 0);
}

/* The first `n` bytes, or all of them when there are fewer. */
static inline struct bytes bytes_first(struct bytes b, size_t n)
{
    return bytes_of(b.at, n < b.len ? n : b.len);
}

/* What follows the first `n` bytes; nothing when there are fewer. */
static inline struct bytes bytes_after(struct bytes b, size_t n)
{
    return n < b.len ? bytes_of(b.at + n, b.len - n) : bytes_of(NULL, 0);
}

static inline bool bytes_equal(struct bytes a, struct bytes b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

static inline bool bytes_start_with(struct bytes b, struct bytes prefix)
{
    return b.len >= prefix.len && bytes_equal(bytes_first(b, prefix.len), prefix);
}

/* Where the first such byte is; NULL: nowhere. */
static inline const uint8_t *bytes_find_byte(struct bytes b, uint8_t byte)
{
    return b.len > 0 ? memchr(b.at, byte, b.len) : NULL;
}

/* ASCII letters compare without case; all other bytes as they are. */
bool bytes_equal_nocase(struct bytes a, struct bytes b);

/* Mostly the first byte says that it does not: only bit 5 may differ. */
static inline bool bytes_start_with_nocase(struct bytes b, struct bytes prefix)
{
    if (b.len < prefix.len)
        return false;
    if (prefix.len > 0 && ((b.at[0] ^ prefix.at[0]) & ~0x20) != 0)
        return false;
    return bytes_equal_nocase(bytes_first(b, prefix.len), prefix);
}

/* Where `needle` begins in `b`; b.len when it is not there. An empty needle is at 0. */
size_t bytes_find(struct bytes b, struct bytes needle);

/* RFC 3986 s2.1; -1: no hexadecimal digit. */
static inline int hex_digit_value(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
        return (c | 0x20) - 'a' + 10;
    return -1;
}

/* Of ASCII. */
static inline bool byte_is_letter(uint8_t c)
{
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

/* RFC 9110 s5.6.3, of OWS */
static inline bool byte_is_blank(uint8_t c)
{
    return c == ' ' || c == '\t';
}

/* Without the spaces and tabs at both ends; mostly there are none. */
struct bytes bytes_trim_blanks(struct bytes b);
static inline struct bytes bytes_trim(struct bytes b)
{
    if (b.len > 0 && (byte_is_blank(b.at[0]) || byte_is_blank(b.at[b.len - 1])))
        return bytes_trim_blanks(b);
    return b;
}

#endif

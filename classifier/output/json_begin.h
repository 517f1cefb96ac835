/* SPDX-License-Identifier: MIT */
/* json_begin.h - what stands before a value of JSON, written without a call. For json.h.
 *
 * A key is mostly a literal: where these are inlined its length is known to the compiler, and it is
 * copied as words. A compiler left to itself finds them too long for that.
 */
#ifndef OUTPUT_JSON_BEGIN_H
#define OUTPUT_JSON_BEGIN_H

#include "base/buffer.h"
#include "base/digits.h"

#define JSON_DEPTH  32
#define JSON_INLINE static inline __attribute__((always_inline))

struct json {
    struct buffer *out;
    uint32_t arrays; /* bit i: container i is an array, else an object */
    uint8_t depth;   /* containers open */
    bool comma;      /* something stands before the next item */
    bool pretty;     /* each item on its own line, indented by two spaces a level */
};

static inline struct json json_into(struct buffer *out, bool pretty)
{
    return (struct json){.out = out, .pretty = pretty};
}

#define JSON_MARKS (1 + 1 + 2 * JSON_DEPTH + 4) /* around a key: comma, new line, quotes, colon */

/* The parts of the functions below that need not stand in each caller. `at`: from json_begin(). */
uint8_t *json_indent(const struct json *j, uint8_t *at);
void json_open(struct json *j, uint8_t *at, uint32_t array); /* 1, or 0: an object */
void json_write_string(struct json *j, uint8_t *at, struct bytes value);

/* What stands before a value, and room for `more` bytes of it. The value goes where it says; then
 * json_done(). NULL: memory ran out. */
JSON_INLINE uint8_t *json_begin(struct json *j, const char *key, size_t more)
{
    const size_t len = key != NULL ? strlen(key) : 0;

    if (!buffer_reserve(j->out, JSON_MARKS + len + more))
        return NULL;
    uint8_t *at = j->out->at + j->out->len;
    *at = ',';
    at += j->comma;
    j->comma = true;
    if (j->pretty)
        at = json_indent(j, at);
    if (key == NULL)
        return at;
    *at++ = '"';
    memcpy(at, key, len);
    at += len;
    *at++ = '"';
    *at++ = ':';
    *at = ' ';
    return at + j->pretty;
}

static inline void json_done(struct json *j, const uint8_t *end)
{
    j->out->len = (size_t)(end - j->out->at);
}

#endif

/* SPDX-License-Identifier: MIT */
/* json_stream.h - a JSON text (RFC 8259) as it comes: where each value stands, and what it is.
 *
 * In:    the bytes of one text, cut anywhere; white space around it.
 * Out:   enter and leave for each object and array, a key before each member, and each string,
 *        number and word as one value: the first JSON_TEXT_MAX bytes of it, escapes resolved.
 * State: value type, zero-filled = ready. Bounded: JSON_NESTING levels, JSON_TEXT_MAX bytes of the
 *        text being read. Allocates nothing. What is no JSON makes it dead, which is for ever.
 * Not here: whether a number has a value, whether bytes are UTF-8.
 */
#ifndef BASE_JSON_STREAM_H
#define BASE_JSON_STREAM_H

#include "base/bytes.h"

#define JSON_TEXT_MAX 1024 /* bytes of a key or a value */
#define JSON_NESTING  64   /* objects and arrays inside each other */

enum json_type { JSON_IS_STRING, JSON_IS_NUMBER, JSON_IS_WORD /* true, false, null */ };

/* All are needed. Texts are borrowed; `cut`: there was more than is kept. */
struct json_events {
    void (*enter)(void *ctx, bool array);
    void (*leave)(void *ctx);
    void (*key)(void *ctx, struct bytes text, bool cut);
    void (*value)(void *ctx, enum json_type type, struct bytes text, bool cut);
    void *ctx;
};

struct json_stream {      /* private: touched only by json_stream.c */
    uint64_t arrays;      /* by level: it is one */
    uint32_t point, high; /* of a \u escape so far; the high surrogate before it */
    uint16_t len;         /* of text */
    uint8_t depth, state, digits;
    bool key, cut, closed;
    uint8_t text[JSON_TEXT_MAX];
};

/* Returns how much of `in` was read: all of it, unless the text is no JSON any more. */
size_t json_stream_feed(struct json_stream *s, struct bytes in, const struct json_events *ev);
/* No more will come: was it a whole JSON text? */
bool json_stream_end(struct json_stream *s, const struct json_events *ev);
/* Can it still become one? */
bool json_stream_alive(const struct json_stream *s);

#endif

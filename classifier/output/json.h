/* SPDX-License-Identifier: MIT */
/* json.h - writes one JSON value into a buffer: commas, quotes and escapes are always right.
 *
 * In:    members in the order they shall appear. `key` is NULL inside an array and for the
 *        outermost value.
 * Out:   text in `out`, without a newline at the end.
 * State: value type from json_into(). At most JSON_DEPTH containers inside each other.
 * Errors: the buffer's own (buffer.h, `failed`).
 */
#ifndef OUTPUT_JSON_H
#define OUTPUT_JSON_H

#include "output/json_begin.h"

/* Each opened container is ended by one json_end(). */
JSON_INLINE void json_object(struct json *j, const char *key)
{
    json_open(j, json_begin(j, key, 1), 0);
}

JSON_INLINE void json_array(struct json *j, const char *key)
{
    json_open(j, json_begin(j, key, 1), 1);
}

void json_end(struct json *j);

/* Any bytes: escaped. */
JSON_INLINE void json_string(struct json *j, const char *key, struct bytes value)
{
    uint8_t *at = json_begin(j, key, value.len + 2);

    if (at != NULL)
        json_write_string(j, at, value);
}

/* The same, of what was put together elsewhere: when memory ran out there, it did here, too. */
void json_buffer(struct json *j, const char *key, const struct buffer *value);
void json_null(struct json *j, const char *key);
/* NULL gives null. */
JSON_INLINE void json_text(struct json *j, const char *key, const char *value)
{
    if (value != NULL)
        json_string(j, key, bytes_of_text(value));
    else
        json_null(j, key);
}

/* A word of ours, of letters: it stands as it is. */
JSON_INLINE void json_word(struct json *j, const char *key, const char *word)
{
    const size_t len = strlen(word);
    uint8_t *at = json_begin(j, key, len + 2);

    if (at == NULL)
        return;
    *at = '"';
    memcpy(at + 1, word, len);
    at[1 + len] = '"';
    json_done(j, at + len + 2);
}

JSON_INLINE void json_u64(struct json *j, const char *key, uint64_t value)
{
    uint8_t *at = json_begin(j, key, DIGITS_MAX);

    if (at != NULL)
        json_done(j, digits_put(at, value));
}

void json_i64(struct json *j, const char *key, int64_t value);

JSON_INLINE void json_bool(struct json *j, const char *key, bool value)
{
    uint8_t *at = json_begin(j, key, 5);

    if (at == NULL)
        return;
    memcpy(at, value ? "true " : "false", 5);
    json_done(j, at + (value ? 4 : 5));
}

/* Lower-case hex digits in quotes. */
void json_hex(struct json *j, const char *key, struct bytes value);
void json_base64(struct json *j, const char *key, struct bytes value);
/* "2026-11-22T05:16:01.123456+0000": UTC, cut to microseconds, as Suricata writes it. */
void json_time(struct json *j, const char *key, int64_t time_ns);

/* What stands before a value; the caller then appends the value itself, valid JSON, to `out`. */
void json_before(struct json *j, const char *key);

#endif

/* SPDX-License-Identifier: MIT */
/* json_put.h - members of JSON written one behind the other into memory that has room for them:
 * for records of many members, in which a struct json (json.h) would count bytes and commas at each
 * of them again.
 *
 * Between json_put_begin() and json_put_done() `at` is where the next byte goes; all return where
 * that then is. Each member brings the comma behind it; who ends a container takes the last back.
 * Room: JSON_PUT_RUN bytes are there at the beginning and behind each value of no fixed length
 * (json_put_bytes() and those that call it). What is put between them must not be more.
 * Errors: the buffer's own; when memory runs out `at` goes back to where the record began, which is
 * lost, as out_record() then finds out.
 */
#ifndef OUTPUT_JSON_PUT_H
#define OUTPUT_JSON_PUT_H

#include "output/clock_text.h"
#include "output/json.h"

#define JSON_PUT_RUN 4096

/* A key is a literal, with all that stands around it: copied as words of known number. */
#define JSON_KEY(name) "\"" name "\":"

/* Members for the object that is open in `j`, which is not pretty. NULL: memory ran out. */
uint8_t *json_put_begin(struct json *j);
/* They end before `at`. */
void json_put_done(struct json *j, uint8_t *at);

/* Are there `more` bytes, and the run behind them? */
static inline bool json_put_has_room(const struct buffer *out, const uint8_t *at, size_t more)
{
    return out->room - (size_t)(at - out->at) >= more + JSON_PUT_RUN;
}

/* Any bytes, in quotes: escaped, escaped for people (escape_json_printable()), in base64, or as
 * lower-case hex digits. */
#define JSON_PUT_QUOTES 3 /* and the comma */
uint8_t *json_put_bytes(struct buffer *out, uint8_t *at, struct bytes value);
uint8_t *json_put_printable(struct buffer *out, uint8_t *at, struct bytes value);
uint8_t *json_put_base64(struct buffer *out, uint8_t *at, struct bytes value);
uint8_t *json_put_hex(struct buffer *out, uint8_t *at, struct bytes value);

/* A literal, as it is. */
JSON_INLINE uint8_t *json_put_literal(uint8_t *at, const char *text)
{
    const size_t len = strlen(text);

    memcpy(at, text, len);
    return at + len;
}

JSON_INLINE uint8_t *json_put_u64(uint8_t *at, const char *key, uint64_t value)
{
    at = digits_put(json_put_literal(at, key), value);
    *at = ',';
    return at + 1;
}

JSON_INLINE uint8_t *json_put_u64_if(uint8_t *at, const char *key, uint64_t value)
{
    return value != 0 ? json_put_u64(at, key, value) : at;
}

JSON_INLINE uint8_t *json_put_bool(uint8_t *at, const char *key, bool value)
{
    at = json_put_literal(at, key);
    return json_put_literal(at, value ? "true," : "false,");
}

/* A word of ours, of a few letters: it stands as it is. */
JSON_INLINE uint8_t *json_put_word(uint8_t *at, const char *key, const char *word)
{
    at = json_put_literal(at, key);
    *at = '"';
    at = (uint8_t *)stpcpy((char *)at + 1, word);
    return json_put_literal(at, "\",");
}

JSON_INLINE uint8_t *json_put_word_if(uint8_t *at, const char *key, const char *word)
{
    return word[0] != '\0' ? json_put_word(at, key, word) : at;
}

JSON_INLINE uint8_t *json_put_time(uint8_t *at, const char *key, struct clock_minute *near,
                                   int64_t time_ns)
{
    at = json_put_literal(at, key);
    *at = '"';
    at = clock_text_put_near(near, at + 1, time_ns);
    return json_put_literal(at, "\",");
}

JSON_INLINE uint8_t *json_put_string(struct buffer *out, uint8_t *at, const char *key,
                                     struct bytes value)
{
    return json_put_bytes(out, json_put_literal(at, key), value);
}

JSON_INLINE uint8_t *json_put_string_if(struct buffer *out, uint8_t *at, const char *key,
                                        struct bytes value)
{
    return value.len > 0 ? json_put_string(out, at, key, value) : at;
}

JSON_INLINE uint8_t *json_put_text_if(struct buffer *out, uint8_t *at, const char *key,
                                      const char *value)
{
    return json_put_string_if(out, at, key, bytes_of_text(value));
}

/* The end of a container, '}' or ']'. */
static inline uint8_t *json_put_end(uint8_t *at, char mark)
{
    at -= at[-1] == ',';
    at[0] = (uint8_t)mark;
    at[1] = ',';
    return at + 2;
}

#endif

/* SPDX-License-Identifier: MIT */
#include "output/json.h"

#include <assert.h>

#include "output/clock_text.h"
#include "output/escape.h"

#define INDENT 2 /* spaces a level */

static void new_line(struct json *j)
{
    static const char spaces[INDENT * JSON_DEPTH + 1] =
        "                                                                ";

    buffer_append_byte(j->out, '\n');
    buffer_append(j->out, bytes_of(spaces, (size_t)INDENT * j->depth));
}

void json_before(struct json *j, const char *key)
{
    if (j->comma)
        buffer_append_byte(j->out, ',');
    if (j->pretty && j->depth > 0)
        new_line(j);
    j->comma = true;
    if (key == NULL)
        return;
    const size_t len = strlen(key);
    if (!buffer_reserve(j->out, len + sizeof("\"\": ")))
        return;
    uint8_t *at = j->out->at + j->out->len;
    *at++ = '"';
    memcpy(at, key, len);
    at += len;
    *at++ = '"';
    *at++ = ':';
    if (j->pretty)
        *at++ = ' ';
    j->out->len = (size_t)(at - j->out->at);
}

static void open_container(struct json *j, const char *key, bool array)
{
    assert(j->depth < JSON_DEPTH);
    json_before(j, key);
    buffer_append_byte(j->out, array ? '[' : '{');
    const uint32_t bit = UINT32_C(1) << j->depth;
    j->arrays = array ? j->arrays | bit : j->arrays & ~bit;
    j->depth++;
    j->comma = false;
}

void json_object(struct json *j, const char *key)
{
    open_container(j, key, false);
}

void json_array(struct json *j, const char *key)
{
    open_container(j, key, true);
}

void json_end(struct json *j)
{
    assert(j->depth > 0);
    const bool empty = !j->comma;
    j->depth--;
    if (j->pretty && !empty)
        new_line(j);
    buffer_append_byte(j->out, j->arrays >> j->depth & 1 ? ']' : '}');
    j->comma = true;
}

void json_string(struct json *j, const char *key, struct bytes value)
{
    json_before(j, key);
    buffer_append_byte(j->out, '"');
    escape_json(j->out, value);
    buffer_append_byte(j->out, '"');
}

void json_buffer(struct json *j, const char *key, const struct buffer *value)
{
    json_string(j, key, buffer_bytes(value));
    buffer_inherit(j->out, value);
}

void json_text(struct json *j, const char *key, const char *value)
{
    if (value != NULL) {
        json_string(j, key, bytes_of_text(value));
        return;
    }
    json_before(j, key);
    buffer_append(j->out, bytes_of("null", 4));
}

void json_u64(struct json *j, const char *key, uint64_t value)
{
    json_before(j, key);
    buffer_append_u64(j->out, value);
}

void json_i64(struct json *j, const char *key, int64_t value)
{
    json_before(j, key);
    if (value < 0)
        buffer_append_byte(j->out, '-');
    buffer_append_u64(j->out, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

void json_bool(struct json *j, const char *key, bool value)
{
    json_before(j, key);
    buffer_append(j->out, value ? bytes_of("true", 4) : bytes_of("false", 5));
}

void json_printable(struct json *j, const char *key, struct bytes value)
{
    json_before(j, key);
    buffer_append_byte(j->out, '"');
    escape_json_printable(j->out, value);
    buffer_append_byte(j->out, '"');
}

void json_hex(struct json *j, const char *key, struct bytes value)
{
    static const char digit[] = "0123456789abcdef";

    json_before(j, key);
    if (!buffer_reserve(j->out, 2 * value.len + 2))
        return;
    uint8_t *at = j->out->at + j->out->len;
    *at++ = '"';
    for (size_t i = 0; i < value.len; i++) {
        *at++ = (uint8_t)digit[value.at[i] >> 4];
        *at++ = (uint8_t)digit[value.at[i] & 15];
    }
    *at++ = '"';
    j->out->len = (size_t)(at - j->out->at);
}

void json_base64(struct json *j, const char *key, struct bytes value)
{
    json_before(j, key);
    buffer_append_byte(j->out, '"');
    escape_base64(j->out, value);
    buffer_append_byte(j->out, '"');
}

void json_time(struct json *j, const char *key, int64_t time_ns)
{
    json_before(j, key);
    buffer_append_byte(j->out, '"');
    clock_text_append(j->out, time_ns);
    buffer_append_byte(j->out, '"');
}

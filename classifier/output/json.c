/* SPDX-License-Identifier: MIT */
#include "output/json.h"

#include <assert.h>

#include "output/clock_text.h"
#include "output/escape.h"

#define INDENT 2 /* spaces a level */

uint8_t *json_indent(const struct json *j, uint8_t *at)
{
    if (j->depth == 0)
        return at;
    *at++ = '\n';
    memset(at, ' ', (size_t)INDENT * j->depth);
    return at + (size_t)INDENT * j->depth;
}

void json_before(struct json *j, const char *key)
{
    const uint8_t *at = json_begin(j, key, 0);

    if (at != NULL)
        json_done(j, at);
}

void json_open(struct json *j, uint8_t *at, uint32_t array)
{
    assert(j->depth < JSON_DEPTH);
    j->arrays = (j->arrays & ~(UINT32_C(1) << j->depth)) | array << j->depth;
    j->depth++;
    j->comma = false;
    if (at == NULL)
        return;
    *at = array ? '[' : '{';
    json_done(j, at + 1);
}

void json_end(struct json *j)
{
    assert(j->depth > 0);
    const bool empty = !j->comma;
    j->depth--;
    j->comma = true;
    if (!buffer_reserve(j->out, JSON_MARKS))
        return;
    uint8_t *at = j->out->at + j->out->len;
    if (j->pretty && !empty) {
        *at++ = '\n';
        memset(at, ' ', (size_t)INDENT * j->depth);
        at += (size_t)INDENT * j->depth;
    }
    *at = j->arrays >> j->depth & 1 ? ']' : '}';
    json_done(j, at + 1);
}

/* The usual string needs no escape: it is copied as it is looked at. */
void json_write_string(struct json *j, uint8_t *at, struct bytes value)
{
    *at++ = '"';
    const size_t plain = escape_json_plain(at, value);
    at += plain;
    if (plain == value.len) {
        *at = '"';
        json_done(j, at + 1);
        return;
    }
    json_done(j, at);
    escape_json(j->out, bytes_after(value, plain));
    buffer_append_byte(j->out, '"');
}

void json_buffer(struct json *j, const char *key, const struct buffer *value)
{
    json_string(j, key, buffer_bytes(value));
    buffer_inherit(j->out, value);
}

void json_null(struct json *j, const char *key)
{
    json_before(j, key);
    buffer_append(j->out, bytes_of("null", 4));
}

void json_i64(struct json *j, const char *key, int64_t value)
{
    json_before(j, key);
    if (value < 0)
        buffer_append_byte(j->out, '-');
    buffer_append_u64(j->out, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

void json_hex(struct json *j, const char *key, struct bytes value)
{
    uint8_t *at = json_begin(j, key, 2 * value.len + 2);

    if (at == NULL)
        return;
    *at++ = '"';
    at = digits_put_hexes(at, value.at, value.len);
    *at = '"';
    json_done(j, at + 1);
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
    uint8_t *at = json_begin(j, key, CLOCK_TEXT_LEN + 2);

    if (at == NULL)
        return;
    *at = '"';
    at = clock_text_put(at + 1, time_ns);
    *at = '"';
    json_done(j, at + 1);
}

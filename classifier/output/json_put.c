/* SPDX-License-Identifier: MIT */
#include "output/json_put.h"

#include <assert.h>

#include "base/digest.h"
#include "output/escape.h"

/* Room for `more` bytes at `at`, and the run behind them. Without memory it is where the record
 * began. */
static uint8_t *make_room(struct buffer *out, uint8_t *at, size_t more)
{
    const size_t done = (size_t)(at - out->at) - out->len;

    if (!buffer_reserve(out, done + more + JSON_PUT_RUN))
        return out->at + out->len;
    return out->at + out->len + done;
}

uint8_t *json_put_begin(struct json *j)
{
    assert(!j->pretty);
    if (!buffer_reserve(j->out, JSON_PUT_RUN + 1))
        return NULL;
    uint8_t *at = j->out->at + j->out->len;
    *at = ',';
    return at + j->comma;
}

void json_put_done(struct json *j, uint8_t *at)
{
    at -= at[-1] == ',';
    j->comma = at[-1] != '{' && at[-1] != '[';
    json_done(j, at);
}

/* Writes a value without its quotes, and returns what is behind it. */
typedef uint8_t *put_value(uint8_t *at, struct bytes in);

/* A quoted value of at most `most` bytes, with quotes and comma, as `put` writes what is in them.
 */
JSON_INLINE uint8_t *put_quoted(struct buffer *out, uint8_t *at, struct bytes value, size_t most,
                                put_value *put)
{
    if (!json_put_has_room(out, at, most)) {
        at = make_room(out, at, most);
        if (out->failed)
            return at;
    }
    *at = '"';
    return json_put_literal(put(at + 1, value), "\",");
}

uint8_t *json_put_bytes(struct buffer *out, uint8_t *at, struct bytes value)
{
    const size_t most = ESCAPE_JSON_MOST * value.len + JSON_PUT_QUOTES;

    return put_quoted(out, at, value, most, escape_json_put);
}

uint8_t *json_put_printable(struct buffer *out, uint8_t *at, struct bytes value)
{
    const size_t most = ESCAPE_JSON_MOST * value.len + JSON_PUT_QUOTES;

    return put_quoted(out, at, value, most, escape_json_printable_put);
}

static uint8_t *put_base64(uint8_t *at, struct bytes in)
{
    return at + base64_encode(in, (char *)at);
}

uint8_t *json_put_base64(struct buffer *out, uint8_t *at, struct bytes value)
{
    return put_quoted(out, at, value, BASE64_ROOM(value.len) + JSON_PUT_QUOTES, put_base64);
}

static uint8_t *put_hex(uint8_t *at, struct bytes in)
{
    return digits_put_hexes(at, in.at, in.len);
}

uint8_t *json_put_hex(struct buffer *out, uint8_t *at, struct bytes value)
{
    return put_quoted(out, at, value, 2 * value.len + JSON_PUT_QUOTES, put_hex);
}

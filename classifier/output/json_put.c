/* SPDX-License-Identifier: MIT */
#include "output/json_put.h"

#include <assert.h>

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

uint8_t *json_put_bytes(struct buffer *out, uint8_t *at, struct bytes value)
{
    const size_t most = ESCAPE_JSON_MOST * value.len + JSON_PUT_QUOTES;

    if (!json_put_has_room(out, at, most)) {
        at = make_room(out, at, most);
        if (out->failed)
            return at;
    }
    *at = '"';
    at = escape_json_put(at + 1, value);
    return json_put_literal(at, "\",");
}

uint8_t *json_put_hex(struct buffer *out, uint8_t *at, struct bytes value)
{
    const size_t most = 2 * value.len + JSON_PUT_QUOTES;

    if (!json_put_has_room(out, at, most)) {
        at = make_room(out, at, most);
        if (out->failed)
            return at;
    }
    *at++ = '"';
    for (size_t i = 0; i < value.len; i++)
        at = digits_put_hex(at, value.at[i]);
    return json_put_literal(at, "\",");
}

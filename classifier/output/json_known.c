/* SPDX-License-Identifier: MIT */
#include "output/json_known.h"

_Static_assert(JSON_KNOWN == 1 << 8, "a place is the highest byte of a product");

uint8_t *json_put_unknown(struct json_known_text *t, struct buffer *out, uint8_t *at,
                          const char *text)
{
    const size_t from = (size_t)(at - out->at);

    at = json_put_bytes(out, at, bytes_of_text(text));
    const size_t len = (size_t)(at - out->at) - from;
    if (out->failed || len > sizeof(t->text))
        return at;
    t->of = text;
    t->len = (uint8_t)len;
    memcpy(t->text, out->at + from, len);
    return at;
}

/* SPDX-License-Identifier: MIT */
/* json_known.h - texts that stay where they are (flow_info.h), kept as they are written in JSON:
 * the same few are written in every line. Put as json_put.h puts.
 *
 * State: value type, zero-filled = none is known. Found by where a text is; a few places, so that
 * one may take another's, and is then written afresh.
 */
#ifndef OUTPUT_JSON_KNOWN_H
#define OUTPUT_JSON_KNOWN_H

#include "output/json_put.h"

#define JSON_KNOWN      256
#define JSON_KNOWN_TEXT 55 /* bytes of one, with quotes and comma; a longer one is not kept */

struct json_known {
    struct json_known_text {
        const char *of;
        uint8_t len; /* of `text` */
        uint8_t text[JSON_KNOWN_TEXT];
    } at[JSON_KNOWN];
};

/* For json_put_known(): writes it, and keeps it. */
uint8_t *json_put_unknown(struct json_known_text *t, struct buffer *out, uint8_t *at,
                          const char *text);

/* A value: `text` in quotes, as json_put_bytes() puts it. */
static inline uint8_t *json_put_known(struct json_known *k, struct buffer *out, uint8_t *at,
                                      const char *text)
{
    struct json_known_text *t =
        &k->at[(uint32_t)(uintptr_t)text * 2654435761U >> 24]; /* Knuth's multiplier */

    if (t->of != text || !json_put_has_room(out, at, sizeof(t->text)))
        return json_put_unknown(t, out, at, text);
    memcpy(at, t->text, sizeof(t->text));
    return at + t->len;
}

JSON_INLINE uint8_t *json_put_known_if(struct json_known *k, struct buffer *out, uint8_t *at,
                                       const char *key, const char *text)
{
    if (text == NULL || text[0] == '\0')
        return at;
    return json_put_known(k, out, json_put_literal(at, key), text);
}

#endif

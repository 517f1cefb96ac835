/* SPDX-License-Identifier: MIT */
/* json_keys.h - the outermost keys and values of a JSON text (RFC 8259), or of its beginning.
 *
 * In:    a text that begins with '{' or '['; it may be cut anywhere.
 * Out:   kind, key and text of each outermost value, up to JSON_VALUES of them.
 * State: none; everything points into the text. Values that nest deeper are passed over by their
 *        brackets and strings; at most JSON_DEPTH deep.
 */
#ifndef LAYERS_JSON_KEYS_H
#define LAYERS_JSON_KEYS_H

#include "base/bytes.h"

#define JSON_VALUES 16
#define JSON_DEPTH  32

enum json_kind {
    JSON_NONE, /* no JSON */
    JSON_OBJECT,
    JSON_ARRAY,
    JSON_STRING,
    JSON_NUMBER,
    JSON_WORD, /* true, false, null */
};

struct json_value {
    struct bytes key;  /* escapes as written; empty in an array */
    struct bytes text; /* a string's without its quotes; escapes as written */
    enum json_kind kind;
    bool whole; /* else the text was cut inside it */
};

struct json_top {
    enum json_kind kind; /* OBJECT or ARRAY; NONE: as far as it goes it is neither */
    uint8_t count;       /* of `value` */
    bool closed;         /* its last bracket is there */
    struct bytes after;  /* what follows it, when closed */
    struct json_value value[JSON_VALUES];
};

/* False, and kind NONE: it is no JSON object or array. */
bool json_read(struct bytes text, struct json_top *out);

/* The value of an outermost key, or, with "outer.inner", of a key one level down. False: none. */
bool json_find(const struct json_top *top, const char *path, struct json_value *out);

/* Takes the next character off a string's text, escapes resolved. False: the end, or no JSON. */
bool json_next_character(struct bytes *text, uint32_t *point);

#endif

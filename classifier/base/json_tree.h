/* SPDX-License-Identifier: MIT */
/* json_tree.h - one JSON text (RFC 8259) as a list of values, each container before what is in it.
 *
 * In:    a text in bytes that may be written to: strings are unescaped where they lie, and end with
 *        a NUL there.
 * Out:   values that borrow from the text. What is no UTF-8 stays as it is; half of a surrogate
 * pair becomes U+FFFD. State: zero-filled = empty; the list is used again by the next text. Bound:
 * JSON_TREE_VALUES values (48 bytes each), JSON_TREE_DEPTH containers inside each other.
 */
#ifndef BASE_JSON_TREE_H
#define BASE_JSON_TREE_H

#include "base/bytes.h"

#define JSON_TREE_VALUES 65536
#define JSON_TREE_DEPTH  64

enum json_kind {
    JSON_NULL,
    JSON_FALSE,
    JSON_TRUE,
    JSON_NUMBER,
    JSON_STRING,
    JSON_ARRAY,
    JSON_OBJECT
};

struct json_value {
    struct bytes key;  /* of a member of an object; else empty */
    struct bytes text; /* of a string; of a number, as it stands there */
    uint32_t end;      /* the value after this and all that is in it */
    uint8_t kind;      /* enum json_kind */
};

struct json_tree {
    struct json_value *at;
    size_t count, room;
    const char *fault; /* "a string that does not end": static lifetime */
    size_t fault_at;   /* bytes into the text */
};

/* False: it is no JSON, or larger than the bounds; `fault` says what. */
bool json_tree_read(struct json_tree *t, uint8_t *text, size_t len);
void json_tree_free(struct json_tree *t);

/* The member of that name, the first one; NULL: there is none, or `object` is none or NULL. */
const struct json_value *json_tree_member(const struct json_tree *t,
                                          const struct json_value *object, const char *name);
/* What is in a container, one after the other; NULL: no more. */
const struct json_value *json_tree_first(const struct json_tree *t, const struct json_value *in);
const struct json_value *json_tree_next(const struct json_tree *t, const struct json_value *in,
                                        const struct json_value *last);

#endif

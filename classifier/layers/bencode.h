/* SPDX-License-Identifier: MIT */
/* bencode.h - reads bencoded values (BEP 3, "bencoding").
 *
 * In:    bytes from the wire, perhaps cut short.
 * Out:   where a value is. Nothing is copied, nothing recurses: nesting is counted.
 * State: none; the cursor is the caller's.
 */
#ifndef LAYERS_BENCODE_H
#define LAYERS_BENCODE_H

#include "base/cursor.h"

/* A byte string: its content. False: no string is here, or it is cut. */
bool bencode_string(struct cursor *c, struct bytes *out);
/* Steps over one value of any type. False: malformed, cut, or nested too deep. */
bool bencode_skip(struct cursor *c);
/* A whole value under `key` in the dictionary that `in` begins with, from its first byte; a list or
 * dictionary that is cut is given as far as it goes. False: there is none. */
bool bencode_find(struct bytes in, struct bytes key, struct bytes *out);
/* The integer there. False: there is none, or it has more than 18 digits. */
bool bencode_find_integer(struct bytes in, struct bytes key, int64_t *out);
/* The string under `key` in the dictionary that `in` begins with. False: there is none, as far as
 * it can be read. */
bool bencode_find_string(struct bytes in, struct bytes key, struct bytes *out);

#endif

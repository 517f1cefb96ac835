/* SPDX-License-Identifier: MIT */
/* http_value.h - the small grammars inside field values: tokens, lists, parameters, numbers.
 *
 * In:    a field value, borrowed; a folded one (obs-fold) still has its line ends inside.
 * State: none.
 */
#ifndef LAYERS_HTTP_VALUE_H
#define LAYERS_HTTP_VALUE_H

#include "base/bytes.h"

/* RFC 9110 s5.6.2, tchar. */
bool http_is_tchar(uint8_t c);

/* How many bytes of `in` from its start are tchar. */
size_t http_token_length(struct bytes in);

/* Without white space at both ends; line ends of an obs-fold count as white space. */
struct bytes http_trim(struct bytes b);

/* The next piece of a list up to `separator`, trimmed; separators inside quoted strings (RFC 9110
 * s5.6.4) do not count. Empty pieces are skipped. False at the end. */
bool http_split_next(struct bytes *list, uint8_t separator, struct bytes *item);

/* Is `token` an element of the comma-separated list, whatever its case? RFC 9110 s5.6.1. */
bool http_list_has(struct bytes list, struct bytes token);

/* Digits only, at most 2^63 - 1. */
bool http_number(struct bytes text, uint64_t *out);

#endif

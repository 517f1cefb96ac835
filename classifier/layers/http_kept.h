/* SPDX-License-Identifier: MIT */
/* http_kept.h - bytes of one direction that cannot be read yet: half a head, or an answer whose
 * request was not captured so far.
 *
 * State: value type, zero-filled = empty; http_kept_free() gives the memory back. Holds at most
 * HTTP_KEPT_MAX bytes, in at most twice that room, so that taking bytes off the front is cheap.
 */
#ifndef LAYERS_HTTP_KEPT_H
#define LAYERS_HTTP_KEPT_H

#include "model/layer.h"

#define HTTP_KEPT_MAX 16384 /* bytes: also the longest head that is read whole */

struct http_kept {
    uint8_t *at;
    uint32_t from, len; /* the bytes: at[from .. from + len) */
    uint32_t room;
};

static inline struct bytes http_kept_bytes(const struct http_kept *k)
{
    return bytes_of(k->at != NULL ? k->at + k->from : NULL, k->len);
}

/* Keeps the start of `in`, as much as fits. Returns how much; SIZE_MAX: there is no memory. */
size_t http_kept_add(struct http_kept *k, struct host *h, struct bytes in);

/* Takes off the first `n` bytes; an empty one has no memory. */
void http_kept_drop(struct http_kept *k, struct host *h, size_t n);
void http_kept_free(struct http_kept *k, struct host *h);

#endif

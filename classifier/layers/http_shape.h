/* SPDX-License-Identifier: MIT */
/* http_shape.h - heads that say again what others said: most are the last one's lines, but for the
 * values of a few.
 *
 * In:    bytes that begin with a head.
 * Out:   the same as http_head_read()'s, from comparing the head with the last ones of its
 *        direction; where it is like none of them, http_head_read()'s own.
 * State: struct http_shapes, one for a worker: the last HTTP_SHAPES heads of each direction that
 *        were read at once and were not too long, about 18 KiB. What it remembers changes what an
 *        answer costs, never the answer.
 */
#ifndef LAYERS_HTTP_SHAPE_H
#define LAYERS_HTTP_SHAPE_H

#include "base/err.h"
#include "layers/http_alike.h"

#define HTTP_SHAPES 3 /* of a direction: more look for longer where heads are all different */

struct http_shapes;

struct http_shapes *http_shapes_create(struct err *err); /* NULL: no memory */
void http_shapes_free(struct http_shapes *s);            /* NULL is fine */

/* http_head_read(). `s` NULL: nothing is remembered. */
size_t http_shapes_read(struct http_shapes *s, struct bytes in, enum direction d,
                        struct http_head *out);
/* One that this head is like, and how; to be looked at before http_shapes_read() is asked of the
 * same bytes. NULL: there is none. */
struct http_shape *http_shapes_find(struct http_shapes *s, struct bytes in, enum direction d,
                                    struct http_alike *out);

#endif

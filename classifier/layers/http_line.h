/* SPDX-License-Identifier: MIT */
/* http_line.h - the first line of a message: a request line or a status line (RFC 9112 s3, s4).
 *
 * In:    bytes that may begin a message, from their first byte.
 * Out:   is it one, can it still become one; its parts, borrowed.
 * State: none.
 */
#ifndef LAYERS_HTTP_LINE_H
#define LAYERS_HTTP_LINE_H

#include "base/bytes.h"
#include "model/layer.h"

#define HTTP_METHOD_MAX 32 /* bytes; the longest registered one has 18 */
#define HTTP_PREFIX     64 /* bytes that are judged before the line is whole */
#define HTTP_STATUS_LEN 12 /* "HTTP/1.1 200" */

struct http_line {
    struct bytes text; /* the line without its end */
    struct bytes method, target;
    struct bytes protocol; /* "HTTP/1.1" */
    uint16_t status;       /* 0: a request */
    uint8_t minor;         /* x of HTTP/1.x */
    bool known_method;     /* one that real software sends */
    bool sloppy;           /* white space where RFC 9112 s3 allows one space only */
};

/* A whole line without its end. TO_SERVER: a request line. TO_CLIENT: a status line. */
bool http_line_parse(struct bytes line, enum direction d, struct http_line *out);

/* Is it nothing but the letters and signs of ASCII, as targets mostly are? A version must stand
 * behind it. */
bool http_target_is_plain(struct bytes target);

/* Do these bytes begin a message? YES fills `out` (may be NULL). Looks at the first HTTP_PREFIX
 * bytes until a line end is there. */
enum probe http_line_probe(struct bytes in, enum direction d, struct http_line *out);

/* After lost bytes: where in `line` (with its end) does a first line begin that goes on to the end
 * of the line? SIZE_MAX: nowhere. Only methods that are known are found. */
size_t http_line_within(struct bytes line, enum direction d);

#endif

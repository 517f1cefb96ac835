/* SPDX-License-Identifier: MIT */
/* json_view.h - a captured JSON text for people to read: broken into indented lines, nothing else
 * changed.
 *
 * In:    any bytes. Only a whole object or array of RFC 8259 is shown; member order, repeated
 *        names, numbers and escapes stay as they were sent.
 * Out:   lines, not yet escaped for a terminal.
 */
#ifndef OUTPUT_JSON_VIEW_H
#define OUTPUT_JSON_VIEW_H

#include "base/buffer.h"

#define JSON_VIEW_DEPTH 64 /* containers inside each other */

/* Is it one object or array, and nothing else? */
bool json_view_valid(struct bytes text);

struct json_view {
    struct bytes left;
    size_t columns; /* a container that fits in them stays on one line */
    unsigned depth;
};

/* Of a valid text. Appends the next line to `line`; false: there is none. */
bool json_view_line(struct json_view *v, struct buffer *line);

#endif

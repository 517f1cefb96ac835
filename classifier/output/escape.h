/* SPDX-License-Identifier: MIT */
/* escape.h - captured strings are hostile in every format: one function each, and no other way out.
 */
#ifndef OUTPUT_ESCAPE_H
#define OUTPUT_ESCAPE_H

#include "base/buffer.h"

/* Inside JSON quotes (RFC 8259 s7). Bytes that are no UTF-8 become U+FFFD. */
void escape_json(struct buffer *out, struct bytes in);
/* Element text or a quoted attribute. Controls and bad UTF-8 become U+FFFD. */
void escape_html(struct buffer *out, struct bytes in);
/* A terminal: control characters (C0, DEL, C1), bidi controls and bad UTF-8 become \xNN; nothing
 * can move the cursor. */
void escape_terminal(struct buffer *out, struct bytes in);

#endif

/* SPDX-License-Identifier: MIT */
/* escape.h - captured strings are hostile in every format: one function each, and no other way out.
 */
#ifndef OUTPUT_ESCAPE_H
#define OUTPUT_ESCAPE_H

#include "base/buffer.h"

/* Inside JSON quotes (RFC 8259 s7). Each byte that is no UTF-8 becomes U+FFFD. What could move a
 * cursor or reorder text when a person looks at the line (DEL, C1, bidi controls) is written
 * \uXXXX: the same string to a program. */
void escape_json(struct buffer *out, struct bytes in);
/* Copies the bytes at the start of `in` that stand as they are in JSON, up to some before the first
 * that does not; writes over all the room there must be at `at`, which is that of `in`. Returns how
 * many. */
size_t escape_json_plain(uint8_t *at, struct bytes in);
/* As escape_json(), into memory for ESCAPE_JSON_MOST bytes a byte. Returns what is behind them. */
#define ESCAPE_JSON_MOST 6
uint8_t *escape_json_put(uint8_t *at, struct bytes in);
/* Element text or a quoted attribute. Controls (C0, DEL, C1, bidi) and bad UTF-8 become U+FFFD. */
void escape_html(struct buffer *out, struct bytes in);
/* A terminal: control characters (C0, DEL, C1), bidi controls and bad UTF-8 become \xNN; nothing
 * can move the cursor. */
void escape_terminal(struct buffer *out, struct bytes in);
/* Inside JSON quotes, for a payload to be read by people: as escape_json, but controls (other than
 * tab, line feed, carriage return) and each byte that is no UTF-8 become a dot. */
void escape_json_printable(struct buffer *out, struct bytes in);
uint8_t *escape_json_printable_put(uint8_t *at, struct bytes in); /* as escape_json_put() */
/* Inside the double quotes of Graphviz's language: as escape_terminal, its own escapes taken as
 * text. */
void escape_dot(struct buffer *out, struct bytes in);
/* Comments of packet filters: in double quotes for nft, iptables-restore and Suricata's msg, behind
 * # for pf. None of them can write every byte, and each takes others for its own: what is not
 * printable ASCII becomes a dot, and " \ ; $ ` # become ' / , . ' . */
void escape_firewall(struct buffer *out, struct bytes in);
/* One quoted cell of RFC 4180, as escape_terminal. What a spreadsheet would take for a formula (it
 * begins with = + - or @, also full-width, after any spaces) gets a ' before it. */
void escape_csv(struct buffer *out, struct bytes in);
/* Text of Markdown: as it is where nothing in it could be markup, a link or a mention; else a code
 * span, as escape_terminal. A | is \x7c, so that it ends no cell of a table. */
void escape_markdown(struct buffer *out, struct bytes in);
/* RFC 4648 s4: harmless in every format. */
void escape_base64(struct buffer *out, struct bytes in);

#endif

/* SPDX-License-Identifier: MIT */
/* websocket_text.h - the words for WebSocket opcodes and close codes, as every output says them. */
#ifndef OUTPUT_WEBSOCKET_TEXT_H
#define OUTPUT_WEBSOCKET_TEXT_H

#include "base/buffer.h"

/* "text", "close"; NULL: a reserved one, which is "unknown-3", as in Suricata. */
#define WEBSOCKET_UNKNOWN "unknown-"
const char *websocket_opcode_name(uint8_t opcode);
/* Any of them. */
void websocket_opcode_text(struct buffer *out, uint8_t opcode);
/* "normal closure"; NULL: neither RFC 6455 s7.4.1 nor IANA's registry names it. */
const char *websocket_close_name(uint16_t code);

#endif

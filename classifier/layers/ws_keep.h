/* SPDX-License-Identifier: MIT */
/* ws_keep.h - what is kept of a message until it is told: its first bytes, and the SHA-256 of all.
 *
 * In:    clear bytes of one message.
 * Out:   payload and sha256 of its event.
 * State: struct ws_keep, in ws_detail.h. Bounded by host->payload_limit; a close frame is kept
 * whole.
 */
#ifndef LAYERS_WS_KEEP_H
#define LAYERS_WS_KEEP_H

#include "layers/ws_detail.h"

/* How many bytes of a message with this opcode are kept. */
size_t ws_keep_limit(const struct host *h, uint8_t opcode);
void ws_keep_begin(struct host *h, struct ws_keep *k);
void ws_keep_add(struct host *h, struct ws_keep *k, struct bytes clear, size_t limit);
/* What is pointed to lives until ws_keep_forget(). */
void ws_keep_report(const struct host *h, struct ws_keep *k, struct ws_message_event *out);
void ws_keep_forget(struct host *h, struct ws_keep *k);

#endif

/* SPDX-License-Identifier: MIT */
/* ws_inflate.h - permessage-deflate, one direction (RFC 7692 s7.2.2). The only zlib door of
 * layers/.
 *
 * In:    the unmasked payload of compressed messages, cut anywhere.
 * Out:   the clear bytes, in pieces.
 * State: a handle of about 8 KiB, and a window of 2^window_bits bytes once needed; twice that while
 *        history is lost. All of it from host->alloc.
 *
 * Lost history (bytes that were not captured, or a message that did not inflate): with context
 * takeover later messages refer to it. They are then inflated twice, once with the unknown bytes as
 * 0x00 and once as 0xff: where the two agree the clear bytes are certain, where they do not a byte
 * depends on what was lost. Once a whole window of certain bytes has passed, all is well again.
 */
#ifndef LAYERS_WS_INFLATE_H
#define LAYERS_WS_INFLATE_H

#include "model/layer.h"

#define WS_INFLATE_CHUNK 8192 /* clear bytes made at a time */

struct ws_inflater;

/* A piece of clear payload. */
struct ws_clear {
    struct bytes bytes; /* borrowed: until the next call */
    size_t certain;     /* so many of them, from the first: the next depends on lost history */
};

/* NULL when there is no memory. `window_bits`: 8..15, RFC 7692 s7.1.2. */
struct ws_inflater *ws_inflater_create(struct host *h, uint8_t window_bits);
void ws_inflater_free(struct host *h, struct ws_inflater *z); /* NULL is fine */

/* A message begins. */
void ws_inflater_begin(struct ws_inflater *z);
/* It begins without history (no_context_takeover): what came before is forgotten. */
void ws_inflater_reset(struct ws_inflater *z);
/* What came before is not known, but may be referred to. */
void ws_inflater_lose_history(struct host *h, struct ws_inflater *z);

/* Inflates some of `in` and takes that off it, into `room`. No bytes: `in` is used up, or
 * ws_inflater_failed(). */
struct ws_clear ws_inflate(struct host *h, struct ws_inflater *z, struct bytes *in,
                           uint8_t room[WS_INFLATE_CHUNK]);
/* All of the message has been given. True: some has waited, ws_inflate() must be called for it. */
bool ws_inflate_flush(struct ws_inflater *z);
/* After that: what the sender took off the end and must be inflated, too (RFC 7692 s7.2.2). */
struct bytes ws_inflate_tail(const struct ws_inflater *z);
/* After the tail: did the message end where a message may end? */
bool ws_inflater_at_end(const struct ws_inflater *z);
/* It met bytes that are no DEFLATE, or memory ran out. Until reset or lose_history. */
bool ws_inflater_failed(const struct ws_inflater *z);

#endif

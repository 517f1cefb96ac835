/* SPDX-License-Identifier: MIT */
/* ws_inflate.h - permessage-deflate, one direction (RFC 7692 s7.2.2): DEFLATE with a window that
 * outlives messages, and that may have holes.
 *
 * In:    the unmasked payload of compressed messages, cut anywhere.
 * Out:   the clear bytes, in pieces; whether they are certain; whether the sender kept to the
 *        agreed window.
 * State: a handle below 128 bytes, and a ring for the window, all from host->alloc. The ring is 2
 *        KiB at first and grows with what was said, up to the agreed window and WS_WINDOW_SLACK.
 *        While a message is cut inside a block with codes of its own, their tables: 7 KiB.
 *
 * Lost history (bytes that were not captured, or a message that did not inflate): with context
 * takeover later messages may refer to it. Beside each byte of the ring it is then kept whether it
 * is known; copies of unknown bytes are unknown. Once a whole window of known bytes has passed, all
 * is well again.
 *
 * A distance beyond the agreed window (RFC 7692 s7.1.2) breaks the agreement. The ring then grows
 * to the largest window, so that the sender is read on; what was forgotten already is unknown.
 */
#ifndef LAYERS_WS_INFLATE_H
#define LAYERS_WS_INFLATE_H

#include "layers/deflate_block.h"
#include "layers/ws_window.h"
#include "model/layer.h"

/* What the sender took off a message's end, and must be inflated, too: RFC 7692 s7.2.2. */
#define WS_INFLATE_TAIL 4
extern const uint8_t ws_inflate_tail[WS_INFLATE_TAIL];

struct ws_inflater;

/* A piece of clear payload. */
struct ws_clear {
    struct bytes bytes; /* borrowed: until the next call */
    size_t certain;     /* so many of them, from the first: the next depends on lost history */
    bool more;          /* the same input may give more: call again */
};

enum ws_inflate_fault {
    WS_INFLATES,
    WS_INFLATE_NONSENSE,  /* no DEFLATE, or a look back at what was never there */
    WS_INFLATE_NO_MEMORY, /* host->alloc gave none */
};

/* NULL when there is no memory. `window_bits`: 8..15, RFC 7692 s7.1.2. */
struct ws_inflater *ws_inflater_create(struct host *h, uint8_t window_bits);
void ws_inflater_free(struct host *h, struct ws_inflater *z); /* NULL is fine */

/* A message begins. */
void ws_inflater_begin(struct ws_inflater *z);
/* It begins without history (no_context_takeover): what came before is forgotten. */
void ws_inflater_reset(struct host *h, struct ws_inflater *z);
/* What came before is not known, but may be referred to. */
void ws_inflater_lose_history(struct host *h, struct ws_inflater *z);
/* The next input ends with the tail, and with it the message. */
void ws_inflater_end(struct ws_inflater *z);
bool ws_inflater_ends(const struct ws_inflater *z); /* that was said of this message */

/* Inflates some of `in` and takes that off it. `room` holds tables until ws_inflate_pause(). */
struct ws_clear ws_inflate(struct host *h, struct ws_inflater *z, struct bytes *in,
                           struct deflate_codes *room);
/* `in` is used up: keeps of `room` what is still needed. */
void ws_inflate_pause(struct host *h, struct ws_inflater *z, const struct deflate_codes *room);

/* After the tail: did the message end where a message may end? */
bool ws_inflater_at_end(const struct ws_inflater *z);
/* Until reset or lose_history. */
enum ws_inflate_fault ws_inflater_fault(const struct ws_inflater *z);
/* The sender has looked back further than the agreed window. For ever. */
bool ws_inflater_window_broken(const struct ws_inflater *z);

#endif

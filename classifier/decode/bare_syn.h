/* SPDX-License-Identifier: MIT */
/* bare_syn.h - the frames that a flood is made of, in one go.
 *
 * Ethernet, IPv4 without options, no fragment, captured whole; TCP's SYN with no other flag and no
 * data; both sums right. decode_frame() says the same of these, and what all others are.
 */
#ifndef DECODE_BARE_SYN_H
#define DECODE_BARE_SYN_H

#include "decode/decode.h"
#include "model/bare_syn.h"

/* Where the flags are in such a frame, and how long it is at least. */
#define BARE_SYN_FLAGS_AT 47U
#define BARE_SYN_LEAST    54U

/* Cheap, and no for nearly all others. */
static inline bool bare_syn_may_be(const struct frame *f)
{
    return f->data.len >= BARE_SYN_LEAST && f->data.at[BARE_SYN_FLAGS_AT] == TCP_SYN;
}

/* False: another frame; `out` holds nothing. True: its ends and its window's shift. */
bool bare_syn_begins(const struct frame *f, struct bare_syn *out);
/* All else of such a frame, for whoever wants it. The ordinal is the caller's to say. */
void bare_syn_read_rest(const struct frame *f, struct bare_syn *out);

#endif

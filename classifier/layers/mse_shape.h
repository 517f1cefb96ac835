/* SPDX-License-Identifier: MIT */
/* mse_shape.h - does a stream begin as encrypted BitTorrent does (message stream encryption)?
 *
 * In:    the turns of a stream's opening (model/opening.h), from its first byte.
 * Out:   NO as soon as it cannot be; YES, as `probable`, when five or six turns fit, or four and
 *        no more came; as `strong` when BitTorrent's handshake stands in the clear behind B's
 *        answer; a `guess` when it ended before that answer, with A's proof. No more can be had
 *        from a handshake of which every byte is made to look random: what follows decides
 *        (mse.c).
 *
 *   A: key (96 bytes), padding (0 to 512)
 *   B: key, padding
 *   A: two hashes (40), then encrypted: 16 bytes, padding (0 to 512), what A says first
 *      (BitTorrent's handshake of 68 bytes, which may come later)
 *   B: encrypted: 14 bytes, padding (0 to 512), then its own handshake
 */
#ifndef LAYERS_MSE_SHAPE_H
#define LAYERS_MSE_SHAPE_H

#include "layers/bittorrent_message.h"
#include "model/opening.h"

#define MSE_KEY       96  /* 768 bits */
#define MSE_PAD_MAX   512 /* of each of the four paddings */
#define MSE_PROOF     56  /* A's second flight: without padding, and without what it says first */
#define MSE_ANSWER    14  /* B's second flight */
#define MSE_EXCHANGES 4   /* turns until the stream is agreed on */
/* B's handshake begins in so many bytes, or does not come in the clear. */
#define MSE_CLEAR_MAX (MSE_KEY + MSE_PAD_MAX + MSE_ANSWER + MSE_PAD_MAX + PEER_PROTOCOL_LEN)

struct recognition mse_shape(const struct opening *o);
/* Of what was recognised: are all the turns there that make it `probable`, and no more than that?
 */
bool mse_shape_is_whole(const struct opening *o);
/* Is B's answer over? Before that, how much of it is there depends on the cuts. */
bool mse_shape_is_answered(const struct opening *o);
/* Did A's handshake not come before B's answer? Then it is what A says next. */
bool mse_shape_greets_late(const struct opening *o);

#endif

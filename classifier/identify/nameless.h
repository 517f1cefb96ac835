/* SPDX-License-Identifier: MIT */
/* nameless.h - the beginning of what messages carry: is it of a kind that no protocol begins with?
 *
 * In:    the first bytes of one direction.
 * Out:   true for noise (what is encrypted or compressed) and for words (letters, spaces and the
 *        marks of a sentence: a protocol in text has a digit, a sign or the end of a line by then).
 *        False for anything else, and while there are fewer bytes than tell.
 * Not here: what is carried by a connection itself (prefilter.h).
 */
#ifndef IDENTIFY_NAMELESS_H
#define IDENTIFY_NAMELESS_H

#include "base/bytes.h"

#define NAMELESS_WORDS 64  /* bytes that tell words */
#define NAMELESS_NOISE 256 /* bytes that tell noise */
#define NAMELESS_LOOK  512 /* bytes of a turn that are looked at */

bool nameless_is(struct bytes seen);
/* Is each direction, by enum direction, that has spoken? */
bool nameless_are(const struct bytes seen[2]);
/* Less: is the turn of a stream nothing but text, or all noise? If it is a protocol's, then of one
 * that its first turn tells. */
bool nameless_is_plain(struct bytes turn);

#endif

/* SPDX-License-Identifier: MIT */
/* usual.h - the way of nearly all frames in one go. Private to decode/.
 *
 * A link that plain.h knows, with one VLAN tag or none; IPv4 without options or IPv6 without
 * extension headers, no fragment, captured whole; TCP or UDP, no tunnel.
 */
#ifndef DECODE_USUAL_H
#define DECODE_USUAL_H

#include "decode/decode.h"

/* Exactly what the headers' functions find one after the other (decode.c), and counts as they do.
 * False: an unusual frame: nothing was counted, and `out` holds nothing. */
bool usual_packet(const struct frame *f, struct packet *out, struct decode_stats *stats);

#endif

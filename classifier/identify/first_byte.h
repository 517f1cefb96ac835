/* SPDX-License-Identifier: MIT */
/* first_byte.h - who refuses a stream by its first byte alone? Private to identify/.
 *
 * A layer's NO is for ever: what it says of one byte, it says of all that begins with it. So each
 * is asked once about each first byte, and most are not asked about a stream at all.
 *
 * In:    the first byte of a stream whose start was seen, and who sent it.
 * Out:   bits for identify.refused.
 * State: value type, zero-filled = ready: the answers so far.
 */
#ifndef IDENTIFY_FIRST_BYTE_H
#define IDENTIFY_FIRST_BYTE_H

#include "identify/identify.h"

struct first_byte {           /* private to first_byte.c */
    uint64_t refused[2][256]; /* by enum direction; 0: not yet asked */
};

/* Of the layers in `asked`, by registry_asked(); 0 where the start may not be one. */
uint64_t first_byte_refused(struct first_byte *f, const struct identify_context *c,
                            enum direction d, uint8_t byte, uint64_t asked);

#endif

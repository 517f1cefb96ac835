/* SPDX-License-Identifier: MIT */
/* deflate_look.h - could these bytes be a message of permessage-deflate (RFC 7692 s7.2)?
 *
 * For streams whose start was not captured: what a copy refers to is not known and not asked for.
 * Pure: blocks, codes and the message's end are checked, nothing is inflated. About 8 KiB of stack.
 */
#ifndef LAYERS_DEFLATE_LOOK_H
#define LAYERS_DEFLATE_LOOK_H

#include "base/bytes.h"

#define DEFLATE_LOOK_MAX 256 /* bytes of a message that are looked at */

struct deflate_look {
    bool wrong;        /* no DEFLATE */
    bool ends;         /* the message ends where a message may end: RFC 7692 s7.2.1 */
    unsigned literals; /* bytes that stand for themselves */
    unsigned controls; /* of them, those that text does not have */
};

/* `whole`: all of the message is there; else it goes on behind what is given. */
struct deflate_look deflate_look(struct bytes message, bool whole);

#endif

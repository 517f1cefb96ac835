/* SPDX-License-Identifier: MIT */
/* ws_worth.h - how much does what looks like a frame prove that it is one?
 *
 * In bits: n of them mean that n coins have to fall right for other bytes to look so. Not only
 * noise is meant: a header of a server, which has no key, is worth little, and a run of the same
 * headers less, because records of other protocols look like that. Pure. What a frame's payload
 * says is judged by its first WS_WORTH_LOOK bytes.
 */
#ifndef LAYERS_WS_WORTH_H
#define LAYERS_WS_WORTH_H

#include "layers/ws_frame.h"

#define WS_WORTH_LOOK   256                          /* bytes of payload */
#define WS_WORTH_LENGTH (64 * UINT64_C(1024) * 1024) /* a longer frame is not believed */

/* What is remembered of the frames before, in one direction. Zero-filled = none. */
struct ws_run {
    uint64_t marks, places;     /* of the keys and contents that were seen; of the keys' bytes */
    uint32_t mask, mask_before; /* the last one's, and the one's before */
    uint8_t first, second;      /* the last one's first two bytes */
    uint8_t masks;              /* keys that were seen, up to 255 */
    uint8_t mute;               /* bits of a server's headers alone */
    uint8_t in_message : 1;
    uint8_t closed : 1;
    uint16_t high; /* of their bytes, those above 127 */
};

enum ws_worth_answer {
    WS_WORTH_NONE, /* it is no frame */
    WS_WORTH_WAIT, /* its payload must be seen first: WS_WORTH_LOOK bytes, or all of it */
    WS_WORTH_SOME,
};

struct ws_worth {
    enum ws_worth_answer answer;
    uint8_t bits;
    bool strong; /* its content fits, too */
};

/* By a frame's first byte: can a chain begin with it? Not one that goes on with a message, nor with
 * RSV2 or RSV3, which were never agreed upon, nor compressed and not FIN. */
extern const bool ws_worth_may_begin[256];

/* `payload`: as much as is there of it. `before` is brought up to date unless the answer is NONE or
 * WAIT. */
struct ws_worth ws_worth_of(const struct ws_header *f, struct bytes header, struct bytes payload,
                            struct ws_run *before);

#endif

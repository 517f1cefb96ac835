/* SPDX-License-Identifier: MIT */
/* ws_mask.h - the masking keys of a sender: a fresh, unpredictable one for every frame, not the
 * last one, nor a counter (RFC 6455 s5.3). */
#ifndef LAYERS_WS_MASK_H
#define LAYERS_WS_MASK_H

#include "layers/ws_state.h"

/* Does this sender use one masking key again? */
static inline bool ws_mask_repeats(const struct ws_pace *p)
{
    return p->same_masks > 1 && p->mask_step == 0;
}

/* Could the next key be one too many like those before? */
static inline bool ws_mask_is_suspect(const struct ws_pace *p)
{
    return p->same_masks == WS_SAME_MASKS - 1;
}

/* The one that follows takes another step than those before. */
static inline void ws_mask_step(struct ws_pace *p, uint16_t step)
{
    p->mask_step = step;
    if (p->same_masks != 2)
        p->same_masks = p->same_masks == 0 ? 1 : 2;
}

/* What is to be told of this one; mostly ANOMALY_NONE. */
static inline enum anomaly ws_mask_note(struct ws_pace *p, uint32_t mask)
{
    const uint32_t step = mask - p->last_mask;
    const uint16_t folded = (uint16_t)(step ^ step >> 16);

    p->last_mask = mask;
    if (p->same_masks < 2 || folded != p->mask_step) {
        ws_mask_step(p, folded);
        return ANOMALY_NONE;
    }
    if (p->same_masks == WS_SAME_MASKS || ++p->same_masks < WS_SAME_MASKS)
        return ANOMALY_NONE;
    return step == 0 ? WS_MASK_REPEATED : WS_MASK_PREDICTABLE;
}

#endif

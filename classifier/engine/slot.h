/* SPDX-License-Identifier: MIT */
/* slot.h - one place on a connection's stack of layers. Private to engine/. */
#ifndef ENGINE_SLOT_H
#define ENGINE_SLOT_H

#include "identify/identify.h"
#include "model/layer.h"

enum slot_kind {
    SLOT_UNKNOWN, /* being identified; state is struct unknown */
    SLOT_LAYER,   /* reads */
    SLOT_WRAPS,   /* became a wrapping: bytes go to the slot above */
    SLOT_NAMED,   /* nDPI's name, no reader */
};

struct slot {
    const struct layer *layer; /* LAYER, WRAPS */
    void *state;               /* NULL: stateless, or given back */
    uint8_t kind;
    uint8_t confidence;
    bool quiet;   /* what it carries interests nobody above */
    bool passing; /* UNKNOWN: its first bytes are being identified, and state is the call's own */
    const char *name;
};

/* A stream that nobody reads yet. */
struct unknown {
    struct identify id;
    uint64_t lost[2];   /* by direction: bytes that came after the opening had ended */
    uint16_t after[2];  /* where that was: bytes of the other direction that had come */
    uint16_t second[2]; /* inside.c: where the second message begins; 0: not yet, or far behind */
};

#endif

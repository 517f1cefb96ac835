/* SPDX-License-Identifier: MIT */
/* ws_trail.h - are there WebSocket frames in a stream whose start was not captured?
 *
 * In:    the bytes of both directions, each once and in order, cut anywhere, from any place on.
 * Out:   what chains of frames there are, from whichever byte on, and how sure that makes one.
 * State: struct ws_trail, 1.7 KiB, zero-filled = ready; allocates nothing. In each direction
 *        TRAIL_CHAINS chains are followed at a time; payload is jumped over, not kept. A chain may
 *        begin in the first WS_TRAIL_STARTS bytes, and is followed for WS_TRAIL_BYTES.
 *
 * A frame is worth bits (ws_worth.h), a chain what its frames are worth, less what it costs to have
 * tried so many places: 4 + log2(n) bits for the n-th byte, and nothing for the first. The best
 * masked chain of one direction and the best unmasked one of the other are added up.
 */
#ifndef LAYERS_WS_TRAIL_H
#define LAYERS_WS_TRAIL_H

#include "layers/ws_worth.h"
#include "model/label.h"

#define WS_TRAIL_STARTS (1024U * 1024) /* bytes of a direction */
#define WS_TRAIL_BYTES  (16U * 1024 * 1024)
#define TRAIL_CHAINS    12
#define TRAIL_REACH     (WS_HEADER_MAX + WS_WORTH_LOOK) /* bytes seen from a frame's first on */

struct ws_trail_chain {
    uint32_t start, next; /* offsets in the direction: of its first frame, of the frame to come */
    struct ws_run run;
    uint16_t bits;  /* 0 and frames 0: not in use */
    uint8_t frames; /* that were worth something; up to 255 */
    uint8_t strong; /* of them */
    bool masked;
    bool used;
};

/* The best chain there was, masked or not, and what it is worth less what the search costs. */
struct ws_trail_best {
    int32_t score;
    uint32_t start;
    uint8_t frames, strong;
};

struct ws_trail_side {
    uint32_t at;  /* offset of the next byte to be tried */
    uint32_t due; /* of the next frame of any chain; UINT32_MAX: none */
    uint16_t held_len;
    uint8_t held[TRAIL_REACH]; /* bytes from `at` on, too few to judge */
    struct ws_trail_chain chain[TRAIL_CHAINS];
    struct ws_trail_best best[2]; /* unmasked, masked */
};

struct ws_trail {
    struct ws_trail_side side[2]; /* by direction */
    bool turned_too;              /* who is the client is not known */
};

struct ws_trail_verdict {
    enum confidence confidence; /* NONE: no WebSocket that could be told from chance */
    bool reversed;              /* the client's frames are in TO_CLIENT */
    struct ws_trail_best by[2]; /* by direction of the stream; score <= 0: none */
};

/* The next bytes. `until`: stop when a frame makes it at least as sure; NONE: do not stop. Returns
 * how much was used; less than all only when it stopped, at the first byte of the frame that
 * decided or before: trail->side[d].at, from where `held` has the bytes that are not in `in`. */
size_t ws_trail_feed(struct ws_trail *t, enum direction d, struct bytes in, enum confidence until);
/* No more will follow on what was given: it ended, or `n` bytes were lost. */
void ws_trail_gap(struct ws_trail *t, enum direction d, uint64_t n);
/* The direction ends here for good: a chain whose last frame does, too, gains by it. */
void ws_trail_end(struct ws_trail *t, enum direction d);

struct ws_trail_verdict ws_trail_verdict(const struct ws_trail *t);
/* Where the frame begins that the best chain of that kind waits for; false: it has none. */
bool ws_trail_next(const struct ws_trail *t, enum direction d, bool masked, uint32_t *next);
/* Is nothing left to be found? */
bool ws_trail_is_over(const struct ws_trail *t, enum direction d);

#endif

/* SPDX-License-Identifier: MIT */
/* habit.h - what the segments of one sender of a connection are like: by it decoys are known.
 * Private to engine/. */
#ifndef ENGINE_HABIT_H
#define ENGINE_HABIT_H

#include <stdbool.h>
#include <stdint.h>

struct habit {
    uint32_t edge;    /* the end of its peer's window */
    uint32_t recent;  /* the TS.Recent that its peer keeps (RFC 7323 s4.3) */
    uint8_t ttl;      /* the highest */
    uint8_t shift;    /* packet.window_shift of its SYN */
    uint8_t narrower; /* the shift of its window is 14 less this: 14 where it is not known */
    bool heard : 1;   /* edge is known: its peer was seen to acknowledge */
    bool stamped : 1; /* recent is known */
    bool signs : 1;   /* its segments carry a signature */
    bool has_syn : 1; /* its SYN was seen */
};

#endif

/* SPDX-License-Identifier: MIT */
/* shape.h - what do bytes look like that nobody knows?
 *
 * In:    the two directions of a stream, in order, cut anywhere; SHAPE_BYTES of each are looked at.
 * Out:   text, length-prefixed messages, random-looking, or else binary; NONE before the first
 * byte. State: value type, zero-filled = ready; statistics only, no bytes are kept. Allocates
 * nothing.
 *
 * text             UTF-8 (or mostly ASCII) without control characters
 * length-prefixed  one way of writing a length (1, 2 or 4 bytes, either order, itself counted or
 *                  not) leads from message to message in both directions
 * random           bit balance and nibble chi-square within what noise does in 997 of 1000 cases
 */
#ifndef LAYERS_SHAPE_H
#define LAYERS_SHAPE_H

#include "base/utf8.h"
#include "layers/noise.h"
#include "model/endpoint.h"
#include "model/label.h"

#define SHAPE_BYTES    16384 /* a direction */
#define SHAPE_PREFIXES 10    /* ways of writing a length */

/* Following one way of writing lengths. */
struct prefix_chain {
    uint32_t left; /* bytes of the message still to come */
    uint32_t value;
    uint16_t messages;
    uint8_t have; /* bytes of the length read */
    bool broken;
};

struct shape_side {
    struct noise noise;    /* of all its bytes */
    uint16_t control;      /* characters that text does not have */
    uint16_t high;         /* bytes above 127 */
    uint16_t high_control; /* 128 to 159: controls in ISO 8859-1 */
    uint16_t taken;        /* bytes, those too that are counted, but in no figure yet */
    struct utf8 utf8;
    bool not_utf8 : 1;
    bool no_chain : 1; /* all are broken */
    struct prefix_chain chain[SHAPE_PREFIXES];
};

struct shape_stats {
    struct shape_side side[2]; /* by direction */
    enum direction last;       /* who spoke last */
};

/* The figures cost as much for one byte as for BYTE_COUNTS_MAX, and segments are mostly short: of
 * each direction, bytes that are counted until there are so many. Zero-filled = ready. */
struct shape_fresh {
    struct byte_counts counts;
    uint8_t bytes;
};

void shape_feed(struct shape_stats *s, enum direction d, struct bytes in);
void shape_gap(struct shape_stats *s, enum direction d, uint64_t n);
enum shape shape_of(const struct shape_stats *s);
/* The same for a stream in many short pieces, all of which are fed so. */
void shape_feed_short(struct shape_stats *s, struct shape_fresh fresh[2], enum direction d,
                      struct bytes in);
enum shape shape_of_short(const struct shape_stats *s, const struct shape_fresh fresh[2]);

#endif

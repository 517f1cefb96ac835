/* SPDX-License-Identifier: MIT */
/* http_alike.h - is this head another one's lines again, but for the values of a few? Inside the
 * layer http alone: who remembers heads is http_shape.h.
 *
 * In:    bytes that begin with a head, and a head that was read at once (http_head_read()).
 * Out:   how long the head is, and which lines are others. A line may differ behind its name only;
 *        the first may be any, and is to be parsed.
 * State: none.
 */
#ifndef LAYERS_HTTP_ALIKE_H
#define LAYERS_HTTP_ALIKE_H

#include "layers/http_body.h"
#include "layers/http_head.h"

#define SHAPE_LONGEST 1024U /* bytes of a head that is remembered */
#define SHAPE_LINES   32U
#define CHANGES_MOST  4U /* lines that may differ: with more it is cheaper to read all of them */

/* The first field of its name. */
struct shape_value {
    uint16_t at;
    uint8_t line, field;
};

/* Does http_skim.c take such heads? It says so of the first one. */
enum shape_use { SHAPE_NEW, SHAPE_PLAIN, SHAPE_ODD };

struct http_shape {
    uint32_t len; /* 0: nothing is remembered */
    uint8_t lines, values;
    uint8_t use;                           /* enum shape_use */
    uint8_t field[SHAPE_LINES];            /* of each line, where it is the first of its name */
    uint16_t end[SHAPE_LINES];             /* of each line, its CR LF included */
    uint16_t colon[SHAPE_LINES];           /* in it; of the first line and the empty one: its end */
    struct shape_value value[HTTP_FIELDS]; /* in the order of their lines */
    struct http_body body;                 /* SHAPE_PLAIN: what it says of the body */
    struct http_head head;                 /* what it says: in `text` */
    uint8_t text[SHAPE_LONGEST];
    uint8_t line[SHAPE_LONGEST]; /* that each byte is of */
};

struct http_change {
    uint8_t line;               /* of the shape */
    uint16_t from, value, stop; /* in the head: what differs, what is behind the colon, the end */
};

struct http_alike {
    size_t len;       /* of the head */
    unsigned changes; /* lines that differ, in their order */
    struct http_change change[CHANGES_MOST];
};

/* False: it is not alike. `s` has a length. */
bool http_alike(const struct http_shape *s, struct bytes in, struct http_alike *out);

/* Is its first line another one? */
static inline bool http_first_changed(const struct http_alike *a)
{
    return a->changes > 0 && a->change[0].line == 0;
}

/* What a changed line says behind its name, and mostly one space. */
static inline struct bytes http_changed_value(const struct http_change *c, struct bytes in)
{
    const size_t from = c->value + (in.at[c->value] == ' ' ? 1U : 0U);

    return bytes_trim(bytes_of(in.at + from, c->stop - from));
}

#endif

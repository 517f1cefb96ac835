/* SPDX-License-Identifier: MIT */
/* probe.h - what recognisers are made of.
 *
 * A recogniser is asked again with every byte, so its answer must not depend on when it is asked:
 * NO and YES are given at the first byte that decides, and stay (model/layer.h).
 */
#ifndef LAYERS_PROBE_H
#define LAYERS_PROBE_H

#include "model/layer.h"

/* The bytes of a string literal, NULs inside included: in an expression, and to begin a table's. */
#define TEXT(literal) bytes_of((literal), sizeof(literal) - 1)
#define TABLE_TEXT(literal)                                                                        \
    {                                                                                              \
        (const uint8_t *)(literal), sizeof(literal) - 1                                            \
    }

static inline struct recognition probe_no(void)
{
    return (struct recognition){.answer = PROBE_NO};
}

/* MORE, or NO when direction `d` will bring nothing more. */
static inline struct recognition probe_more(const struct opening *o, enum direction d)
{
    return (struct recognition){.answer = o->ended[d] ? PROBE_NO : PROBE_MORE};
}

static inline struct recognition probe_yes(const char *why, struct bytes detail, enum direction d)
{
    return (struct recognition){.answer = PROBE_YES,
                                .confidence = CONFIDENCE_STRONG,
                                .why = why,
                                .detail = detail,
                                .direction = d};
}

/* Does `b` begin with `sign`? MORE: so far it does. */
enum probe probe_sign(struct bytes b, struct bytes sign);
enum probe probe_sign_nocase(struct bytes b, struct bytes sign);

/* The first line, without its LF or CRLF. False: no LF among the first `limit` bytes. */
bool probe_line(struct bytes b, size_t limit, struct bytes *line);

bool probe_has_nocase(struct bytes b, struct bytes word);

/* Printable ASCII, tabs and bytes above 127: a line a person could read. */
bool probe_printable(struct bytes b);

typedef struct recognition probe_fn(const struct opening *o);

/* Midstream nobody knows who the client is: `probe` is tried both ways round. */
struct recognition probe_either_way(const struct opening *o, probe_fn *probe);

#endif

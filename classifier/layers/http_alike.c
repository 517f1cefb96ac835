/* SPDX-License-Identifier: MIT */
#include "layers/http_alike.h"

#include "base/lines.h"

#define LINE_END 2 /* bytes: CR LF */

/* Does a line end there? */
static inline bool is_line_end(struct bytes in, size_t at)
{
    return at + 1 < in.len && in.at[at] == '\r' && in.at[at + 1] == '\n';
}

/* The line of the shape, from c->line on, that holds its byte `was`; the head's byte `is` is
 * another one. False: the head has another name there. */
static inline bool take_changed(const struct http_shape *s, size_t was, size_t is, size_t stop,
                                struct http_change *c)
{
    unsigned line = c->line;

    while (s->end[line] <= was)
        line++;
    if (line > 0 && was <= s->colon[line])
        return false;
    *c = (struct http_change){
        .line = (uint8_t)line,
        .from = (uint16_t)is,
        .value = (uint16_t)(line > 0 ? is - (was - s->colon[line]) + 1 : 0),
        .stop = (uint16_t)stop,
        .was_next = s->end[line],
        .is_next = (uint16_t)(stop + LINE_END),
    };
    return true;
}

bool http_alike(const struct http_shape *s, struct bytes in, struct http_alike *out)
{
    const struct simd *wide = simd();
    size_t was = 0, is = 0, stop;
    unsigned line = 0;

    in = bytes_first(in, LINES_LONGEST);
    for (unsigned n = 0; n <= CHANGES_MOST; n++) {
        const struct bytes rest = bytes_of(s->text + was, s->len - was);
        const size_t same = wide->differ(rest, bytes_of(in.at + is, in.len - is), &stop);
        if (same == rest.len) {
            out->len = is + same;
            out->changes = n;
            return true;
        }
        stop += is;
        was += same;
        is += same;
        if (n == CHANGES_MOST || !is_line_end(in, stop) ||
            (same > 0 && in.at[is - 1] == '\r')) /* an LF was behind it */
            return false;
        struct http_change *c = &out->change[n];
        c->line = (uint8_t)line;
        if (!take_changed(s, was, is, stop, c))
            return false;
        was = c->was_next;
        is = c->is_next;
        line = c->line + 1U;
    }
    return false;
}

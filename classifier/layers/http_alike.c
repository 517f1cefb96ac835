/* SPDX-License-Identifier: MIT */
#include "layers/http_alike.h"

#include "base/lines.h"
#include "base/load.h"

#define CR_LF    0x0d0a
#define LINE_END 2 /* bytes */

/* Does a line end there? */
static inline bool is_line_end(struct bytes in, size_t at)
{
    return at + LINE_END <= in.len && load_be16(in.at + at) == CR_LF;
}

/* The shape's byte `was` is another one than the head's `is`, and the head's line ends at `stop`.
 * False: what differs is a name, or a line's end. */
static inline bool take_changed(const struct http_shape *s, size_t was, size_t is, size_t stop,
                                struct http_change *c)
{
    const unsigned line = s->line[was];

    if (s->text[was] == '\n' || (line > 0 && was <= s->colon[line]))
        return false;
    c->line = (uint8_t)line;
    c->from = (uint16_t)is;
    c->value = (uint16_t)(is - was + s->colon[line] + 1);
    c->stop = (uint16_t)stop;
    return true;
}

bool http_alike(const struct http_shape *s, struct bytes in, struct http_alike *out)
{
    const struct simd *wide = simd();
    size_t was = 0, is = 0, stop;

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
        struct http_change *c = &out->change[n];
        if (n == CHANGES_MOST || !is_line_end(in, stop) ||
            !take_changed(s, was + same, is + same, stop, c))
            return false;
        was = s->end[c->line];
        is = stop + LINE_END;
    }
    return false;
}

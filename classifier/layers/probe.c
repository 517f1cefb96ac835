/* SPDX-License-Identifier: MIT */
#include "layers/probe.h"

enum probe probe_sign(struct bytes b, struct bytes sign)
{
    if (b.len >= sign.len)
        return bytes_start_with(b, sign) ? PROBE_YES : PROBE_NO;
    return bytes_start_with(sign, b) ? PROBE_MORE : PROBE_NO;
}

enum probe probe_sign_nocase(struct bytes b, struct bytes sign)
{
    if (b.len >= sign.len)
        return bytes_start_with_nocase(b, sign) ? PROBE_YES : PROBE_NO;
    return bytes_start_with_nocase(sign, b) ? PROBE_MORE : PROBE_NO;
}

bool probe_line(struct bytes b, size_t limit, struct bytes *line)
{
    const struct bytes in = bytes_first(b, limit);
    const uint8_t *lf = bytes_find_byte(in, '\n');

    if (lf == NULL)
        return false;
    *line = bytes_of(in.at, (size_t)(lf - in.at));
    if (line->len > 0 && line->at[line->len - 1] == '\r')
        line->len--;
    return true;
}

bool probe_has_nocase(struct bytes b, struct bytes word)
{
    for (; b.len >= word.len; b = bytes_after(b, 1))
        if (bytes_start_with_nocase(b, word))
            return true;
    return false;
}

bool probe_printable(struct bytes b)
{
    for (size_t i = 0; i < b.len; i++)
        if ((b.at[i] < ' ' && b.at[i] != '\t') || b.at[i] == 0x7f)
            return false;
    return true;
}

struct recognition probe_either_way(const struct opening *o, probe_fn *probe)
{
    const struct recognition straight = probe(o);

    if (!o->midstream || straight.answer == PROBE_YES)
        return straight;
    struct opening turned = *o;
    turned.seen[TO_SERVER] = o->seen[TO_CLIENT];
    turned.seen[TO_CLIENT] = o->seen[TO_SERVER];
    turned.ended[TO_SERVER] = o->ended[TO_CLIENT];
    turned.ended[TO_CLIENT] = o->ended[TO_SERVER];
    struct recognition r = probe(&turned);
    if (r.answer == PROBE_YES) {
        r.direction = direction_other(r.direction);
        r.reversed = true;
        return r;
    }
    return straight.answer == PROBE_MORE ? straight : r;
}

/* SPDX-License-Identifier: MIT */
/* simd_lines.h - of every level: the lines of a clean head (lines.h). Included behind SIMD_FN and
 * marks_of(), which says where in LINES_WORD bytes the four that matter stand. */
#ifndef BASE_SIMD_LINES_H
#define BASE_SIMD_LINES_H

#include "base/lines.h"

/* The last bytes, fewer than LINES_WORD: the word that ends with them is read where there is one.
 * What stands behind them in the marks is never asked. */
SIMD_FN struct line_marks marks_of_rest(struct bytes in, size_t at)
{
    uint8_t room[LINES_WORD] = {0};

    if (in.len < LINES_WORD) {
        memcpy(room, in.at, in.len);
        return marks_of(room);
    }
    const struct line_marks m = marks_of(in.at + in.len - LINES_WORD);
    const unsigned before = (unsigned)(LINES_WORD - (in.len - at));
    return (struct line_marks){m.lf >> before, m.cr >> before, m.colon >> before, m.nul >> before};
}

SIMD_FN size_t lines(struct bytes in, struct lines *out)
{
    const size_t most = in.len < LINES_LONGEST ? in.len : LINES_LONGEST;
    uint64_t cr = 0, lf = 0; /* of the last byte, of the last two, of the word before */

    for (size_t at = 0; at < most; at += LINES_WORD) {
        const struct line_marks m =
            in.len - at >= LINES_WORD ? marks_of(in.at + at) : marks_of_rest(in, at);
        const uint64_t blank = m.lf & (m.lf << 2 | lf);
        const uint64_t mine = blank ^ (blank - 1); /* bits up to the head's last; or all */
        if (((((m.cr << 1 | cr) ^ m.lf) | m.nul) & mine) != 0)
            return 0;
        out->ends[at / LINES_WORD] = m.lf & mine;
        out->colons[at / LINES_WORD] = m.colon | blank;
        if (blank != 0)
            return at + (size_t)__builtin_ctzll(blank) + 1;
        cr = m.cr >> (LINES_WORD - 1);
        lf = m.lf >> (LINES_WORD - 2);
    }
    return 0;
}

#endif

/* SPDX-License-Identifier: MIT */
/* lines.h - the lines of a clean head, found many bytes at a time.
 *
 * In:    text that begins with lines, the last of which is empty (RFC 9112 s2.1).
 * Out:   where its lines and the names in them end, as bits. Clean is a head whose every LF has a
 *        CR before it and every CR an LF behind it, and in which no NUL stands.
 * State: none. By the widest level of simd.h.
 */
#ifndef BASE_LINES_H
#define BASE_LINES_H

#include "base/simd.h"

#define LINES_WORD    64U /* bytes, a bit each */
#define LINES_WORDS   64U
#define LINES_LONGEST (LINES_WORDS * LINES_WORD)

/* Bit n % 64 of word n / 64: the head's byte n. Only words up to its end are filled. */
struct lines {
    uint64_t ends[LINES_WORDS];   /* LF */
    uint64_t colons[LINES_WORDS]; /* ':', and the head's last byte */
};

/* Where the bytes that make lines stand among LINES_WORD others. */
struct line_marks {
    uint64_t lf, cr, colon, nul;
};

/* The length of the clean head that `in` begins with, its empty line included. 0: there is none, or
 * it is not whole, or longer than LINES_LONGEST. */
static inline size_t lines_find(struct bytes in, struct lines *out)
{
    return simd()->lines(in, out);
}

/* The first mark at `from` or behind it: there must be one. */
static inline size_t lines_next(const uint64_t marks[LINES_WORDS], size_t from)
{
    size_t word = from / LINES_WORD;
    const uint64_t here = marks[word] >> (from % LINES_WORD);

    if (here != 0)
        return from + (size_t)__builtin_ctzll(here);
    while (marks[++word] == 0)
        continue;
    return word * LINES_WORD + (size_t)__builtin_ctzll(marks[word]);
}

#endif

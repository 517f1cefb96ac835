/* SPDX-License-Identifier: MIT */
#include "base/near.h"

#define WORD_MAX 32 /* letters: longer words are nobody's misspelling */

/* Optimal string alignment: insertions, deletions, substitutions, swaps of neighbours. */
static size_t distance(struct bytes a, struct bytes b)
{
    size_t row[3][WORD_MAX + 1];

    for (size_t j = 0; j <= b.len; j++)
        row[0][j] = j;
    for (size_t i = 1; i <= a.len; i++) {
        size_t *now = row[i % 3];
        const size_t *above = row[(i + 2) % 3], *before = row[(i + 1) % 3];
        now[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            const bool same = a.at[i - 1] == b.at[j - 1];
            size_t best = above[j - 1] + !same;
            best = above[j] + 1 < best ? above[j] + 1 : best;
            best = now[j - 1] + 1 < best ? now[j - 1] + 1 : best;
            if (i > 1 && j > 1 && a.at[i - 1] == b.at[j - 2] && a.at[i - 2] == b.at[j - 1])
                best = before[j - 2] + 1 < best ? before[j - 2] + 1 : best;
            now[j] = best;
        }
    }
    return row[a.len % 3][b.len];
}

const char *near_word(struct bytes got, const char *const *words)
{
    const char *nearest = NULL;
    size_t least = got.len < 4 ? 2 : got.len / 3 + 1; /* so far is no longer near */

    if (got.len == 0 || got.len > WORD_MAX)
        return NULL;
    for (; *words != NULL; words++) {
        const struct bytes word = bytes_of_text(*words);
        const size_t d = word.len <= WORD_MAX ? distance(got, word) : least;
        if (d < least) {
            least = d;
            nearest = *words;
        }
    }
    return nearest;
}

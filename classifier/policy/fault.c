/* SPDX-License-Identifier: MIT */
#include "policy/fault.h"

#include <stdarg.h>
#include <stdio.h>

#include "policy/node.h"

#define WORD_MAX 32 /* letters: longer words are nobody's misspelling */

bool fault(const struct source *s, const struct node *where, const char *format, ...)
{
    char sentence[400];
    va_list args;

    va_start(args, format);
    vsnprintf(sentence, sizeof(sentence), format, args);
    va_end(args);
    err_set(s->err, "%s:%u:%u: %s", s->name, where->line, where->column, sentence);
    return false;
}

bool fault_memory(const struct source *s)
{
    err_set(s->err, "%s: not enough memory for these rules", s->name);
    return false;
}

const char *quote(struct bytes text, char out[QUOTE_ROOM])
{
    static const char dots[] = "...";
    const bool clipped = text.len >= QUOTE_ROOM;
    const size_t len = clipped ? QUOTE_ROOM - sizeof(dots) : text.len;

    for (size_t i = 0; i < len; i++)
        out[i] = text.at[i] >= ' ' && text.at[i] <= '~' ? (char)text.at[i] : '?';
    memcpy(out + len, clipped ? dots : "", clipped ? sizeof(dots) : 1);
    return out;
}

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

bool fault_unknown(const struct source *s, const struct node *got, const char *what,
                   const char *const *words)
{
    const char *nearest = near_word(got->text, words);
    char said[QUOTE_ROOM];

    quote(got->text, said);
    if (nearest != NULL)
        return fault(s, got, "unknown %s \"%s\"; did you mean \"%s\"?", what, said, nearest);
    return fault(s, got, "unknown %s \"%s\"", what, said);
}

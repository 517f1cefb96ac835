/* SPDX-License-Identifier: MIT */
#include "policy/fault.h"

#include "base/near.h"

#include <stdarg.h>
#include <stdio.h>

#include "policy/node.h"

bool fault(const struct source *s, const struct node *where, const char *format, ...)
{
    char sentence[400];
    va_list args;

    va_start(args, format);
    vsnprintf(sentence, sizeof(sentence), format, args);
    va_end(args);
    const char *name = where->file != NULL ? where->file : s->name;
    if (where->column == 0)
        err_set(s->err, "%s:%u: %s", name, where->line, sentence);
    else
        err_set(s->err, "%s:%u:%u: %s", name, where->line, where->column, sentence);
    if (s->ear != NULL && s->ear->count++ < FAULTS_MAX)
        s->ear->hear(s->ear->ctx, where, sentence);
    return false;
}

bool fault_goes_on(const struct source *s)
{
    return s->ear != NULL && s->ear->count < FAULTS_MAX;
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
        out[i] = (char)(text.at[i] >= ' ' && text.at[i] <= '~' ? text.at[i] : '?');
    memcpy(out + len, clipped ? dots : "", clipped ? sizeof(dots) : 1);
    return out;
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

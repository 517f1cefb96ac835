/* SPDX-License-Identifier: MIT */
/* parts.h - where patterns are few and plain, most texts have not even a part of any of them: told
 * by wide instructions (base/simd.h), in a fifth of the time that Hyperscan takes to begin.
 *
 * A pattern is plain when it is a run of bytes, some of them perhaps any byte, with or without
 * regard to case. Its part is the three bytes beside each other that are the rarest in what people
 * write. State: value type, zero-filled = no patterns.
 */
#ifndef POLICY_PARTS_H
#define POLICY_PARTS_H

#include "base/simd.h"

struct parts {
    struct simd_texts texts;
    struct simd_text first;
    unsigned count; /* patterns */
    bool unknown;   /* there is one that is not plain, or one too many */
    bool (*find)(const struct simd_texts *t, struct bytes in);    /* or NULL: it is not worth it */
    bool (*find_one)(const struct simd_text *t, struct bytes in); /* where there is one; or NULL */
};

/* `regex` as Hyperscan reads it, with or without regard to the case of letters. */
void parts_add(struct parts *p, const char *regex, bool nocase);

/* Could one of the patterns hit in this text? No is sure. */
static inline bool parts_may_hit(const struct parts *p, struct bytes text)
{
    if (p->find_one != NULL)
        return p->find_one(&p->first, text);
    return p->find == NULL || p->find(&p->texts, text);
}

#endif

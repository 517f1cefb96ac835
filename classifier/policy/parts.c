/* SPDX-License-Identifier: MIT */
#include "policy/parts.h"

#include <string.h>

#define ANY      (-1) /* not a byte, any byte */
#define NOCASE   "(?i)"
#define CASE_BIT 0x20 /* of ASCII letters */

/* How common it is, in text or in numbers. */
static int commonness(int byte)
{
    if (strchr(" etaoinsrhl", byte) != NULL) /* or NUL, its last */
        return 4;
    if (byte >= 'a' && byte <= 'z')
        return 3;
    if ((byte >= '0' && byte <= '9') || byte == 0xff || strchr("\",:", byte) != NULL)
        return 2;
    return 1;
}

/* Takes what stands for one byte off the pattern. False: it is no such thing. */
static bool take(const char **regex, int *byte)
{
    const uint8_t *at = (const uint8_t *)*regex;

    if (at[0] == '\\' && at[1] == 'x' && hex_digit_value(at[2]) >= 0 &&
        hex_digit_value(at[3]) >= 0) {
        *byte = hex_digit_value(at[2]) << 4 | hex_digit_value(at[3]);
        *regex += 4;
        return true;
    }
    if (at[0] >= 0x80 || strchr("\\^$|()[]{}*+?#", at[0]) != NULL)
        return false;
    *byte = at[0] == '.' ? ANY : at[0];
    (*regex)++;
    return true;
}

/* The least common of the parts. False: it is not plain, or has none. */
static bool find_part(const char *regex, bool nocase, uint8_t part[SIMD_PART])
{
    int last[SIMD_PART] = {ANY, ANY, ANY};
    int least = INT32_MAX;

    while (*regex != '\0') {
        memmove(last, last + 1, sizeof(last) - sizeof(last[0]));
        if (!take(&regex, &last[SIMD_PART - 1]))
            return false;
        if (nocase && last[SIMD_PART - 1] >= 0x80)
            last[SIMD_PART - 1] = ANY; /* whether such a byte has cases is Hyperscan's to say */
        int common = 0;
        bool known = true;
        for (size_t i = 0; i < SIMD_PART; i++) {
            known = known && last[i] != ANY;
            common += commonness(last[i]);
        }
        if (!known || common >= least)
            continue;
        least = common;
        for (size_t i = 0; i < SIMD_PART; i++)
            part[i] = (uint8_t)last[i];
    }
    return least < INT32_MAX;
}

static bool is_letter(uint8_t byte)
{
    return (byte | CASE_BIT) >= 'a' && (byte | CASE_BIT) <= 'z';
}

static struct simd_text text_of(const uint8_t part[SIMD_PART], bool nocase)
{
    struct simd_text t;

    for (size_t i = 0; i < SIMD_PART; i++) {
        t.either[i] = nocase && is_letter(part[i]) ? CASE_BIT : 0;
        t.byte[i] = part[i] | t.either[i];
    }
    return t;
}

/* Both cases of the letters. */
static void add_nocase(struct simd_texts *texts, unsigned number, uint8_t part[SIMD_PART])
{
    for (unsigned upper = 0; upper < 2; upper++) {
        for (size_t i = 0; i < SIMD_PART; i++)
            if (is_letter(part[i]))
                part[i] ^= CASE_BIT;
        simd_texts_add(texts, number, part);
    }
}

void parts_add(struct parts *p, const char *regex, bool nocase)
{
    uint8_t part[SIMD_PART];

    if (strncmp(regex, NOCASE, strlen(NOCASE)) == 0) {
        regex += strlen(NOCASE);
        nocase = true;
    }
    const bool known = p->count < SIMD_TEXTS && find_part(regex, nocase, part);
    p->unknown = p->unknown || !known;
    if (known && p->count == 0)
        p->first = text_of(part, nocase);
    if (known && nocase)
        add_nocase(&p->texts, p->count++, part);
    else if (known)
        simd_texts_add(&p->texts, p->count++, part);
    const bool worth = !p->unknown && simd() != &simd_plain;
    p->find = worth ? simd()->find : NULL;
    p->find_one = worth && p->count == 1 ? simd()->find_one : NULL;
}

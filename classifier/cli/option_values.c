/* SPDX-License-Identifier: MIT */
#include "cli/option_values.h"

#include <stdlib.h>
#include <string.h>

int option_word(const char *v, const char *const *words)
{
    for (int i = 0; words[i] != NULL; i++)
        if (strcmp(v, words[i]) == 0)
            return i;
    return -1;
}

bool option_size(const char *v, size_t *out)
{
    static const char *const units[] = {"", "k", "m", "g", NULL};
    char *end;

    if (v[0] < '0' || v[0] > '9')
        return false;
    const unsigned long long number = strtoull(v, &end, 10);
    const char unit[] = {(char)(*end >= 'A' && *end <= 'Z' ? *end + ('a' - 'A') : *end), 0};
    const int at = option_word(unit, units);
    if (at < 0 || number > (SIZE_MAX >> (10 * at)))
        return false;
    *out = (size_t)number << (10 * at);
    const char *rest = at > 0 ? end + 1 : end;
    return *out > 0 && (*rest == 0 || strcmp(rest, "iB") == 0 || strcmp(rest, "B") == 0);
}

bool option_count(const char *v, long *out)
{
    char *end;

    *out = strtol(v, &end, 10);
    return *v != 0 && *end == 0 && *out > 0;
}

bool option_seconds(const char *v, uint32_t most, uint32_t *out)
{
    static const struct {
        char letter;
        uint32_t seconds;
    } units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};
    char *end;

    if (v[0] < '0' || v[0] > '9')
        return false;
    const unsigned long long number = strtoull(v, &end, 10);
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (end[0] != units[i].letter || end[1] != '\0' || number > most / units[i].seconds)
            continue;
        *out = (uint32_t)number * units[i].seconds;
        return *out > 0;
    }
    return false;
}

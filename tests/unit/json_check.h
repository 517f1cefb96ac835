/* SPDX-License-Identifier: MIT */
/* json_check.h - is a text one JSON value (RFC 8259), in UTF-8? For tests: slow and strict. */
#ifndef TESTS_UNIT_JSON_CHECK_H
#define TESTS_UNIT_JSON_CHECK_H

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "base/utf8.h"

/* Each takes what it reads off *at; false: it is not there. */
static inline bool json_check_value(const char **at);

static inline bool json_check_take(const char **at, char c)
{
    if (**at != c)
        return false;
    ++*at;
    return true;
}

static inline bool json_check_word(const char **at, const char *word)
{
    if (strncmp(*at, word, strlen(word)) != 0)
        return false;
    *at += strlen(word);
    return true;
}

static inline bool json_check_escape(const char **at)
{
    if (**at != '\0' && strchr("\"\\/bfnrt", **at) != NULL) {
        ++*at;
        return true;
    }
    if (!json_check_take(at, 'u'))
        return false;
    for (int i = 0; i < 4; i++, ++*at)
        if (!isxdigit((unsigned char)**at))
            return false;
    return true;
}

static inline bool json_check_string(const char **at)
{
    if (!json_check_take(at, '"'))
        return false;
    while (**at != '"') {
        if ((unsigned char)**at < ' ')
            return false;
        if (json_check_take(at, '\\')) {
            if (!json_check_escape(at))
                return false;
        } else {
            ++*at;
        }
    }
    return json_check_take(at, '"');
}

static inline bool json_check_digits(const char **at)
{
    const size_t digits = strspn(*at, "0123456789");
    *at += digits;
    return digits > 0;
}

static inline bool json_check_number(const char **at)
{
    json_check_take(at, '-');
    if (**at == '0' && isdigit((unsigned char)(*at)[1]))
        return false;
    if (!json_check_digits(at) || (json_check_take(at, '.') && !json_check_digits(at)))
        return false;
    if (!json_check_take(at, 'e') && !json_check_take(at, 'E'))
        return true;
    if (!json_check_take(at, '-'))
        json_check_take(at, '+');
    return json_check_digits(at);
}

static inline bool json_check_items(const char **at, bool keys, char end)
{
    if (json_check_take(at, end))
        return true;
    do {
        if (keys && !(json_check_string(at) && json_check_take(at, ':')))
            return false;
        if (!json_check_value(at))
            return false;
    } while (json_check_take(at, ','));
    return json_check_take(at, end);
}

static inline bool json_check_value(const char **at)
{
    switch (**at) {
    case '{': ++*at; return json_check_items(at, true, '}');
    case '[': ++*at; return json_check_items(at, false, ']');
    case '"': return json_check_string(at);
    case 't': return json_check_word(at, "true");
    case 'f': return json_check_word(at, "false");
    case 'n': return json_check_word(at, "null");
    default: return json_check_number(at);
    }
}

/* `lines`: one object a line, each line ended, no blanks between tokens. */
static inline bool json_check_lines(const char *lines)
{
    struct utf8 u = {0};

    if (utf8_feed(&u, bytes_of_text(lines)) != strlen(lines))
        return false;
    while (*lines != '\0')
        if (*lines != '{' || !json_check_value(&lines) || !json_check_take(&lines, '\n'))
            return false;
    return true;
}

#endif

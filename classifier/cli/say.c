/* SPDX-License-Identifier: MIT */
#include "cli/say.h"

#include <stdarg.h>
#include <stdio.h>

#include "output/escape.h"

/* Without any memory: what is not printable ASCII is a question mark. */
static void print_plain(const char *text)
{
    fputs("portwarden: ", stderr);
    for (; *text != '\0'; text++)
        fputc(*text >= ' ' && *text <= '~' ? *text : '?', stderr);
    fputc('\n', stderr);
}

/* What is said may name files and rules: nothing in it may steer the terminal. */
static void print_line(const char *text)
{
    struct buffer safe = {0};

    escape_terminal(&safe, bytes_of_text(text));
    if (safe.failed)
        print_plain(text);
    else
        fprintf(stderr, "portwarden: %.*s\n", (int)safe.len, (const char *)safe.at);
    buffer_free(&safe);
}

void say_error(const char *format, ...)
{
    char text[1024];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    print_line(text);
}

void say_unknown_option(const char *word, const char *near)
{
    if (near != NULL)
        say_error("unknown option %s; did you mean --%s?", word, near);
    else
        say_error("unknown option %s; see --help", word);
}

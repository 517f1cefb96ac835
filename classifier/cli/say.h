/* SPDX-License-Identifier: MIT */
/* say.h - sentences on standard error: "portwarden: ...", one line each. */
#ifndef CLI_SAY_H
#define CLI_SAY_H

void say_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* "unknown option --explan; did you mean --explain?"; near may be NULL. */
void say_unknown_option(const char *word, const char *near);

#endif

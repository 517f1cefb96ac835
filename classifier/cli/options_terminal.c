/* SPDX-License-Identifier: MIT */
/* options_terminal.c - what the terminal and its environment say, where no option does. */
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/options.h"

#define COLUMNS_MIN     80
#define COLUMNS_DEFAULT 100
#define COLUMNS_MAX     160

static bool read_columns(const char *v, long *out)
{
    char *end;

    *out = strtol(v, &end, 10);
    return *v != 0 && *end == 0 && *out > 0;
}

bool options_color(const struct options *o, int fd)
{
    const char *no_color = getenv("NO_COLOR"); /* https://no-color.org */

    if (o->color_always || o->color_never)
        return o->color_always;
    return isatty(fd) == 1 && (no_color == NULL || *no_color == 0);
}

int options_columns(void)
{
    const char *wanted = getenv("COLUMNS");
    struct winsize size;
    long columns = COLUMNS_DEFAULT;

    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        columns = size.ws_col;
    else if (wanted != NULL && !read_columns(wanted, &columns))
        columns = COLUMNS_DEFAULT;
    if (columns < COLUMNS_MIN)
        return COLUMNS_MIN;
    return columns < COLUMNS_MAX ? (int)columns : COLUMNS_MAX;
}

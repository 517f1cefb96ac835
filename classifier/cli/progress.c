/* SPDX-License-Identifier: MIT */
#include "cli/progress.h"

#include <stdio.h>
#include <unistd.h>

#define PATIENCE_MS 500 /* a quick run shows no bar */
#define CELLS       40

struct progress progress_start(bool quiet)
{
    struct progress p = {.wanted = !quiet && isatty(STDERR_FILENO) == 1, .last = -1};

    clock_gettime(CLOCK_MONOTONIC, &p.start);
    return p;
}

static long elapsed_ms(const struct progress *p)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (now.tv_sec - p->start.tv_sec) * 1000 + (now.tv_nsec - p->start.tv_nsec) / 1000000;
}

void progress_show(struct progress *p, int thousandths)
{
    static const char cells[] = "########################################";
    static const char empty[] = "........................................";

    if (!p->wanted || thousandths < 0 || thousandths == p->last || elapsed_ms(p) < PATIENCE_MS)
        return;
    const int full = thousandths * CELLS / 1000;
    fprintf(stderr, "\r[%.*s%.*s] %3d %%", full, cells, CELLS - full, empty, thousandths / 10);
    p->last = thousandths;
    p->shown = true;
}

void progress_end(struct progress *p)
{
    if (p->shown)
        fprintf(stderr, "\r%*s\r", CELLS + 8, "");
    p->shown = false;
}

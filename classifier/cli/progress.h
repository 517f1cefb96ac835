/* SPDX-License-Identifier: MIT */
/* progress.h - a bar on standard error when it is a terminal and reading takes a while. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdbool.h>
#include <time.h>

struct progress {
    bool wanted, shown;
    struct timespec start;
    int last; /* thousandths */
};

struct progress progress_start(bool quiet);
/* 0..1000; -1: not known, nothing is shown. */
void progress_show(struct progress *p, int thousandths);
void progress_end(struct progress *p); /* takes the bar away */

#endif

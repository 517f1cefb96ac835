/* SPDX-License-Identifier: MIT */
/* judge.h - was that run of the program right, by its exit code, its sentence and what it left? */
#ifndef TESTS_FAULTS_JUDGE_H
#define TESTS_FAULTS_JUDGE_H

#include <stddef.h>

#include "tests/faults/inject.h"

#define OLD "what was there before\n"

struct scenario {
    const char *name, *words;
    int exit_code; /* when nothing fails */
};

struct fault {
    const char *name;
    struct injection how;
    bool harmless; /* the run is as if nothing had happened */
    bool silent;   /* less may come, without a word: nobody reads it */
};

/* The files of the run that was just made are what every other is held against. */
void judge_remember(void);
/* Writes into `why` what is wrong; nothing when the run was right. */
void judge(const struct scenario *s, const struct fault *f, int code, char *why, size_t room);

void judge_put(const char *path, const char *text);
/* Removes the folder with its files. */
void judge_clear(const char *folder);

#endif

/* SPDX-License-Identifier: MIT */
/* inject.h - one call of the program to the outside fails, as we choose.
 *
 * The program is linked with --wrap=malloc and so on (WRAPPED in the Makefile): its own calls come
 * to inject.c, which counts them by kind, and lets the one whose number is `at` go wrong.
 */
#ifndef TESTS_FAULTS_INJECT_H
#define TESTS_FAULTS_INJECT_H

#include <stdbool.h>
#include <stdint.h>

enum kind {
    KIND_MEMORY,  /* malloc, calloc, realloc, strdup, strndup, realpath */
    KIND_WRITE,   /* write, pwrite, fflush */
    KIND_READ,    /* read, pread */
    KIND_FILE,    /* open, close, rename, fork ...: what gives 0, a descriptor, or -1 */
    KIND_LIBRARY, /* the constructors of the libraries, which allocate within */
    KINDS
};

enum manner {
    MANNER_ERROR, /* -1 with `error`, or NULL */
    MANNER_SHORT, /* half of what was asked for */
    MANNER_END,   /* of read: 0 */
};

#define CALLERS 8

/* Shared between the driver and the program that it forked. */
struct injection {
    enum kind kind;
    enum manner manner;
    int error;
    bool forever; /* all calls from `at` on, not only that one */
    uint64_t at;  /* from 1; 0: none fails */
    uint64_t count[KINDS];
    uintptr_t caller[CALLERS]; /* of the first call that failed, innermost first, as addr2line
                                * takes them; 0: none did */
    char name[16];             /* what it called */
};

/* From here on calls are counted. */
void inject(struct injection *how);

#endif

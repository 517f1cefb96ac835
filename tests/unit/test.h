/* SPDX-License-Identifier: MIT */
/* test.h - the harness: named checks, counted; test_end() prints "N passed, N failed" and is main's
 * result. */
#ifndef TESTS_UNIT_TEST_H
#define TESTS_UNIT_TEST_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

static int tests_passed, tests_failed;

static inline void test_is(const char *file, int line, int good, const char *name)
{
    if (good) {
        tests_passed++;
        return;
    }
    tests_failed++;
    printf("%s:%d: FAILED: %s\n", file, line, name);
}

static inline void test_text_is(const char *file, int line, const char *got, const char *want,
                                const char *name)
{
    const int good = strcmp(got, want) == 0;
    test_is(file, line, good, name);
    if (!good)
        printf("    got:  %s\n    want: %s\n", got, want);
}

/* An exact-size heap copy, so that ASan sees a read past the end. Free `at` with free(). */
static inline struct bytes test_copy(struct bytes b)
{
    uint8_t *at = malloc(b.len > 0 ? b.len : 1);
    if (at == NULL)
        abort();
    if (b.len > 0)
        memcpy(at, b.at, b.len);
    return bytes_of(at, b.len);
}

/* More text, as far as there is room. */
static inline void test_append(char *text, size_t room, const char *more)
{
    const size_t len = strlen(text);

    snprintf(text + len, room - len, "%s", more);
}

static inline int test_end(void)
{
    printf("%d passed, %d failed\n", tests_passed, tests_failed);
    return tests_failed > 0;
}

#define CHECK(good, name)           test_is(__FILE__, __LINE__, (good), (name))
#define CHECK_TEXT(got, want, name) test_text_is(__FILE__, __LINE__, (got), (want), (name))
/* A string literal with NULs inside, as bytes. */
#define LITERAL(text) bytes_of((text), sizeof(text) - 1)

#endif

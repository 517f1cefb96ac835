/* SPDX-License-Identifier: MIT */
/* test_report.h - what `rules test` found, for people, as TAP 14 and as JUnit's XML.
 *
 * State: value type; test_report_free() gives back its memory. Text grows with the number of tests.
 */
#ifndef OUTPUT_TEST_REPORT_H
#define OUTPUT_TEST_REPORT_H

#include "base/buffer.h"

enum test_format { TESTS_TEXT, TESTS_TAP, TESTS_JUNIT };

struct test_case {
    const char *file;    /* the rules file */
    uint32_t line;       /* of the test there; 0: it stands in none */
    const char *name;    /* as written, or NULL */
    const char *capture; /* as written */
    uint64_t flows;      /* meant by it */
    bool failed;
    const char *skipped; /* why nothing was compared, or NULL */
    struct bytes why;    /* failed: lines, each with its line feed */
};

struct test_report {
    enum test_format format;
    struct buffer text;  /* of the tests so far */
    struct buffer suite; /* JUnit: of the tests of this rules file */
    const char *file;    /* of these; NULL: none yet */
    uint64_t passed, failed, skipped;
    uint64_t suite_tests, suite_failed, suite_skipped;
};

void test_report_add(struct test_report *r, const struct test_case *t);
/* The whole text, ended: good until the report is freed. */
struct bytes test_report_end(struct test_report *r);
void test_report_free(struct test_report *r);

#endif

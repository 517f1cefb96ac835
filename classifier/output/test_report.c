/* SPDX-License-Identifier: MIT */
#include "output/test_report.h"

#include <inttypes.h>

#include "output/escape.h"

typedef void escape_fn(struct buffer *out, struct bytes in); /* a function, not a struct */

/* "name (port80.pcap)", or where it has none "line 12 (port80.pcap)", or "port80.pcap". */
static void append_title(struct buffer *out, const struct test_case *t, escape_fn *escape)
{
    if (t->name != NULL)
        escape(out, bytes_of_text(t->name));
    else if (t->line > 0)
        buffer_printf(out, "line %u", t->line);
    if (t->name == NULL && t->line == 0) {
        escape(out, bytes_of_text(t->capture));
        return;
    }
    buffer_append_text(out, " (");
    escape(out, bytes_of_text(t->capture));
    buffer_append_text(out, ")");
}

/* The lines of `why`, each behind `before`. */
static void append_lines(struct buffer *out, struct bytes why, const char *before,
                         escape_fn *escape)
{
    while (why.len > 0) {
        const struct bytes line = bytes_first(why, bytes_find(why, bytes_of_text("\n")));
        buffer_append_text(out, before);
        escape(out, line);
        buffer_append_byte(out, '\n');
        why = bytes_after(why, line.len + 1);
    }
}

static void append_flows(struct buffer *out, const struct test_case *t)
{
    buffer_printf(out, ": %" PRIu64 " flow%s", t->flows, t->flows == 1 ? "" : "s");
}

static void add_text(struct test_report *r, const struct test_case *t)
{
    if (r->file == NULL || strcmp(r->file, t->file) != 0) {
        escape_terminal(&r->text, bytes_of_text(t->file));
        buffer_append_byte(&r->text, '\n');
    }
    buffer_append_text(&r->text, t->failed            ? "  FAILED "
                                 : t->skipped != NULL ? "  -      "
                                                      : "  ok     ");
    append_title(&r->text, t, escape_terminal);
    if (t->skipped != NULL)
        buffer_printf(&r->text, ": %s", t->skipped);
    else
        append_flows(&r->text, t);
    buffer_append_byte(&r->text, '\n');
    append_lines(&r->text, t->why, "           ", escape_terminal);
}

/* In a description # would begin a directive (TAP 14, "Escaping"). */
static void escape_tap(struct buffer *out, struct bytes in)
{
    struct buffer plain = {0};

    escape_terminal(&plain, in);
    for (size_t i = 0; i < plain.len; i++) {
        if (plain.at[i] == '#' || plain.at[i] == '\\')
            buffer_append_byte(out, '\\');
        buffer_append_byte(out, plain.at[i]);
    }
    buffer_inherit(out, &plain);
    buffer_free(&plain);
}

static void add_tap(struct test_report *r, const struct test_case *t)
{
    const uint64_t number = r->passed + r->failed + r->skipped;

    if (number == 1)
        buffer_append_text(&r->text, "TAP version 14\n");
    buffer_printf(&r->text, "%s %" PRIu64 " - ", t->failed ? "not ok" : "ok", number);
    escape_tap(&r->text, bytes_of_text(t->file));
    buffer_append_text(&r->text, ": ");
    append_title(&r->text, t, escape_tap);
    if (t->skipped != NULL)
        buffer_printf(&r->text, " # SKIP %s", t->skipped);
    buffer_append_byte(&r->text, '\n');
    append_lines(&r->text, t->why, "# ", escape_terminal);
}

/* What was gathered of one rules file, as a testsuite. */
static void end_suite(struct test_report *r)
{
    if (r->file == NULL)
        return;
    buffer_append_text(&r->text, "  <testsuite name=\"");
    escape_html(&r->text, bytes_of_text(r->file));
    buffer_printf(&r->text,
                  "\" tests=\"%" PRIu64 "\" failures=\"%" PRIu64
                  "\" errors=\"0\" skipped=\"%" PRIu64 "\">\n",
                  r->suite_tests, r->suite_failed, r->suite_skipped);
    buffer_append(&r->text, buffer_bytes(&r->suite));
    buffer_append_text(&r->text, "  </testsuite>\n");
    buffer_inherit(&r->text, &r->suite);
    buffer_clear(&r->suite);
    r->suite_tests = r->suite_failed = r->suite_skipped = 0;
}

static void add_junit(struct test_report *r, const struct test_case *t)
{
    struct buffer *out = &r->suite;

    if (r->file != NULL && strcmp(r->file, t->file) != 0)
        end_suite(r);
    r->suite_tests++;
    r->suite_failed += t->failed;
    r->suite_skipped += t->skipped != NULL;
    buffer_append_text(out, "    <testcase name=\"");
    append_title(out, t, escape_html);
    buffer_append_text(out, "\" classname=\"");
    escape_html(out, bytes_of_text(t->file));
    if (t->line > 0)
        buffer_printf(out, "\" line=\"%u", t->line);
    if (t->skipped != NULL) {
        buffer_printf(out, "\"><skipped message=\"%s\"/></testcase>\n", t->skipped);
    } else if (t->failed) {
        const struct bytes first = bytes_first(t->why, bytes_find(t->why, bytes_of_text("\n")));
        buffer_append_text(out, "\">\n      <failure message=\"");
        escape_html(out, first);
        buffer_append_text(out, "\">");
        append_lines(out, t->why, "", escape_html);
        buffer_append_text(out, "</failure>\n    </testcase>\n");
    } else {
        buffer_append_text(out, "\"/>\n");
    }
}

void test_report_add(struct test_report *r, const struct test_case *t)
{
    r->failed += t->failed;
    r->skipped += !t->failed && t->skipped != NULL;
    r->passed += !t->failed && t->skipped == NULL;
    switch (r->format) {
    case TESTS_TEXT: add_text(r, t); break;
    case TESTS_TAP: add_tap(r, t); break;
    case TESTS_JUNIT: add_junit(r, t); break;
    }
    r->file = t->file;
}

/* The counts of all tests stand in the first line, so that it is made last. */
static void end_junit(struct test_report *r)
{
    struct buffer all = {0};

    end_suite(r);
    buffer_printf(&all,
                  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites tests=\"%" PRIu64
                  "\" failures=\"%" PRIu64 "\" errors=\"0\" skipped=\"%" PRIu64 "\">\n",
                  r->passed + r->failed + r->skipped, r->failed, r->skipped);
    buffer_append(&all, buffer_bytes(&r->text));
    buffer_append_text(&all, "</testsuites>\n");
    buffer_inherit(&all, &r->text);
    buffer_free(&r->text);
    r->text = all;
}

struct bytes test_report_end(struct test_report *r)
{
    const uint64_t count = r->passed + r->failed + r->skipped;

    if (r->format == TESTS_TEXT)
        buffer_printf(&r->text, "%" PRIu64 " passed, %" PRIu64 " failed\n", r->passed, r->failed);
    else if (r->format == TESTS_TAP)
        buffer_printf(&r->text, "%s1..%" PRIu64 "\n", count == 0 ? "TAP version 14\n" : "", count);
    else
        end_junit(r);
    return buffer_bytes(&r->text);
}

void test_report_free(struct test_report *r)
{
    buffer_free(&r->text);
    buffer_free(&r->suite);
    *r = (struct test_report){0};
}

/* SPDX-License-Identifier: MIT */
/* rules test --captures: what the rules say of each capture of a folder, against NAME.expect beside
 * it. A line is a number of flows alike: "COUNT VERDICT PROTO/PORT APP RULE", or of alerts. */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/reading.h"
#include "cli/rules.h"
#include "cli/say.h"
#include "cli/session.h"
#include "model/packet.h"
#include "output/tally.h"

#define KINDS_MAX        65536 /* lines of one capture */
#define DIFFERENCES_MAX  10    /* shown of each side */
#define EXPECT_FILE_MAX  (16u << 20)
#define EXPECT_EXTENSION ".expect"

static const char head[] = "# portwarden rules test: flows, verdict, port, app, rule\n";

static void count_line(struct tally *lines, const struct flow_info *f, const char *verdict,
                       const char *rule)
{
    struct buffer key = {0};
    bool fresh;

    buffer_printf(&key, "%s %s/%u %s %s", verdict, f->transport == TRANSPORT_UDP ? "udp" : "tcp",
                  f->server.port, f->app != NULL ? f->app : "?", rule);
    uint64_t *count = tally_get(lines, buffer_bytes(&key), &fresh);
    if (count != NULL)
        ++*count;
    else
        lines->failed = true;
    buffer_free(&key);
}

static void on_event(void *ctx, const struct event *e)
{
    if (e->flow == NULL)
        return;
    if (e->kind == EVENT_FLOW && e->flow->end != FLOW_GOES_ON)
        count_line(ctx, e->flow, verdict_name(e->flow->verdict),
                   e->flow->rule != NULL ? e->flow->rule : "(default)");
    else if (e->kind == EVENT_ALERT && strcmp(e->as.alert.action, "alert") == 0)
        count_line(ctx, e->flow, "alert", e->as.alert.rule);
}

struct line {
    struct bytes text;
    uint64_t count;
};

static int compare_lines(const void *a, const void *b)
{
    const struct line *x = a, *y = b;
    const size_t len = x->text.len < y->text.len ? x->text.len : y->text.len;
    const int order = len > 0 ? memcmp(x->text.at, y->text.at, len) : 0;

    return order != 0 ? order : x->text.len < y->text.len ? -1 : x->text.len > y->text.len;
}

static void write_lines(struct tally *lines, struct buffer *out)
{
    struct line *sorted = calloc(lines->count + 1, sizeof(*sorted));

    buffer_append_text(out, head);
    for (size_t i = 0; sorted != NULL && i < lines->count; i++)
        sorted[i] = (struct line){tally_key(lines, i), *(uint64_t *)tally_at(lines, i)};
    if (sorted != NULL)
        qsort(sorted, lines->count, sizeof(*sorted), compare_lines);
    for (size_t i = 0; sorted != NULL && i < lines->count; i++) {
        buffer_printf(out, "%" PRIu64 " ", sorted[i].count);
        buffer_append(out, sorted[i].text);
        buffer_append_byte(out, '\n');
    }
    out->failed = out->failed || sorted == NULL || lines->failed;
    free(sorted);
}

static struct bytes take_line(struct bytes *text)
{
    const struct bytes line = bytes_first(*text, bytes_find(*text, bytes_of_text("\n")));

    *text = bytes_after(*text, line.len + 1);
    return line;
}

/* The lines of a text, comments aside, in order. */
struct sheaf {
    struct line *at;
    size_t count;
};

static struct sheaf sheaf_of(struct bytes text)
{
    struct sheaf s = {0};
    size_t room = 1;

    for (size_t i = 0; i < text.len; i++)
        room += text.at[i] == '\n';
    s.at = calloc(room, sizeof(*s.at));
    while (s.at != NULL && text.len > 0) {
        const struct bytes line = take_line(&text);
        if (line.len > 0 && line.at[0] != '#')
            s.at[s.count++].text = line;
    }
    if (s.count > 0)
        qsort(s.at, s.count, sizeof(*s.at), compare_lines);
    return s;
}

/* The lines of `a` that `b` has not. */
static void append_missing(struct buffer *why, const struct sheaf *a, const struct sheaf *b,
                           const char *what)
{
    unsigned left = DIFFERENCES_MAX;

    for (size_t i = 0; i < a->count; i++) {
        const struct line *line = &a->at[i];
        if (b->count > 0 && bsearch(line, b->at, b->count, sizeof(*line), compare_lines) != NULL)
            continue;
        if (left-- == 0) {
            buffer_printf(why, "%s...\n", what);
            return;
        }
        buffer_append_text(why, what);
        buffer_append(why, line->text);
        buffer_append_byte(why, '\n');
    }
}

static void compare(struct bytes expected, struct bytes got, struct buffer *why)
{
    const struct sheaf a = sheaf_of(expected), b = sheaf_of(got);

    append_missing(why, &a, &b, "expected: ");
    append_missing(why, &b, &a, "is here:  ");
    why->failed = why->failed || a.at == NULL || b.at == NULL;
    free(a.at);
    free(b.at);
}

/* False: there is none, or it cannot be read, which is said. */
static bool read_expected(const char *path, struct buffer *out, struct buffer *why)
{
    FILE *file = fopen(path, "rb");
    size_t got = 1;

    if (file == NULL && errno != ENOENT)
        buffer_printf(why, "%s cannot be opened: %s\n", path, strerror(errno));
    if (file == NULL)
        return false;
    while (got > 0 && out->len <= EXPECT_FILE_MAX && buffer_reserve(out, 4096)) {
        got = fread(out->at + out->len, 1, out->room - out->len, file);
        out->len += got;
    }
    if (out->len > EXPECT_FILE_MAX || ferror(file) != 0)
        buffer_printf(why, "%s cannot be read, or is too large\n", path);
    fclose(file);
    return true;
}

static void write_expected(const char *path, struct bytes text, struct buffer *why)
{
    FILE *file = fopen(path, "wb");
    const bool written = file != NULL && fwrite(text.at, 1, text.len, file) == text.len;

    if (file == NULL || fclose(file) != 0 || !written)
        buffer_printf(why, "%s cannot be written: %s\n", path, strerror(errno));
}

/* Compares with the file, or writes it. */
static void settle(const struct options *o, const char *path, struct bytes got,
                   struct test_case *result, struct buffer *why)
{
    struct buffer expected = {0};

    if (o->update) {
        write_expected(path, got, why);
        result->skipped = "written";
    } else if (!read_expected(path, &expected, why)) {
        result->skipped = "nothing to compare with; --update writes it";
    } else if (why->len == 0) {
        compare(buffer_bytes(&expected), got, why);
    }
    buffer_free(&expected);
}

static void test_capture(const struct options *o, const struct policy *p, const char *path,
                         struct test_case *result, struct test_report *report)
{
    struct tally lines;
    struct sink sink = {.event = on_event, .ctx = &lines};
    const struct reading reading = {.options = o, .policy = p, .sink = &sink};
    struct buffer text = {0}, why = {0}, expected = {0};
    char *input = strdup(path);

    tally_init(&lines, sizeof(uint64_t), KINDS_MAX);
    if (input == NULL || reading_run(&reading, &input, 1) != EXIT_GOOD)
        buffer_append_text(&why, "the capture could not be read whole\n");
    write_lines(&lines, &text);
    for (size_t i = 0; i < lines.count; i++)
        if (!bytes_start_with(tally_key(&lines, i), bytes_of_text("alert ")))
            result->flows += *(uint64_t *)tally_at(&lines, i);
    buffer_printf(&expected, "%s" EXPECT_EXTENSION, path);
    buffer_append_byte(&expected, '\0');
    if (text.failed || expected.failed)
        buffer_append_text(&why, "out of memory\n");
    else if (why.len == 0)
        settle(o, (const char *)expected.at, buffer_bytes(&text), result, &why);
    result->failed = why.len > 0 || why.failed;
    result->why = buffer_bytes(&why);
    test_report_add(report, result);
    tally_free(&lines);
    buffer_free(&text);
    buffer_free(&expected);
    buffer_free(&why);
    free(input);
}

static int only_captures(const struct dirent *entry)
{
    const size_t len = strlen(entry->d_name), end = strlen(EXPECT_EXTENSION);

    return inputs_is_capture(entry->d_name) &&
           !(len > end && strcmp(entry->d_name + len - end, EXPECT_EXTENSION) == 0);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

bool rules_golden(const struct options *o, const struct policy *p, const char *file,
                  struct test_report *report)
{
    struct dirent **entry = NULL;
    const int count = scandir(o->captures, &entry, only_captures, by_name);

    if (count <= 0) {
        say_error(count == 0 ? "%s: no captures in this folder" : "%s: the folder cannot be read",
                  o->captures);
        free(entry);
        return false;
    }
    for (int i = 0; i < count; i++) {
        struct buffer path = {0};
        struct test_case result = {.file = file, .capture = entry[i]->d_name};
        buffer_printf(&path, "%s/%s", o->captures, entry[i]->d_name);
        buffer_append_byte(&path, '\0');
        if (!path.failed)
            test_capture(o, p, (const char *)path.at, &result, report);
        buffer_free(&path);
        free(entry[i]);
    }
    free(entry);
    return true;
}

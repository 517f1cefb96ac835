/* SPDX-License-Identifier: MIT */
/* Every example of docs/rules.md loads, or fails with the sentence that stands above it; every file
 * of rules/ loads without a warning; every key is in the reference. Runs in the project's root. */
#include <glob.h>

#include "policy/notes.h"
#include "policy/rates.h"
#include "policy/tests.h"
#include "policy_harness.h"

#define FENCE "```"

static struct bytes read_file(const char *path, struct buffer *out)
{
    FILE *file = fopen(path, "rb");
    size_t got = 1;

    CHECK(file != NULL, path);
    while (file != NULL && got > 0 && buffer_reserve(out, 4096)) {
        got = fread(out->at + out->len, 1, out->room - out->len, file);
        out->len += got;
    }
    if (file != NULL)
        fclose(file);
    return buffer_bytes(out);
}

/* The next line, without its end; takes it from `text`. */
static struct bytes take_line(struct bytes *text)
{
    const struct bytes line = bytes_first(*text, bytes_find(*text, LITERAL("\n")));

    *text = bytes_after(*text, line.len + 1);
    return line;
}

/* "# rules.yaml:6:13: sentence" in the first line of a file that is wrong. */
static void check_bad(struct bytes example)
{
    struct err err = {0};
    char want[512];
    struct bytes rest = example;
    const struct bytes sentence = bytes_after(take_line(&rest), 2);
    struct policy *p = policy_load_text(example, "rules.yaml", NULL, NULL, &err);

    snprintf(want, sizeof(want), "%.*s", (int)sentence.len, (const char *)sentence.at);
    CHECK(p == NULL, want);
    CHECK_TEXT(err.text, want, "the sentence of a mistake");
    policy_free(p);
}

static void show(const struct policy *p, struct buffer *out)
{
    buffer_clear(out);
    if (p != NULL)
        policy_show(p, out);
}

/* What is shown of it loads, and shows the same. (Lines stand in comments: the second is compared.)
 */
static void check_shown(const struct policy *p)
{
    struct buffer first = {0}, second = {0};
    struct err err = {0};

    show(p, &first);
    struct policy *again = policy_load_text(buffer_bytes(&first), "shown", NULL, NULL, &err);
    CHECK_TEXT(err.text, "", "what is shown loads");
    CHECK(again != NULL && policy_rule_count(again) == policy_listed(p), "with all its rules");
    show(again, &second);
    policy_free(again);
    again = policy_load_text(buffer_bytes(&second), "shown", NULL, NULL, &err);
    show(again, &first);
    CHECK(bytes_equal(buffer_bytes(&first), buffer_bytes(&second)), "and shows the same");
    policy_free(again);
    buffer_free(&first);
    buffer_free(&second);
}

static void check_good(struct bytes example, const char *head)
{
    struct err err = {0};
    struct buffer text = {0}, warnings = {0};

    buffer_append_text(&text, head);
    buffer_append(&text, example);
    struct policy *p =
        policy_load_tests_text(buffer_bytes(&text), "docs/rules.md", harness_warn, &warnings, &err);
    CHECK_TEXT(err.text, "", "an example");
    CHECK(p != NULL && warnings.len == 0, "an example without a warning");
    if (p != NULL)
        check_shown(p);
    policy_free(p);
    buffer_free(&text);
    buffer_free(&warnings);
}

static size_t check_examples(struct bytes page)
{
    size_t examples = 0;

    while (page.len > 0) {
        const struct bytes info = take_line(&page);
        if (!bytes_start_with(info, LITERAL(FENCE)))
            continue;
        const struct bytes example = bytes_first(page, bytes_find(page, LITERAL("\n" FENCE)) + 1);
        page = bytes_after(page, example.len);
        take_line(&page);
        if (bytes_equal(info, LITERAL(FENCE "yaml bad")))
            check_bad(example);
        else if (bytes_start_with(example, LITERAL("- ")))
            check_good(example, HARNESS_HEAD);
        else
            check_good(example, "");
        examples++;
    }
    return examples;
}

/* The tables are those of `portwarden rules show --keys --markdown`, line by line. */
static void check_keys_are_documented(struct bytes page)
{
    struct buffer tables = {0};
    char line[1024];

    policy_show_keys(&tables, true);
    for (struct bytes rest = buffer_bytes(&tables); rest.len > 0;) {
        const struct bytes row = take_line(&rest);
        snprintf(line, sizeof(line), "\n%.*s\n", (int)row.len, (const char *)row.at);
        CHECK(bytes_find(page, bytes_of_text(line)) < page.len, line);
    }
    buffer_free(&tables);
}

static void check_shipped_rules(void)
{
    glob_t found = {0};

    CHECK(glob("rules/*.yaml", 0, NULL, &found) == 0 && found.gl_pathc >= 4, "rules/*.yaml");
    for (size_t i = 0; i < found.gl_pathc; i++) {
        struct err err = {0};
        struct buffer warnings = {0};
        struct policy *p = policy_load_tests(found.gl_pathv[i], harness_warn, &warnings, &err);
        CHECK_TEXT(err.text, "", found.gl_pathv[i]);
        CHECK(p != NULL && policy_rule_count(p) > 0 && warnings.len == 0, found.gl_pathv[i]);
        if (p != NULL)
            check_shown(p);
        policy_free(p);
        buffer_free(&warnings);
    }
    globfree(&found);
}

int main(void)
{
    struct buffer page = {0};
    const struct bytes text = read_file("docs/rules.md", &page);

    CHECK(check_examples(text) >= 10, "examples in docs/rules.md");
    check_keys_are_documented(text);
    check_shipped_rules();
    buffer_free(&page);
    return test_end();
}

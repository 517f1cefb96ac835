/* SPDX-License-Identifier: MIT */
#include "output/json.h"

#include <time.h>

#include "output/clock_text.h"
#include "output/escape.h"
#include "random.h"
#include "test.h"

static const char *text_of(struct buffer *b)
{
    buffer_append_byte(b, 0);
    b->len--;
    return (const char *)b->at;
}

static void write_sample(struct json *j)
{
    json_object(j, NULL);
    json_text(j, "a", "x\"y");
    json_text(j, "none", NULL);
    json_array(j, "empty");
    json_end(j);
    json_array(j, "list");
    json_u64(j, NULL, 0);
    json_u64(j, NULL, UINT64_MAX);
    json_i64(j, NULL, INT64_MIN);
    json_object(j, NULL);
    json_end(j);
    json_object(j, NULL);
    json_bool(j, "yes", true);
    json_bool(j, "no", false);
    json_end(j);
    json_end(j);
    json_hex(j, "hex", LITERAL("\x00\xfe"));
    json_base64(j, "b64", LITERAL("foob"));
    json_end(j);
}

static void test_compact(void)
{
    struct buffer out = {0};
    struct json j = json_into(&out, false);

    write_sample(&j);
    CHECK_TEXT(text_of(&out),
               "{\"a\":\"x\\\"y\",\"none\":null,\"empty\":[],\"list\":[0,18446744073709551615,"
               "-9223372036854775808,{},{\"yes\":true,\"no\":false}],\"hex\":\"00fe\","
               "\"b64\":\"Zm9vYg==\"}",
               "compact");
    buffer_free(&out);
}

static void test_pretty(void)
{
    struct buffer out = {0};
    struct json j = json_into(&out, true);

    json_object(&j, NULL);
    json_u64(&j, "n", 1);
    json_array(&j, "list");
    json_u64(&j, NULL, 2);
    json_u64(&j, NULL, 3);
    json_end(&j);
    json_object(&j, "empty");
    json_end(&j);
    json_end(&j);
    CHECK_TEXT(text_of(&out),
               "{\n  \"n\": 1,\n  \"list\": [\n    2,\n    3\n  ],\n  \"empty\": {}\n}", "pretty");
    buffer_free(&out);
}

static void test_deepest(void)
{
    struct buffer out = {0};
    struct json j = json_into(&out, true);

    for (int i = 0; i < JSON_DEPTH; i++)
        json_array(&j, NULL);
    for (int i = 0; i < JSON_DEPTH; i++)
        json_end(&j);
    CHECK(j.depth == 0 && out.at[out.len - 1] == ']', "the deepest nesting");
    CHECK(memchr(out.at, 0, out.len) == NULL, "indented by blanks alone");
    buffer_free(&out);
}

static void check_time(int64_t ns, const char *want)
{
    struct buffer out = {0};

    clock_text_append(&out, ns);
    CHECK_TEXT(text_of(&out), want, "a time");
    buffer_free(&out);
}

static void test_times(void)
{
    check_time(1795324561123456789, "2026-11-22T05:16:01.123456+0000");
    check_time(0, "1970-01-01T00:00:00.000000+0000");
    check_time(-1, "1969-12-31T23:59:59.999999+0000");
    check_time(951782400000000000, "2000-02-29T00:00:00.000000+0000");
    check_time(INT64_MAX, "2262-04-11T23:47:16.854775+0000");
    check_time(INT64_MIN, "1677-09-21T00:12:43.145224+0000");
}

/* Against the C library: each day of 200 years, at a second that differs. */
static void test_days(void)
{
    struct buffer out = {0};
    bool same = true;

    for (time_t day = -36500; day < 36500; day++) {
        const time_t seconds = day * 86400 + (day * 7919 % 86400 + 86400) % 86400;
        struct tm tm;
        char want[64];
        gmtime_r(&seconds, &tm);
        strftime(want, sizeof(want), "%Y-%m-%d %H:%M:%S", &tm);
        buffer_clear(&out);
        clock_text_append_date(&out, (int64_t)seconds * 1000000000);
        same = same && strcmp(text_of(&out), want) == 0;
    }
    CHECK(same, "each day as gmtime has it");
    buffer_clear(&out);
    clock_text_append_time(&out, 86399999999999);
    CHECK_TEXT(text_of(&out), "23:59:59.999", "a time of day");
    buffer_free(&out);
}

/* From the minute that was last written, and afresh. */
static void test_near(void)
{
    static const int64_t start[] = {INT64_MIN, -1500000000, 0, 1795324561123456789, INT64_MAX};
    uint8_t got[CLOCK_TEXT_LEN], want[CLOCK_TEXT_LEN];
    struct clock_minute minute = {0};
    bool same = true;

    for (unsigned i = 0; i < 50000; i++) {
        const uint64_t step = (uint64_t)random_below(2000) * random_below(100000000);
        const size_t from = i / 10000;
        const int64_t ns = from == 4 ? start[from] - (int64_t)step : start[from] + (int64_t)step;
        same = same && clock_text_put_near(&minute, got, ns) == got + CLOCK_TEXT_LEN &&
               clock_text_put(want, ns) == want + CLOCK_TEXT_LEN &&
               memcmp(got, want, sizeof(got)) == 0;
    }
    CHECK(same, "times near each other");
}

/* Any byte at any place of a string is written as by the escape function alone. */
static void test_strings(void)
{
    struct buffer got = {0}, want = {0};
    uint8_t text[40];
    bool same = true;

    for (unsigned i = 0; i < sizeof(text) * sizeof(text) * 256; i++) {
        const size_t len = i / 256 / sizeof(text), place = i / 256 % sizeof(text);
        if (place >= len)
            continue;
        memset(text, 'x', sizeof(text));
        text[place] = (uint8_t)i;
        const struct bytes in = test_copy(bytes_of(text, len));
        struct json j = json_into(&got, false);
        buffer_clear(&got);
        buffer_clear(&want);
        json_string(&j, NULL, in);
        buffer_append_byte(&want, '"');
        escape_json(&want, in);
        buffer_append_byte(&want, '"');
        same = same && bytes_equal(buffer_bytes(&got), buffer_bytes(&want));
        free((void *)(uintptr_t)in.at);
    }
    CHECK(same, "every byte at every place");
    buffer_free(&got);
    buffer_free(&want);
}

int main(void)
{
    test_compact();
    test_pretty();
    test_deepest();
    test_times();
    test_days();
    test_near();
    test_strings();
    return test_end();
}

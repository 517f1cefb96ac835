/* SPDX-License-Identifier: MIT */
#include "output/terminal.h"

#include "base/utf8.h"
#include "test.h"

static struct buffer out;

static const char *said(void)
{
    static char text[1024];

    CHECK(out.len < sizeof(text), "a short text");
    memcpy(text, out.at, out.len);
    text[out.len] = '\0';
    buffer_clear(&out);
    return text;
}

static const char *cell(const char *text, size_t columns, enum align align)
{
    terminal_cell(&out, bytes_of_text(text), columns, align);
    return said();
}

static void test_cells(void)
{
    CHECK_TEXT(cell("abc", 5, ALIGN_LEFT), "abc  ", "filled");
    CHECK_TEXT(cell("abc", 5, ALIGN_RIGHT), "  abc", "to the right");
    CHECK_TEXT(cell("abcde", 5, ALIGN_RIGHT), "abcde", "just fits");
    CHECK_TEXT(cell("abcdef", 5, ALIGN_LEFT), "abc..", "cut");
    CHECK_TEXT(cell("abcdef", 1, ALIGN_LEFT), ".", "cut to almost nothing");
    CHECK_TEXT(cell("abc", 0, ALIGN_LEFT), "", "cut to nothing");
    CHECK_TEXT(cell("", 2, ALIGN_RIGHT), "  ", "empty");
    CHECK_TEXT(cell("a\033[1m", 8, ALIGN_LEFT), "a\\x1b[1m", "escaped before it is measured");
    CHECK_TEXT(cell("\xc3\xa4\xc3\xb6", 3, ALIGN_LEFT), "\xc3\xa4\xc3\xb6 ", "letters, not bytes");
    CHECK_TEXT(cell("\xe6\x97\xa5\xe6\x9c\xac", 5, ALIGN_LEFT), "\xe6\x97\xa5\xe6\x9c\xac ",
               "wide characters take two");
    CHECK_TEXT(cell("\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e", 5, ALIGN_LEFT), "\xe6\x97\xa5.. ",
               "half a wide character is not shown");
    CHECK_TEXT(cell("e\xcc\x81", 2, ALIGN_LEFT), "e\xcc\x81 ", "a combining mark takes none");
    terminal_tail(&out, bytes_of_text("ab"), 5);
    CHECK_TEXT(said(), "ab", "a tail is not filled");
}

/* Whatever the bytes, a cell is as wide as it says, and legal UTF-8. */
static void test_any_bytes(void)
{
    bool straight = true;

    srand(1);
    for (int i = 0; i < 20000; i++) {
        uint8_t bytes[40];
        for (size_t k = 0; k < sizeof(bytes); k++)
            bytes[k] = (uint8_t)(rand() >> 7);
        const size_t columns = (size_t)rand() % 30;
        buffer_clear(&out);
        terminal_cell(&out, bytes_of(bytes, (size_t)rand() % sizeof(bytes)), columns,
                      i % 2 == 0 ? ALIGN_LEFT : ALIGN_RIGHT);
        struct utf8 u = {0};
        straight = straight && terminal_width(buffer_bytes(&out)) == columns &&
                   utf8_feed(&u, buffer_bytes(&out)) == out.len;
    }
    CHECK(straight, "columns stay straight");
    buffer_clear(&out);
}

/* A name of megabytes of combining marks costs no more than a line. */
static void test_long_name(void)
{
    const size_t len = 1 << 22;
    uint8_t *marks = malloc(len);

    for (size_t i = 0; i < len; i += 2)
        memcpy(marks + i, "\xcc\x81", 2);
    terminal_cell(&out, bytes_of(marks, len), 10, ALIGN_LEFT);
    CHECK(out.len < 300, "bounded");
    buffer_clear(&out);
    free(marks);
}

static const char *size(uint64_t bytes)
{
    terminal_size(&out, bytes);
    return said();
}

static const char *span(int64_t ns)
{
    terminal_span(&out, ns);
    return said();
}

static void test_numbers(void)
{
    const int64_t second = 1000000000;

    CHECK_TEXT(size(0), "0 B", "size");
    CHECK_TEXT(size(999), "999 B", "size");
    CHECK_TEXT(size(1000), "1.0 kB", "size");
    CHECK_TEXT(size(1234567), "1.2 MB", "size");
    CHECK_TEXT(size(UINT64_MAX), "18.4 EB", "size");
    CHECK_TEXT(span(-5), "0.000s", "span");
    CHECK_TEXT(span(9 * second + 7000000), "9.007s", "span");
    CHECK_TEXT(span(12 * second + 390000000), "12.3s", "span");
    CHECK_TEXT(span(245 * second), "4m05s", "span");
    CHECK_TEXT(span(3 * 3600 * second + 125 * second), "3h02m", "span");
    CHECK_TEXT(span((2 * 86400 + 4 * 3600) * second), "2d04h", "span");
    terminal_number(&out, 42, 5);
    CHECK_TEXT(said(), "   42", "number");
    terminal_number(&out, 123456, 5);
    CHECK_TEXT(said(), "123456", "a number is never cut");
    terminal_seconds(&out, 12 * second + 34000, 12);
    CHECK_TEXT(said(), "   12.000034", "seconds");
    terminal_seconds(&out, -1, 0);
    CHECK_TEXT(said(), "0.000000", "seconds never go back");
}

static void test_colors(void)
{
    terminal_colored(&out, true, COLOR_RED, "x");
    CHECK_TEXT(said(), "\033[31mx\033[0m", "colour");
    terminal_colored(&out, false, COLOR_RED, "x");
    CHECK_TEXT(said(), "x", "no colour");
}

int main(void)
{
    test_cells();
    test_any_bytes();
    test_long_name();
    test_numbers();
    test_colors();
    buffer_free(&out);
    return test_end();
}

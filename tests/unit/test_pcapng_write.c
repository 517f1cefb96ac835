/* SPDX-License-Identifier: MIT */
/* What is written is read back by our own reader; comments stand where the format has them. */
#include "output/pcapng_write.h"

#include <stdlib.h>
#include <unistd.h>

#include "capture/capture.h"
#include "test.h"

#define COMMENT_AT 28 /* of a packet block without data: type, length, five words */

static struct frame frame_of(const char *text, uint32_t linktype, uint32_t interface, int64_t ns)
{
    return (struct frame){.time_ns = ns,
                          .linktype = linktype,
                          .interface = interface,
                          .wire_len = 99,
                          .data = bytes_of_text(text)};
}

static struct capture *read_back(const struct buffer *b)
{
    char path[] = "/tmp/test_pcapng.XXXXXX";
    const int fd = mkstemp(path);

    CHECK(fd >= 0 && write(fd, b->at, b->len) == (ssize_t)b->len, "a temporary file");
    struct capture *c = capture_open_file(path, NULL, NULL);
    close(fd);
    unlink(path);
    return c;
}

static void check_next(struct capture *c, const struct frame *want, uint32_t interface)
{
    struct frame got;

    CHECK(capture_next(c, &got, NULL) == CAPTURE_FRAME, "a frame");
    CHECK(bytes_equal(got.data, want->data) && got.wire_len == want->wire_len, "its bytes");
    CHECK(got.time_ns == want->time_ns, "its nanoseconds");
    CHECK(got.linktype == want->linktype && got.interface == interface, "its interface");
}

static void test_round_trip(void)
{
    static struct pcapng_writer w;
    const struct frame f[] = {frame_of("one", 1, 0, INT64_C(1790000000123456789)),
                              frame_of("", 101, 0, 5), frame_of("three", 1, 1, 0),
                              frame_of("four", 1, 0, INT64_C(4611686018427387903))};
    struct buffer out = {0};
    struct frame none;

    pcapng_begin(&out, "a test", LITERAL("why"));
    for (size_t i = 0; i < 3; i++)
        CHECK(pcapng_frame(&w, &out, &f[i], "a.pcap", LITERAL("x\0yy\0")), "written");
    CHECK(pcapng_frame(&w, &out, &f[3], "b.pcap", LITERAL("")), "of another file");
    CHECK(w.count == 4, "an interface for each file, link type and number");
    CHECK(out.len % 4 == 0, "aligned");
    struct capture *c = read_back(&out);
    for (uint32_t i = 0; i < 4; i++)
        check_next(c, &f[i], i);
    CHECK(capture_next(c, &none, NULL) == CAPTURE_END, "and no more");
    capture_close(c);
    buffer_free(&out);
}

static void test_comments(void)
{
    static const char want[] = "\1\0\1\0x\0\0\0" /* opt_comment, padded to four */
                               "\1\0\2\0yy\0\0"
                               "\0\0\0\0"; /* opt_endofopt */
    static struct pcapng_writer w;
    const struct frame f = frame_of("", 1, 0, 1);
    struct buffer out = {0};

    CHECK(pcapng_frame(&w, &out, &f, "a", LITERAL("")), "the interface comes first");
    const size_t at = out.len;
    CHECK(pcapng_frame(&w, &out, &f, "a", LITERAL("x\0yy\0")), "two comments");
    const struct bytes block = bytes_after(buffer_bytes(&out), at);
    CHECK(bytes_start_with(bytes_after(block, COMMENT_AT), LITERAL(want)), "each an option");
    CHECK(block.len == COMMENT_AT + sizeof(want) - 1 + 4, "and the length again");
    buffer_free(&out);
}

static void test_bounds(void)
{
    static struct pcapng_writer w;
    static char text[70000];
    struct buffer out = {0};

    memset(text, 'c', sizeof(text) - 1);
    struct frame f = frame_of("x", 1, 0, 1);
    CHECK(pcapng_frame(&w, &out, &f, "a", bytes_of(text, sizeof(text))), "a long comment");
    struct capture *c = read_back(&out);
    CHECK(c == NULL, "(not without its section)");
    capture_close(c);
    for (f.interface = 1; f.interface < PCAPNG_INTERFACES; f.interface++)
        CHECK(pcapng_frame(&w, &out, &f, "a", LITERAL("")), "interfaces");
    const size_t len = out.len;
    CHECK(!pcapng_frame(&w, &out, &f, "a", LITERAL("")) && out.len == len, "one too many");
    buffer_free(&out);
}

int main(void)
{
    test_round_trip();
    test_comments();
    test_bounds();
    return test_end();
}

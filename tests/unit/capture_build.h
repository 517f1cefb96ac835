/* SPDX-License-Identifier: MIT */
/* capture_build.h - capture files made byte by byte, and read back as one line of text. */
#ifndef TESTS_UNIT_CAPTURE_BUILD_H
#define TESTS_UNIT_CAPTURE_BUILD_H

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buffer.h"
#include "capture/reader.h"
#include "test.h"

struct file {
    struct buffer bytes;
    bool big; /* byte order of what is put next */
};

static inline void put(struct file *f, size_t bytes, uint64_t value)
{
    for (size_t i = 0; i < bytes; i++)
        buffer_append_byte(&f->bytes, (uint8_t)(value >> 8 * (f->big ? bytes - 1 - i : i)));
}

static inline void put_text(struct file *f, const char *text)
{
    buffer_append_text(&f->bytes, text);
}

static inline void put_pcap_header(struct file *f, uint32_t magic, uint32_t linktype)
{
    put(f, 4, magic);
    put(f, 2, 2);
    put(f, 2, 4);
    put(f, 8, 0);
    put(f, 4, 65535);
    put(f, 4, linktype);
}

static inline void put_pcap_record(struct file *f, uint32_t seconds, uint32_t fraction,
                                   const char *data)
{
    put(f, 4, seconds);
    put(f, 4, fraction);
    put(f, 4, strlen(data));
    put(f, 4, strlen(data));
    put_text(f, data);
}

static inline void put_padding(struct file *f, size_t len)
{
    while (len++ % 4 != 0)
        put(f, 1, 0);
}

static inline void put_section(struct file *f, bool big)
{
    f->big = big;
    put(f, 4, 0x0a0d0d0a);
    put(f, 4, 28);
    put(f, 4, 0x1a2b3c4d);
    put(f, 4, 1); /* 1.0, in either order of its halves */
    put(f, 8, UINT64_MAX);
    put(f, 4, 28);
    if (big)
        memcpy(f->bytes.at + f->bytes.len - 16, "\0\1\0\0", 4);
}

/* tsresol 0 leaves both options out. */
static inline void put_interface(struct file *f, uint16_t linktype, uint8_t tsresol, int64_t offset)
{
    const size_t len = tsresol == 0 ? 20 : 44;

    put(f, 4, 1);
    put(f, 4, len);
    put(f, 2, linktype);
    put(f, 2, 0);
    put(f, 4, 6); /* snaplen */
    if (tsresol != 0) {
        put(f, 2, 9);
        put(f, 2, 1);
        put(f, 1, tsresol);
        put_padding(f, 1);
        put(f, 2, 14);
        put(f, 2, 8);
        put(f, 8, (uint64_t)offset);
        put(f, 4, 0);
    }
    put(f, 4, len);
}

static inline void put_enhanced(struct file *f, uint32_t interface, uint64_t ticks,
                                const char *data)
{
    const size_t len = strlen(data);
    const size_t block = 32 + ((len + 3) & ~(size_t)3);

    put(f, 4, 6);
    put(f, 4, block);
    put(f, 4, interface);
    put(f, 4, ticks >> 32);
    put(f, 4, ticks & UINT32_MAX);
    put(f, 4, len);
    put(f, 4, len + 100);
    put_text(f, data);
    put_padding(f, len);
    put(f, 4, block);
}

static inline const char *file_name(void)
{
    static char path[256];
    const char *folder = getenv("TMPDIR");

    if (path[0] == '\0')
        snprintf(path, sizeof(path), "%s/test_capture.%ld", folder != NULL ? folder : "/tmp",
                 (long)getpid());
    return path;
}

static inline void file_write(struct bytes b)
{
    const int fd = open(file_name(), O_WRONLY | O_CREAT | O_TRUNC, 0600);

    if (fd < 0 || write(fd, b.at, b.len) != (ssize_t)b.len)
        abort();
    close(fd);
}

/* A pipe that already holds `b` (what a pipe holds without a reader: 64 KiB on Linux). */
static inline int file_pipe(struct bytes b)
{
    int ends[2];

    if (pipe(ends) != 0 || write(ends[1], b.at, b.len) != (ssize_t)b.len)
        abort();
    close(ends[1]);
    return ends[0];
}

/* "1 @seconds.nanoseconds L<link type> captured/wire data; ..." and how it ended. */
static inline void file_read(int fd, const char *filter, size_t room, struct buffer *log)
{
    struct err err = {0};
    struct frame f;
    enum capture_result result = CAPTURE_END;
    struct capture *c = capture_open_fd(fd, "x", filter, room, &err);

    buffer_clear(log);
    while (c != NULL && (result = capture_next(c, &f, &err)) == CAPTURE_FRAME)
        buffer_printf(log, "%llu @%lld.%09lld L%u %zu/%u %.*s; ", (unsigned long long)f.number,
                      (long long)(f.time_ns / 1000000000), (long long)(f.time_ns % 1000000000),
                      f.linktype, f.data.len, f.wire_len, (int)f.data.len, (const char *)f.data.at);
    buffer_append_text(log, c == NULL || result == CAPTURE_BROKEN ? err.text : "end");
    buffer_append_byte(log, 0);
    CHECK(c == NULL || capture_next(c, &f, &err) == CAPTURE_END, "after the end is the end");
    capture_close(c);
}

static inline bool file_same_frame(const struct frame *a, const struct frame *b)
{
    return a->number == b->number && a->time_ns == b->time_ns && a->linktype == b->linktype &&
           a->interface == b->interface && a->wire_len == b->wire_len &&
           bytes_equal(a->data, b->data);
}

/* One by one from `fd`, by the few from `fd_few`: the same frames and the same end. `room`: of the
 * latter's buffer. */
static inline void file_check_few(int fd, int fd_few, size_t room, const char *filter,
                                  const char *name)
{
    struct err err = {0}, err_few = {0};
    struct capture *c = capture_open_fd(fd, "x", filter, INPUT_ROOM, &err);
    struct capture *c_few = capture_open_fd(fd_few, "x", filter, room, &err_few);
    enum capture_result result = CAPTURE_END, result_few = CAPTURE_END;
    struct frames few = {0};
    struct frame f;

    while (c_few != NULL && (result_few = capture_next_few(c_few, &few, &err_few)) == CAPTURE_FRAME)
        for (size_t i = 0; i < few.count; i++) {
            result = capture_next(c, &f, &err);
            CHECK(result == CAPTURE_FRAME && file_same_frame(&f, &few.at[i]), name);
        }
    if (c != NULL)
        result = capture_next(c, &f, &err);
    CHECK(result == result_few && few.count == 0, name);
    CHECK_TEXT(err_few.text, err.text, name);
    capture_close(c);
    capture_close(c_few);
}

/* From a file, with a buffer that grows at each record, from a pipe, and by the few: always the
 * same. */
static inline void file_check(struct bytes b, const char *filter, const char *want,
                              const char *name)
{
    struct buffer log = {0};

    file_write(b);
    file_read(open(file_name(), O_RDONLY), filter, INPUT_ROOM, &log);
    CHECK_TEXT((const char *)log.at, want, name);
    file_read(open(file_name(), O_RDONLY), filter, 5, &log);
    CHECK_TEXT((const char *)log.at, want, name);
    file_read(file_pipe(b), filter, INPUT_ROOM, &log);
    CHECK_TEXT((const char *)log.at, want, name);
    file_check_few(open(file_name(), O_RDONLY), open(file_name(), O_RDONLY), INPUT_ROOM, filter,
                   name);
    buffer_free(&log);
    unlink(file_name());
}

#endif

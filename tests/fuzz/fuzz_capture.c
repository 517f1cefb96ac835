/* SPDX-License-Identifier: MIT */
/* fuzz_capture.c - a byte that chooses the buffer's size and the filter, then a capture file of any
 * kind. However the reads are cut, the frames and the final sentence must be the same.
 */
#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/hash.h"
#include "capture/reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FILTER_BIT 0x80
#define FRAMES_MAX 100000

struct seen {
    uint64_t frames, sum;
    enum capture_result last;
    struct err err;
};

static void look(struct seen *s, const struct frame *f)
{
    static const struct hash_key key;
    const uint64_t parts[] = {s->sum,      f->number,   (uint64_t)f->time_ns,
                              f->linktype, f->wire_len, hash_bytes(&key, f->data)};

    assert(f->wire_len >= f->data.len);
    assert(f->time_ns >= FRAME_TIME_MIN && f->time_ns <= FRAME_TIME_MAX);
    s->sum = hash_bytes(&key, bytes_of(parts, sizeof(parts)));
    s->frames++;
}

static struct seen run(struct capture *c, struct err err)
{
    struct seen s = {.last = CAPTURE_END, .err = err};
    struct frame f;

    assert(c != NULL || s.err.text[0] != '\0');
    while (c != NULL && s.frames < FRAMES_MAX) {
        s.last = capture_next(c, &f, &s.err);
        if (s.last != CAPTURE_FRAME)
            break;
        look(&s, &f);
        assert(capture_progress(c) >= 0 && capture_progress(c) <= 1000);
    }
    assert(s.last != CAPTURE_BROKEN || s.err.text[0] != '\0');
    capture_close(c);
    return s;
}

static struct seen run_fd(FILE *file, const char *path, const char *filter, size_t room)
{
    struct err err = {0};
    const int fd = dup(fileno(file));

    lseek(fd, 0, SEEK_SET);
    struct capture *c = capture_open_fd(fd, path, filter, room, &err);
    return run(c, err);
}

/* By its name, as the command line opens it; and its first packet's time alone. */
static struct seen run_path(const char *path, const char *filter)
{
    struct err err = {0};
    int64_t first;

    if (capture_first_time(path, &first))
        assert(first >= FRAME_TIME_MIN && first <= FRAME_TIME_MAX);
    struct capture *c = capture_open_file(path, filter, &err);
    return run(c, err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static FILE *file;
    char path[32];

    if (file == NULL)
        file = tmpfile();
    if (file == NULL)
        abort();
    if (size < 2)
        return 0;
    const char *filter = (data[0] & FILTER_BIT) != 0 ? "tcp port 80" : NULL;
    rewind(file);
    if (fwrite(data + 1, 1, size - 1, file) != size - 1 || fflush(file) != 0 ||
        ftruncate(fileno(file), (off_t)size - 1) != 0)
        abort();
    snprintf(path, sizeof(path), "/dev/fd/%d", fileno(file));
    const struct seen whole = run_path(path, filter);
    const struct seen cut = run_fd(file, path, filter, 4 + (data[0] & 0x7f));
    assert(whole.frames == cut.frames && whole.sum == cut.sum && whole.last == cut.last);
    assert(strcmp(whole.err.text, cut.err.text) == 0);
    return 0;
}

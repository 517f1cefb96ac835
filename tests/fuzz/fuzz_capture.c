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
    assert(f->time_ns >= -(INT64_C(1) << 62) && f->time_ns <= INT64_C(1) << 62);
    s->sum = hash_bytes(&key, bytes_of(parts, sizeof(parts)));
    s->frames++;
}

static struct seen run(FILE *file, const char *filter, size_t room)
{
    struct seen s = {.last = CAPTURE_END};
    struct frame f;
    const int fd = dup(fileno(file));

    lseek(fd, 0, SEEK_SET);
    struct capture *c = capture_open_fd(fd, "x", filter, room, &s.err);
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static FILE *file;

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
    const struct seen whole = run(file, filter, INPUT_ROOM);
    const struct seen cut = run(file, filter, 4 + (data[0] & 0x7f));
    assert(whole.frames == cut.frames && whole.sum == cut.sum && whole.last == cut.last);
    assert(strcmp(whole.err.text, cut.err.text) == 0);
    return 0;
}

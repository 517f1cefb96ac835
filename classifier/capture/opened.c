/* SPDX-License-Identifier: MIT */
#include "capture/opened.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/reader.h"

struct opened {
    struct input input;
    char *name; /* as sentences call it */
};

static const char *why_not(int error)
{
    switch (error) {
    case ENOENT: return "no such file";
    case EACCES:
    case EPERM: return "no permission to read it";
    default: return strerror(error);
    }
}

/* -1: `err` says why. */
static int open_path(const char *path, struct err *err)
{
    struct stat st;

    if (strcmp(path, "-") == 0)
        return STDIN_FILENO;
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        err_set(err, "%s: %s", path, why_not(errno));
        return -1;
    }
    if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
        err_set(err, "%s: a folder, not a capture file", path);
        close(fd);
        return -1;
    }
    return fd;
}

struct opened *opened_create(const char *path, struct err *err)
{
    const int fd = open_path(path, err);
    struct opened *o = fd >= 0 ? calloc(1, sizeof(*o)) : NULL;

    if (fd < 0)
        return NULL;
    if (o != NULL)
        o->name = strdup(fd == STDIN_FILENO ? "standard input" : path);
    if (o != NULL && o->name != NULL && input_open(&o->input, fd, INPUT_ROOM))
        return o;
    err_set(err, "%s: not enough memory", path);
    if (fd != STDIN_FILENO)
        close(fd);
    opened_close(o);
    return NULL;
}

void opened_close(struct opened *o)
{
    if (o == NULL)
        return;
    input_close(&o->input);
    free(o->name);
    free(o);
}

struct bytes opened_look(struct opened *o, size_t n)
{
    if (n > OPENED_LOOK_MAX)
        n = OPENED_LOOK_MAX;
    (void)input_need(&o->input, n);
    return bytes_first(bytes_of(input_at(&o->input), input_left(&o->input)), n);
}

struct capture *opened_capture(struct opened *o, const char *filter, struct err *err)
{
    struct capture *c = capture_open_input(&o->input, o->name, filter, err);

    opened_close(o); /* without its input */
    return c;
}

enum opened_result opened_next(struct opened *o, struct bytes *out, struct err *err)
{
    struct input *in = &o->input;
    enum input_result result = INPUT_READY;

    in->tells_idle = true;
    if (input_left(in) == 0)
        result = input_fill(in, 1);
    if (result == INPUT_INTERRUPTED)
        return OPENED_NOTHING;
    *out = bytes_of(input_at(in), input_left(in));
    input_take(in, out->len);
    if (out->len > 0)
        return OPENED_BYTES;
    if (in->trouble[0] == '\0')
        return OPENED_END;
    err_set(err, "%s: %s", o->name, in->trouble);
    return OPENED_BROKEN;
}

int opened_progress(const struct opened *o)
{
    return input_progress(&o->input);
}

/* SPDX-License-Identifier: MIT */
#include "output/out.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "output/guard.h"

#define GATHER       1048576 /* bytes of whole records before write(2) is called */
#define LOCK_TRIES   200     /* 10 ms each */
#define TEMP_TRIES   100     /* names tried beside the file */
#define CREATE_FLAGS (O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY)
#define CREATE_MODE  0666 /* less the umask */

struct out {
    int fd;
    bool own;            /* fd is closed at the end; a file that we opened */
    bool regular;        /* and a regular file: a torn record can be taken back */
    struct guard *guard; /* of a regular file that is written in place; or NULL */
    char *path;          /* as the user gave it */
    char *temp;          /* written instead, then renamed; or NULL */
    struct buffer buffer;
    size_t whole;       /* bytes of buffer that are whole records */
    uint64_t length;    /* bytes written */
    atomic_bool closed; /* EPIPE; one thread may write while another asks */
    struct err err;     /* the first error; "" = none */
};

static struct out *create(const char *path, struct err *err)
{
    struct out *o = calloc(1, sizeof(*o));

    if (o != NULL) {
        o->fd = -1;
        o->path = strdup(path);
        if (o->path != NULL && buffer_reserve(&o->buffer, 2 * GATHER))
            return o;
    }
    err_set(err, "%s: out of memory", path);
    out_close(o, NULL);
    return NULL;
}

static int open_retrying(const char *path, int flags)
{
    int fd;

    do
        fd = open(path, flags, CREATE_MODE);
    while (fd < 0 && errno == EINTR);
    return fd;
}

static bool is_regular(int fd)
{
    struct stat st;

    return fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

/* One writer at a time: two would tear each other's lines, and the guard of a writer that was just
 * killed may still be at work. A file system without locks does without. */
static bool lock_alone(int fd)
{
    const struct timespec pause = {.tv_nsec = 10000000};

    for (int i = 0; i < LOCK_TRIES; i++) {
        if (flock(fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
            return true;
        nanosleep(&pause, NULL);
    }
    return false;
}

static bool open_file(struct out *o, struct err *err)
{
    o->fd = open_retrying(o->path, CREATE_FLAGS);
    o->regular = o->fd >= 0 && is_regular(o->fd);
    if (o->fd < 0) {
        err_set(err, "%s: %s", o->path, strerror(errno));
        return false;
    }
    if (!o->regular)
        return true;
    if (!lock_alone(o->fd)) {
        err_set(err, "%s: another process is writing it", o->path);
        return false;
    }
    if (ftruncate(o->fd, 0) != 0) {
        err_set(err, "%s: %s", o->path, strerror(errno));
        return false;
    }
    o->guard = guard_begin(o->fd, o->path);
    return true;
}

struct out *out_open(const char *path, struct err *err)
{
    const bool standard = strcmp(path, "-") == 0;
    struct out *o = create(standard ? "standard output" : path, err);

    if (o == NULL)
        return NULL;
    o->own = !standard;
    o->fd = standard ? STDOUT_FILENO : -1;
    if (standard || open_file(o, err))
        return o;
    out_close(o, NULL);
    return NULL;
}

/* Where a report really goes: through a symbolic link, so that the link stays one. Owned. */
static char *final_path(const char *path)
{
    char *real = realpath(path, NULL);

    return real != NULL ? real : strdup(path);
}

/* Opens a new file beside `o->path`; false with errno set. */
static bool open_temp(struct out *o)
{
    const size_t room = strlen(o->path) + sizeof(".18446744073709551615.99.tmp");

    o->temp = malloc(room);
    for (int i = 0; o->temp != NULL && i < TEMP_TRIES; i++) {
        snprintf(o->temp, room, "%s.%ld.%d.tmp", o->path, (long)getpid(), i);
        o->fd = open_retrying(o->temp, CREATE_FLAGS | O_EXCL);
        if (o->fd >= 0)
            return true;
        if (errno != EEXIST)
            break;
    }
    const int why = errno;
    free(o->temp); /* not ours to unlink */
    o->temp = NULL;
    errno = why;
    return false;
}

struct out *out_open_renamed(const char *path, struct err *err)
{
    struct stat st;

    /* A device or a FIFO cannot be replaced; a folder gives its error. */
    if (strcmp(path, "-") == 0 || (stat(path, &st) == 0 && !S_ISREG(st.st_mode)))
        return out_open(path, err);
    char *real = final_path(path);
    struct out *o = create(real != NULL ? real : path, err);
    free(real);
    if (o == NULL)
        return NULL;
    o->own = o->regular = true;
    if (open_temp(o))
        return o;
    err_set(err, "%s: %s", path, strerror(errno));
    out_close(o, NULL);
    return NULL;
}

struct buffer *out_buffer(struct out *o)
{
    return &o->buffer;
}

static void fail(struct out *o, int why)
{
    if (why == EPIPE)
        o->closed = true;
    else
        err_set(&o->err, "%s: %s", o->path, strerror(why));
}

static bool is_dead(const struct out *o)
{
    return o->closed || o->err.text[0] != '\0';
}

/* True: try again. A non-blocking standard output is waited for. */
static bool wait_for(struct out *o, int why)
{
    struct pollfd p = {.fd = o->fd, .events = POLLOUT};

    if (why == EINTR)
        return true;
    if (why != EAGAIN && why != EWOULDBLOCK)
        return false;
    return poll(&p, 1, -1) >= 0 || errno == EINTR;
}

/* How much of it is whole lines, which records are made of. */
static size_t whole_lines(struct bytes text)
{
    while (text.len > 0 && text.at[text.len - 1] != '\n')
        text.len--;
    return text.len;
}

/* Writes the gathered whole records. What a full disk took of one that it did not take whole is
 * taken back, so that the file still ends with a whole one. */
static void write_records(struct out *o)
{
    struct bytes left = bytes_of(o->buffer.at, o->whole);

    while (left.len > 0 && !is_dead(o)) {
        const ssize_t n = write(o->fd, left.at, left.len);
        if (n >= 0)
            left = bytes_after(left, (size_t)n);
        else if (!wait_for(o, errno))
            fail(o, errno);
    }
    const size_t taken = o->whole - left.len;
    o->length += left.len == 0 ? taken : whole_lines(bytes_of(o->buffer.at, taken));
    if (left.len > 0 && o->regular && ftruncate(o->fd, (off_t)o->length) != 0)
        fail(o, errno);
    buffer_consume(&o->buffer, o->whole);
    o->whole = 0;
}

void out_record(struct out *o)
{
    if (o->buffer.failed) { /* this record is not whole */
        err_set(&o->err, "%s: out of memory", o->path);
        o->buffer.failed = false;
        o->buffer.len = o->whole;
    }
    o->whole = o->buffer.len;
    if (o->whole >= GATHER || is_dead(o))
        write_records(o);
}

void out_flush(struct out *o)
{
    write_records(o);
}

void out_fail(struct out *o, const char *why)
{
    err_set(&o->err, "%s: %s", o->path, why);
}

bool out_closed(const struct out *o)
{
    return o->closed;
}

static void finish(struct out *o)
{
    out_record(o);
    out_flush(o);
    guard_end(o->guard);
    if (o->own && close(o->fd) != 0 && errno != EINTR)
        fail(o, errno);
    o->fd = -1;
    if (o->temp != NULL && !is_dead(o) && rename(o->temp, o->path) != 0)
        fail(o, errno);
    if (o->temp != NULL && is_dead(o))
        unlink(o->temp);
}

bool out_close(struct out *o, struct err *err)
{
    if (o == NULL)
        return true;
    if (o->fd >= 0)
        finish(o);
    const bool good = o->err.text[0] == '\0';
    if (!good)
        err_set(err, "%s", o->err.text);
    buffer_free(&o->buffer);
    free(o->temp);
    free(o->path);
    free(o);
    return good;
}

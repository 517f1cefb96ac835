/* SPDX-License-Identifier: MIT */
#include "policy/text_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "policy/load.h"

#define READ_ROOM (256u * 1024) /* bytes a call */

static const char *read_all(int fd, size_t max, struct buffer *out)
{
    struct stat about;
    ssize_t got = 1;

    if (fstat(fd, &about) != 0)
        return strerror(errno);
    if (!S_ISREG(about.st_mode))
        return "it is no plain file";
    if ((uintmax_t)about.st_size > max)
        return "it is too large";
    if (!buffer_reserve(out, (size_t)about.st_size + 1))
        return strerror(ENOMEM);
    while (got > 0 && out->len <= max && buffer_reserve(out, READ_ROOM)) {
        got = read(fd, out->at + out->len, READ_ROOM);
        out->len += got > 0 ? (size_t)got : 0;
    }
    if (out->failed || got < 0)
        return strerror(out->failed ? ENOMEM : errno);
    return out->len > max ? "it is too large" : NULL;
}

const char *text_file_read(const char *path, size_t max, struct buffer *out)
{
    /* A pipe without a writer must not hold up the start. */
    const int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

    if (fd < 0)
        return strerror(errno);
    const char *why = read_all(fd, max, out);
    close(fd);
    return why;
}

const char *path_beside(struct loader *l, const struct node *name)
{
    const struct bytes told = name->text;
    const char *file = name->file != NULL ? name->file : l->source.name;
    const char *slash = strrchr(file, '/');
    const size_t folder = slash != NULL ? (size_t)(slash - file) + 1 : 0;

    if (told.len == 0 || bytes_find_byte(told, '\0') != NULL) {
        fault(&l->source, name, "the name of a file is empty");
        return NULL;
    }
    const size_t kept = told.at[0] == '/' ? 0 : folder;
    char *path = loader_alloc(l, kept + told.len + 1, 1);
    if (path == NULL)
        return NULL;
    memcpy(path, file, kept);
    memcpy(path + kept, told.at, told.len);
    return path;
}

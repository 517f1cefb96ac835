/* SPDX-License-Identifier: MIT */
/* render.h - what an output writes, as one text, through a real file. */
#ifndef TESTS_UNIT_RENDER_H
#define TESTS_UNIT_RENDER_H

#include <fcntl.h>
#include <unistd.h>

#include "output/output.h"
#include "tests/unit/test.h"

static inline char *render_read(const char *path)
{
    FILE *file = fopen(path, "rb");

    if (file == NULL)
        return NULL;
    if (fseek(file, 0, SEEK_END) != 0)
        abort();
    const long size = ftell(file);
    rewind(file);
    char *text = calloc((size_t)size + 1, 1);
    if (text == NULL || fread(text, 1, (size_t)size, file) != (size_t)size)
        abort();
    fclose(file);
    return text;
}

/* `print` writes what is to be read; the text is for free(). */
static inline char *render(void (*print)(struct out *out, void *ctx), void *ctx)
{
    char path[] = "/tmp/portwarden-test-XXXXXX";
    const int fd = mkstemp(path);
    struct err err = {0};

    if (fd < 0)
        abort();
    close(fd);
    struct out *out = out_open(path, &err);
    if (out == NULL)
        abort();
    print(out, ctx);
    CHECK(out_close(out, &err), "written");
    char *text = render_read(path);
    unlink(path);
    return text;
}

#endif

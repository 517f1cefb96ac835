/* SPDX-License-Identifier: MIT */
/* opened.h - a file that is open before it is known what it is: a capture, or text.
 *
 * In:    a path, or "-": standard input; gzip and zstd are unpacked, told by the first bytes.
 * Out:   its start, to look at; then a capture (capture.h), or its bytes in pieces of any length.
 * State: one read buffer (128 KiB), the decompressor's window.
 */
#ifndef CAPTURE_OPENED_H
#define CAPTURE_OPENED_H

#include "base/err.h"
#include "capture/capture.h"

#define OPENED_LOOK_MAX 4096

struct opened;

enum opened_result {
    OPENED_BYTES,
    OPENED_NOTHING, /* none yet (a pipe), or a signal came: ask again */
    OPENED_END,
    OPENED_BROKEN, /* err says why; all bytes before it were given */
};

/* NULL on error: "x.eve: no such file". */
struct opened *opened_create(const char *path, struct err *err);
/* NULL is fine. */
void opened_close(struct opened *o);

/* The first bytes, at most `n` (up to OPENED_LOOK_MAX): fewer where the file ends before. They stay
 * where they are; waits for them. */
struct bytes opened_look(struct opened *o, size_t n);
/* Takes `o`, whatever comes of it. As capture_open_file(). */
struct capture *opened_capture(struct opened *o, const char *filter, struct err *err);
/* The next bytes, borrowed until the next call. */
enum opened_result opened_next(struct opened *o, struct bytes *out, struct err *err);
/* 0..1000, -1: not known. */
int opened_progress(const struct opened *o);

#endif

/* SPDX-License-Identifier: MIT */
/* input.h - the bytes of a capture file, decompressed, in one buffer. Private to capture/.
 *
 * In:    a file descriptor: a file or a pipe; plain, gzip or zstd, told by the first bytes.
 * Out:   any number of contiguous bytes, borrowed until the next input_need().
 * State: one buffer, as long as the longest record asked for (INPUT_ROOM to begin with).
 */
#ifndef CAPTURE_INPUT_H
#define CAPTURE_INPUT_H

#include "capture/capture.h"

#define INPUT_ROOM (128u << 10) /* what fits a second-level cache is cheaper than more */

enum input_result {
    INPUT_READY,
    INPUT_END,         /* fewer are left; `trouble` says why when the end is not a clean one */
    INPUT_INTERRUPTED, /* by a signal, or a pipe has nothing yet; nothing is lost, ask again */
};

struct unpack;

struct input {
    int fd;                /* closed by input_close() unless it is standard input */
    uint8_t *buffer, *own; /* the same, or what was lent last */
    size_t own_room;
    capture_lender *lender; /* NULL: nobody */
    void *lender_ctx;
    size_t room, at, end;  /* unread: [at, end) */
    struct unpack *unpack; /* NULL: the bytes are as they are in the file */
    uint8_t *packed;       /* with `unpack`: what was read, and of it not yet used [at, end) */
    size_t packed_at, packed_end;
    uint64_t file_size; /* bytes; 0 = not a plain file */
    uint64_t file_read; /* bytes */
    bool sniffed;       /* the coding is known */
    bool ended;
    bool tells_idle;  /* INPUT_INTERRUPTED once before each wait for a pipe that is empty */
    bool idle;        /* it was said: the next read waits */
    char trouble[96]; /* "damaged gzip data (incorrect data check)"; "" = none so far */
};

/* Takes the descriptor. False when memory ran out. */
bool input_open(struct input *in, int fd, size_t room);
void input_close(struct input *in); /* zero-filled is fine */

enum input_result input_fill(struct input *in, size_t n);
/* Passes over `*n` bytes, which need not fit in the buffer, and counts `*n` down. */
enum input_result input_skip(struct input *in, uint64_t *n);
/* 0..1000, -1: not known. */
int input_progress(const struct input *in);

static inline size_t input_left(const struct input *in)
{
    return in->end - in->at;
}

static inline const uint8_t *input_at(const struct input *in)
{
    return in->buffer + in->at;
}

/* Makes the next `n` bytes contiguous at input_at(). */
static inline enum input_result input_need(struct input *in, size_t n)
{
    return input_left(in) >= n ? INPUT_READY : input_fill(in, n);
}

/* What was read and not yet taken. */
static inline struct bytes input_read(const struct input *in)
{
    return bytes_of(input_at(in), input_left(in));
}

static inline void input_take(struct input *in, size_t n)
{
    in->at += n;
}

/* All but `left`, the end of input_read(). */
static inline void input_take_to(struct input *in, struct bytes left)
{
    in->at = in->end - left.len;
}

#endif

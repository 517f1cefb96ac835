/* SPDX-License-Identifier: MIT */
#include "capture/input.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/unpack.h"

#define PACKED_ROOM (256u << 10)
#define LENT_LEAST  (16u << 10) /* bytes: less is not worth a read(2) */
#define PAGE        4096u /* bytes; where pages are larger it is just as right, if less cheap */

bool input_open(struct input *in, int fd, size_t room)
{
    void *buffer = NULL;
    struct stat st;

    *in = (struct input){.fd = fd, .room = room, .own_room = room};
    if (posix_memalign(&buffer, PAGE, room) == 0)
        in->buffer = in->own = buffer;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
        in->file_size = (uint64_t)st.st_size;
    (void)posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL); /* a hint: a pipe refuses it */
    return in->own != NULL;
}

void input_close(struct input *in)
{
    if (in->own == NULL)
        return;
    if (in->fd != STDIN_FILENO)
        close(in->fd);
    unpack_free(in->unpack);
    free(in->packed);
    free(in->own);
    *in = (struct input){0};
}

/* Would read(2) wait for whoever writes? Said once before each wait, so that what was understood so
 * far can be shown meanwhile. */
static bool is_idle(struct input *in)
{
    struct pollfd p = {.fd = in->fd, .events = POLLIN};

    in->idle = !in->idle && in->tells_idle && in->file_size == 0 && poll(&p, 1, 0) == 0;
    return in->idle;
}

/* Adds what one read(2) gives to [at, room); `*got` is 0 at the end. */
static enum input_result read_some(struct input *in, uint8_t *at, size_t room, size_t *got)
{
    *got = 0;
    if (is_idle(in))
        return INPUT_INTERRUPTED;
    const ssize_t n = read(in->fd, at, room);
    *got = n > 0 ? (size_t)n : 0;
    if (n < 0 && errno == EINTR)
        return INPUT_INTERRUPTED;
    if (n < 0)
        snprintf(in->trouble, sizeof(in->trouble), "%s", strerror(errno));
    in->file_read += *got;
    in->ended = *got == 0;
    return INPUT_READY;
}

static enum input_result add_plain(struct input *in)
{
    size_t got;
    const enum input_result result = read_some(in, in->buffer + in->end, in->room - in->end, &got);

    in->end += got;
    return result;
}

static enum input_result read_packed(struct input *in)
{
    size_t got;
    const enum input_result result = read_some(in, in->packed, PACKED_ROOM, &got);

    in->packed_at = 0;
    in->packed_end = got;
    if (result == INPUT_READY && got == 0 && in->trouble[0] == '\0' && !unpack_is_whole(in->unpack))
        snprintf(in->trouble, sizeof(in->trouble), "%s data cut short", unpack_name(in->unpack));
    return result;
}

static enum input_result add_unpacked(struct input *in)
{
    struct bytes packed = bytes_of(in->packed + in->packed_at, in->packed_end - in->packed_at);
    uint8_t *out = in->buffer + in->end;
    size_t room = in->room - in->end;
    const size_t had = room;

    if (packed.len == 0 && unpack_is_whole(in->unpack))
        return read_packed(in);
    const enum unpack_result result = unpack_some(in->unpack, &packed, &out, &room);
    in->packed_at = in->packed_end - packed.len;
    in->end = in->room - room;
    in->ended = result != UNPACK_MORE;
    if (result == UNPACK_DAMAGED)
        snprintf(in->trouble, sizeof(in->trouble), "damaged %s data (%s)", unpack_name(in->unpack),
                 unpack_fault(in->unpack));
    const bool starved = result == UNPACK_MORE && room == had && packed.len == 0;
    return starved && !unpack_is_whole(in->unpack) ? read_packed(in) : INPUT_READY;
}

/* What was read to tell the coding becomes the decompressor's first input. */
static enum input_result unpack_from_here(struct input *in, enum coding coding)
{
    const size_t room = in->room > PACKED_ROOM ? in->room : PACKED_ROOM;

    in->packed = malloc(room);
    in->unpack = unpack_create(coding);
    if (in->packed == NULL || in->unpack == NULL) {
        snprintf(in->trouble, sizeof(in->trouble), "not enough memory to decompress");
        return INPUT_END;
    }
    memcpy(in->packed, in->buffer, in->end);
    in->packed_end = in->end;
    in->end = 0;
    in->ended = false;
    return INPUT_READY;
}

static enum input_result sniff(struct input *in)
{
    while (in->end < UNPACK_MAGIC_LEN && !in->ended) {
        const enum input_result result = add_plain(in);
        if (result != INPUT_READY)
            return result;
    }
    in->sniffed = true;
    const enum coding coding = unpack_coding(bytes_of(in->buffer, in->end));
    return coding == CODING_PLAIN ? INPUT_READY : unpack_from_here(in, coding);
}

/* A byte of the file lies at the same place of a page as in the system's cache: whole pages are
 * copied faster. */
static size_t place_of(const struct input *in, size_t left)
{
    return in->unpack == NULL ? (size_t)((in->file_read - left) % PAGE) : 0;
}

/* Room for `n` bytes from the buffer's start on. */
static bool own_room_for(struct input *in, size_t n)
{
    if (n <= in->own_room)
        return true;
    uint8_t *larger = realloc(in->own, n);
    if (larger == NULL) {
        snprintf(in->trouble, sizeof(in->trouble), "not enough memory for a record of %zu bytes",
                 n);
        return false;
    }
    if (in->buffer == in->own)
        in->buffer = larger;
    in->own = larger;
    in->own_room = n;
    return true;
}

/* The unread bytes, `n` with those to come, go to the front of another buffer, or of the same. */
static void move_to(struct input *in, uint8_t *buffer, size_t room, size_t n)
{
    const size_t left = input_left(in), place = place_of(in, left);
    const size_t at = n <= room && place <= room - n ? place : 0;

    if (left > 0 && buffer + at != input_at(in))
        memmove(buffer + at, input_at(in), left);
    in->buffer = buffer;
    in->room = room;
    in->at = at;
    in->end = at + left;
}

/* With room for `n` unread bytes in all. What was lent is filled to its end. */
static bool make_room(struct input *in, size_t n)
{
    size_t room = n;

    if (in->buffer != in->own && in->room - in->at >= n && in->room - in->end >= LENT_LEAST)
        return true;
    uint8_t *lent = in->lender != NULL ? in->lender(in->lender_ctx, &room) : NULL;
    if (lent == NULL && !own_room_for(in, n))
        return false;
    move_to(in, lent != NULL ? lent : in->own, lent != NULL ? room : in->own_room, n);
    return true;
}

enum input_result input_fill(struct input *in, size_t n)
{
    if (!make_room(in, n))
        return INPUT_END;
    enum input_result result = in->sniffed ? INPUT_READY : sniff(in);
    while (result == INPUT_READY && input_left(in) < n) {
        if (in->ended)
            return INPUT_END;
        result = in->unpack != NULL ? add_unpacked(in) : add_plain(in);
    }
    return result;
}

enum input_result input_skip(struct input *in, uint64_t *n)
{
    for (;;) {
        const size_t step = *n < input_left(in) ? (size_t)*n : input_left(in);
        input_take(in, step);
        *n -= step;
        if (*n == 0)
            return INPUT_READY;
        const enum input_result result = input_fill(in, 1);
        if (result != INPUT_READY)
            return result;
    }
}

int input_progress(const struct input *in)
{
    if (in->file_size == 0)
        return -1;
    const uint64_t ahead = in->unpack != NULL ? in->packed_end - in->packed_at : input_left(in);
    const uint64_t used = in->file_read - ahead;
    return used >= in->file_size ? 1000 : (int)(used * 1000 / in->file_size);
}

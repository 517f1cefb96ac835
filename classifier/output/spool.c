/* SPDX-License-Identifier: MIT */
#include "output/spool.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define PIECE 4096U /* bytes in memory of one flow, about */

struct piece_head {
    uint64_t next; /* place + 1 of the flow's next piece, or 0 */
    uint64_t len;
};

static void fail(struct spool *s)
{
    if (s->error == 0)
        s->error = errno != 0 ? errno : EIO;
}

static bool open_file(struct spool *s)
{
    const char *folder = getenv("TMPDIR");
    struct buffer name = {0};

    if (s->fd > 0 || s->error != 0)
        return s->error == 0;
    buffer_printf(&name, "%s/portwarden.XXXXXX", folder != NULL ? folder : "/tmp");
    buffer_append_byte(&name, 0);
    errno = 0;
    s->fd = name.failed ? -1 : mkstemp((char *)name.at);
    if (s->fd > 0)
        unlink((char *)name.at);
    else
        fail(s);
    buffer_free(&name);
    return s->fd > 0;
}

static void write_at(struct spool *s, const void *what, size_t len, uint64_t at)
{
    const uint8_t *from = what;

    while (len > 0 && s->error == 0) {
        errno = 0;
        const ssize_t n = pwrite(s->fd, from, len, (off_t)at);
        if (n <= 0 && errno != EINTR) {
            fail(s);
        } else if (n > 0) {
            from += n;
            len -= (size_t)n;
            at += (uint64_t)n;
        }
    }
}

static void read_at(struct spool *s, void *into, size_t len, uint64_t at)
{
    uint8_t *to = into;

    while (len > 0 && s->error == 0) {
        errno = 0;
        const ssize_t n = pread(s->fd, to, len, (off_t)at);
        if (n <= 0 && errno != EINTR) {
            fail(s);
        } else if (n > 0) {
            to += n;
            len -= (size_t)n;
            at += (uint64_t)n;
        }
    }
}

/* Memory ran out while the text grew. */
static void note_loss(struct spool *s, const struct spooled *text)
{
    if (text->tail.failed && s->error == 0)
        s->error = ENOMEM;
}

void spool_settle(struct spool *s, struct spooled *text)
{
    const struct piece_head head = {.len = text->tail.len};
    const uint64_t place = s->end + 1;

    note_loss(s, text);
    if (text->tail.len < PIECE || !open_file(s))
        return;
    write_at(s, &head, sizeof(head), s->end);
    write_at(s, text->tail.at, text->tail.len, s->end + sizeof(head));
    s->end += sizeof(head) + text->tail.len;
    if (text->last != 0)
        write_at(s, &place, sizeof(place), text->last - 1); /* its head's first member */
    else
        text->first = place;
    text->last = place;
    buffer_free(&text->tail);
}

void spool_take(struct spool *s, struct spooled *text, void (*piece)(void *ctx, struct bytes),
                void *ctx)
{
    struct piece_head head = {0};
    uint8_t room[PIECE];

    for (uint64_t place = text->first; place != 0 && s->error == 0; place = head.next) {
        read_at(s, &head, sizeof(head), place - 1);
        for (uint64_t at = 0; at < head.len && s->error == 0;) {
            const size_t n = head.len - at < PIECE ? (size_t)(head.len - at) : PIECE;
            read_at(s, room, n, place - 1 + sizeof(head) + at);
            piece(ctx, bytes_of(room, n));
            at += n;
        }
    }
    piece(ctx, buffer_bytes(&text->tail));
    note_loss(s, text);
    spool_forget(text);
}

void spool_forget(struct spooled *text)
{
    buffer_free(&text->tail);
    *text = (struct spooled){0};
}

bool spool_good(const struct spool *s, struct err *err)
{
    if (s->error == 0)
        return true;
    err_set(err, "a temporary file: %s", strerror(s->error));
    return false;
}

void spool_close(struct spool *s)
{
    if (s->fd > 0)
        close(s->fd);
    *s = (struct spool){0};
}

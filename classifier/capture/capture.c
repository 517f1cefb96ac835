/* SPDX-License-Identifier: MIT */
#include "capture/capture.h"

#include <stdlib.h>
#include <unistd.h>

#include "capture/opened.h"
#include "capture/reader.h"

#define MAGIC_LEN 4

static struct capture *create(const char *name, const char *filter, struct err *err)
{
    struct capture *c = calloc(1, sizeof(*c));

    if (c != NULL && (c->name = strdup(name)) != NULL && filter_open(&c->filter, filter))
        return c;
    err_set(err, "%s: not enough memory", name);
    capture_close(c);
    return NULL;
}

void capture_close(struct capture *c)
{
    if (c == NULL)
        return;
    if (c->reader != NULL && c->reader->close != NULL)
        c->reader->close(c);
    input_close(&c->input);
    filter_close(&c->filter);
    free(c->name);
    free(c);
}

void reader_no_start(const struct capture *c, enum input_result why, const char *what,
                     struct err *err)
{
    if (why == INPUT_INTERRUPTED)
        what = "interrupted before its first packet";
    else if (c->input.trouble[0] != '\0')
        what = c->input.trouble;
    err_set(err, "%s: %s", c->name, what);
}

static bool open_input(struct capture *c, struct err *err)
{
    const enum input_result result = input_need(&c->input, MAGIC_LEN);

    if (result != INPUT_READY) {
        const bool empty = input_left(&c->input) == 0;
        reader_no_start(c, result, empty ? "empty file" : "not a capture file", err);
        return false;
    }
    if (pcap_is_magic(input_at(&c->input)))
        return pcap_open_input(c, err);
    if (pcapng_is_magic(input_at(&c->input)))
        return pcapng_open_input(c, err);
    return foreign_open_input(c, err);
}

struct capture *capture_open_input(struct input *taken, const char *name, const char *filter,
                                   struct err *err)
{
    struct capture *c = create(name, filter, err);

    if (c != NULL) {
        c->input = *taken;
        *taken = (struct input){0};
        if (open_input(c, err)) {
            c->input.tells_idle = true;
            return c;
        }
    }
    capture_close(c);
    return NULL;
}

struct capture *capture_open_fd(int fd, const char *name, const char *filter, size_t room,
                                struct err *err)
{
    struct capture *c = NULL;
    struct input input;

    if (input_open(&input, fd, room)) {
        c = capture_open_input(&input, name, filter, err);
    } else {
        err_set(err, "%s: not enough memory", name);
        close(fd);
    }
    input_close(&input);
    return c;
}

struct capture *capture_open_file(const char *path, const char *filter, struct err *err)
{
    struct opened *o = opened_create(path, err);

    return o != NULL ? opened_capture(o, filter, err) : NULL;
}

struct capture *capture_open_live(const struct capture_live *how, struct err *err)
{
    struct capture *c = create(how->iface, how->filter, err);

    if (c != NULL && live_open(c, how, err))
        return c;
    capture_close(c);
    return NULL;
}

void capture_lend(struct capture *c, capture_lender *lender, void *ctx)
{
    c->input.lender = lender;
    c->input.lender_ctx = ctx;
}

enum capture_result capture_next(struct capture *c, struct frame *out, struct err *err)
{
    if (c->over)
        return CAPTURE_END;
    const enum capture_result result = c->reader->next(c, out, err);
    c->over = result == CAPTURE_END || result == CAPTURE_BROKEN;
    return result;
}

enum capture_result capture_next_few(struct capture *c, struct frames *out, struct err *err)
{
    const enum capture_result result = capture_next(c, &out->at[0], err);

    out->count = result == CAPTURE_FRAME;
    if (out->count > 0 && c->reader->few != NULL)
        out->count += c->reader->few(c, &out->at[1], CAPTURE_FEW - 1);
    return result;
}

enum capture_result capture_take(struct capture *c, int most, capture_taker *take, void *ctx,
                                 struct err *err)
{
    if (c->over)
        return CAPTURE_END;
    const enum capture_result result = live_take(c, most, take, ctx, err);
    c->over = result == CAPTURE_BROKEN;
    return result;
}

bool capture_stats(struct capture *c, struct capture_stats *out)
{
    return c->reader == &live_reader && live_stats(c, out);
}

int capture_progress(const struct capture *c)
{
    return input_progress(&c->input);
}

bool capture_first_time(const char *path, int64_t *time_ns)
{
    struct capture *c = strcmp(path, "-") == 0 ? NULL : capture_open_file(path, NULL, NULL);
    struct frame first;
    const bool found = c != NULL && capture_next(c, &first, NULL) == CAPTURE_FRAME;

    if (found)
        *time_ns = first.time_ns;
    capture_close(c);
    return found;
}

enum capture_result reader_broken(const struct capture *c, const char *what, const char *detail,
                                  struct err *err)
{
    const char *colon = detail[0] != '\0' ? ": " : "";

    if (c->number == 0)
        err_set(err, "%s: %s before the first packet%s%s", c->name, what, colon, detail);
    else
        err_set(err, "%s: %s after packet %llu%s%s", c->name, what, (unsigned long long)c->number,
                colon, detail);
    return CAPTURE_BROKEN;
}

enum capture_result reader_no_header(struct capture *c, enum input_result why, struct err *err)
{
    const char *trouble = c->input.trouble;

    if (why == INPUT_INTERRUPTED)
        return CAPTURE_NOTHING;
    if (input_left(&c->input) == 0 && trouble[0] == '\0')
        return CAPTURE_END;
    return reader_broken(c, trouble[0] != '\0' ? trouble : "cut short", "", err);
}

enum capture_result reader_no_data(struct capture *c, enum input_result why, size_t have,
                                   size_t want, struct err *err)
{
    const char *trouble = c->input.trouble;

    if (why == INPUT_INTERRUPTED)
        return CAPTURE_NOTHING;
    if (trouble[0] != '\0' || want == 0)
        return reader_broken(c, trouble[0] != '\0' ? trouble : "cut short", "", err);
    err_set(err, "%s: cut short in packet %llu: %zu of %zu bytes", c->name,
            (unsigned long long)c->number + 1, have, want);
    return CAPTURE_BROKEN;
}

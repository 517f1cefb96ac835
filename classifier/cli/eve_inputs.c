/* SPDX-License-Identifier: MIT */
#include "cli/eve_inputs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/json_text.h"
#include "cli/progress.h"
#include "cli/say.h"

#define LOOK_EVERY      64 /* pieces between two looks at the clock */
#define BYTE_ORDER_MARK "\xef\xbb\xbf"
#define SENTENCE        512

struct eve_input {
    struct eve_input *next;
    struct opened *held; /* NULL: to be opened again when its turn comes */
    char path[];
};

bool eve_inputs_is_eve(struct opened *o)
{
    for (size_t n = 1; n <= OPENED_LOOK_MAX; n++) {
        struct bytes start = opened_look(o, n);
        if (start.len < n)
            return false;
        if (bytes_start_with(start, bytes_of_text(BYTE_ORDER_MARK)))
            start = bytes_after(start, strlen(BYTE_ORDER_MARK));
        else if (start.at[0] == (uint8_t)BYTE_ORDER_MARK[0] && n < strlen(BYTE_ORDER_MARK))
            continue;
        start = json_skip_space(start);
        if (start.len > 0)
            return start.at[0] == '{';
    }
    return false;
}

bool eve_inputs_is_named(const char *name)
{
    return name[0] != '.' && (strstr(name, ".json") != NULL || strstr(name, ".eve") != NULL);
}

bool eve_inputs_has_event(struct opened *o)
{
    const struct bytes start = opened_look(o, OPENED_LOOK_MAX);

    return bytes_find(start, bytes_of_text("\"event_type\"")) < start.len;
}

/* A file can be opened again; what comes from a pipe is there once. */
static bool is_kept_open(const char *path)
{
    struct stat info;

    return strcmp(path, "-") == 0 || stat(path, &info) != 0 || !S_ISREG(info.st_mode);
}

/* What asks for packets cannot be had of EVE. An export asks its rules file for a group alone. */
static const char *cannot(const struct session *s)
{
    const struct options *o = s->options;

    if (o->rules != NULL && s->summary != NULL)
        return "rules (-r) need packets";
    return o->filter != NULL ? "a filter (-f) needs packets" : NULL;
}

bool eve_inputs_add(struct session *s, const char *path, struct opened *o)
{
    const char *why = cannot(s);
    struct eve_input *input = NULL;
    const size_t len = strlen(path) + 1;

    if (why != NULL) {
        say_error(
            "%s: %s, and EVE has none: its verdicts stand. Give the captures, or leave it out",
            path, why);
        s->refused = true;
    } else if ((input = malloc(sizeof(*input) + len)) == NULL) {
        session_problem(s, "out of memory: not all inputs were read");
    }
    if (input == NULL || !is_kept_open(path)) {
        opened_close(o);
        o = NULL;
    }
    if (input == NULL)
        return false;
    *input = (struct eve_input){.held = o};
    memcpy(input->path, path, len);
    *s->eve_inputs_end = input;
    s->eve_inputs_end = &input->next;
    return true;
}

/* It had a line of EVE when its kind was looked for. */
static void tell_emptied(struct session *s, const char *path)
{
    struct err err = {0};

    err_set(&err, "%s: it is empty now, and was not when it was first read", path);
    session_problem(s, err.text);
}

static void read_pieces(struct session *s, struct opened *o, const char *path)
{
    struct progress progress = progress_start(s->options->quiet);
    enum opened_result result = OPENED_BYTES;
    struct err err = {0};
    struct bytes piece;
    bool empty = true;

    for (unsigned n = 0; !session_stopped(s); n++) {
        result = opened_next(o, &piece, &err);
        if (result == OPENED_END || result == OPENED_BROKEN)
            break;
        if (result == OPENED_BYTES) {
            empty = false;
            eve_reader_feed(s->eve_reader, piece);
        }
        if (n % LOOK_EVERY == 0)
            progress_show(&progress, opened_progress(o));
    }
    progress_end(&progress);
    if (result == OPENED_BROKEN)
        session_problem(s, err.text);
    else if (result == OPENED_END && empty)
        tell_emptied(s, path);
}

static void read_one(struct session *s, struct eve_input *input)
{
    struct err err = {0};
    struct opened *o = input->held != NULL ? input->held : opened_create(input->path, &err);

    input->held = NULL;
    if (o == NULL) {
        session_problem(s, err.text);
        return;
    }
    if (s->options->verbose)
        say_error("reading %s", input->path);
    s->eve_read++;
    eve_reader_begin(s->eve_reader, strcmp(input->path, "-") == 0 ? "standard input" : input->path);
    read_pieces(s, o, input->path);
    eve_reader_end(s->eve_reader);
    opened_close(o);
}

void eve_inputs_read(struct session *s)
{
    for (struct eve_input *i = s->eve_inputs; i != NULL && !session_stopped(s); i = i->next)
        read_one(s, i);
}

void eve_inputs_free(struct session *s)
{
    while (s->eve_inputs != NULL) {
        struct eve_input *next = s->eve_inputs->next;
        opened_close(s->eve_inputs->held);
        free(s->eve_inputs);
        s->eve_inputs = next;
    }
}

void eve_inputs_note(const struct session *s, struct input_note *note)
{
    if (s->eve_read == 0)
        return;
    const struct input_note read = eve_reader_input(s->eve_reader);
    note->captures += read.captures;
    note->packets += read.packets;
    note->bytes += read.bytes;
    note->kernel_drops += read.kernel_drops;
    note->live |= read.live;
    note->rules = read.rules;
}

/* SPDX-License-Identifier: MIT */
/* The inputs of analyze and report: files, folders, standard input, one after the other. */
#include <dirent.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/capture.h"
#include "cli/eve_inputs.h"
#include "cli/progress.h"
#include "cli/say.h"
#include "cli/session.h"

#define SECOND_NS 1000000000LL
#define JOIN_NS                                                                                    \
    (600 * SECOND_NS)    /* captures this close after each other are one: a ring of files */
#define LOOK_EVERY 4096U /* frames between two looks at signals and the clock */

struct file {
    char *path;
    int64_t time_ns; /* of its first frame */
    bool has_time;
};

struct files {
    struct file *at;
    size_t count, room;
};

static bool files_add(struct files *f, const char *folder, const char *name)
{
    if (f->count == f->room) {
        const size_t room = f->room > 0 ? f->room * 2 : 16;
        struct file *at = realloc(f->at, room * sizeof(*at));
        if (at == NULL)
            return false;
        f->at = at;
        f->room = room;
    }
    const size_t len = strlen(folder) + strlen(name) + 2;
    char *path = malloc(len);
    if (path == NULL)
        return false;
    snprintf(path, len, "%s/%s", folder, name);
    f->at[f->count++] = (struct file){.path = path};
    return true;
}

static void files_free(struct files *f)
{
    for (size_t i = 0; i < f->count; i++)
        free(f->at[i].path);
    free(f->at);
}

static int compare_files(const void *a, const void *b)
{
    const struct file *x = a, *y = b;

    if (x->has_time && y->has_time && x->time_ns != y->time_ns)
        return x->time_ns < y->time_ns ? -1 : 1;
    return strcmp(x->path, y->path);
}

/* In a folder only what looks like a capture is meant: by its name, whatever is packed around it.
 */
bool inputs_is_capture(const char *name)
{
    static const char *const parts[] = {".pcap", ".pcapng", ".cap", ".dmp"};

    if (name[0] == '.')
        return false;
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        if (strstr(name, parts[i]) != NULL)
            return true;
    return false;
}

/* Ends the flows of what was read before, unless this file goes on where that ended. */
static void join_or_flush(struct session *s, int64_t first_ns)
{
    const int64_t last_ns = crew_now(s->crew);

    if (last_ns != INT64_MIN && (first_ns < last_ns || first_ns > last_ns + JOIN_NS))
        session_flush(s);
}

static void read_frames(struct session *s, struct capture *c)
{
    struct progress progress = progress_start(s->options->quiet);
    enum capture_result result = CAPTURE_END;
    struct err err = {0};
    struct frames few;
    uint64_t frames = 0, look_at = 0;

    while (frames < look_at || !session_stopped(s)) {
        while ((result = capture_next_few(c, &few, &err)) == CAPTURE_NOTHING && !session_stopped(s))
            session_show(s);
        if (result != CAPTURE_FRAME)
            break;
        if (frames == 0)
            join_or_flush(s, few.at[0].time_ns);
        session_frames(s, few.at, few.count);
        if (frames >= look_at) {
            progress_show(&progress, capture_progress(c));
            look_at = frames + LOOK_EVERY;
        }
        frames += few.count;
    }
    progress_end(&progress);
    if (result == CAPTURE_BROKEN)
        session_problem(s, err.text);
}

/* Frames of a link type that nobody here knows are lost: `before` is how many had been before this
 * file. */
static void tell_unread(struct session *s, const char *path, uint64_t before)
{
    const uint64_t lost = crew_totals(s->crew).unknown_linktype - before;
    char sentence[512];

    if (lost == 0)
        return;
    snprintf(sentence, sizeof(sentence),
             "%s: %" PRIu64 " packet%s of a link type that portwarden does not read", path, lost,
             lost == 1 ? "" : "s");
    session_problem(s, sentence);
}

static uint8_t *lend(void *ctx, size_t *room)
{
    return crew_buffer(ctx, room);
}

static void read_capture(struct session *s, const char *path, struct opened *o)
{
    struct err err = {0};
    struct capture *c = opened_capture(o, s->options->filter, &err);

    if (c == NULL) {
        session_problem(s, err.text);
        return;
    }
    session_source(s, path);
    s->inputs_read++;
    if (s->options->verbose)
        say_error("reading %s", path);
    const uint64_t unread = crew_totals(s->crew).unknown_linktype;
    capture_lend(c, lend, s->crew);
    read_frames(s, c);
    tell_unread(s, path, unread);
    capture_close(c);
}

static void read_file(struct session *s, const char *path)
{
    struct err err = {0};
    struct opened *o = opened_create(path, &err);
    char sentence[512];

    if (o == NULL) {
        session_problem(s, err.text);
    } else if (!eve_inputs_is_eve(o)) {
        read_capture(s, path, o);
    } else if (s->eve_reader != NULL) {
        (void)eve_inputs_add(s, path, o);
    } else {
        opened_close(o);
        snprintf(sentence, sizeof(sentence),
                 "%s: JSON, not a capture; if it is EVE, 'portwarden report' reads it", path);
        session_problem(s, sentence);
    }
}

/* In a folder with other things in it. */
static bool is_eve_file(const char *folder, const char *name)
{
    char path[PATH_MAX];

    if (!eve_inputs_is_named(name) ||
        snprintf(path, sizeof(path), "%s/%s", folder, name) >= (int)sizeof(path))
        return false;
    struct opened *o = opened_create(path, NULL);
    const bool good = o != NULL && eve_inputs_is_eve(o) && eve_inputs_has_event(o);
    opened_close(o);
    return good;
}

static bool list_folder(const struct session *s, const char *path, struct files *files)
{
    DIR *folder = opendir(path);
    const struct dirent *entry;
    bool good = folder != NULL;

    while (good && (entry = readdir(folder)) != NULL)
        if (inputs_is_capture(entry->d_name) ||
            (s->eve_reader != NULL && is_eve_file(path, entry->d_name)))
            good = files_add(files, path, entry->d_name);
    if (folder != NULL)
        closedir(folder);
    return good;
}

/* All captures of a folder, in the order of their first packets. Kept until the run ends: outputs
 * name them. */
static void read_folder(struct session *s, const char *path)
{
    struct files files = {0};
    char sentence[512];

    if (!list_folder(s, path, &files)) {
        snprintf(sentence, sizeof(sentence), "%s: the folder cannot be read", path);
        session_problem(s, sentence);
    } else if (files.count == 0) {
        snprintf(sentence, sizeof(sentence), "%s: no captures in this folder", path);
        session_problem(s, sentence);
    }
    for (size_t i = 0; i < files.count; i++)
        files.at[i].has_time = capture_first_time(files.at[i].path, &files.at[i].time_ns);
    if (files.count > 1)
        qsort(files.at, files.count, sizeof(*files.at), compare_files);
    for (size_t i = 0; i < files.count && !session_stopped(s) && !s->refused; i++)
        read_file(s, files.at[i].path);
    session_flush(s);
    session_source(s, "");
    files_free(&files);
}

static bool is_folder(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

void inputs_read(struct session *s)
{

    for (int i = 0; i < s->options->input_count && !session_stopped(s) && !s->refused; i++) {
        const char *path = s->options->inputs[i];
        if (is_folder(path))
            read_folder(s, path);
        else
            read_file(s, path);
    }
    session_flush(s);
    if (!s->refused)
        eve_inputs_read(s);
    if (session_interrupted())
        session_problem(s, "stopped by a signal: the rest of the input was not read");
}

bool inputs_are_several(const struct options *o)
{
    return o->input_count > 1 || (o->input_count == 1 && is_folder(o->inputs[0]));
}

static const char *plural(size_t n)
{
    return n == 1 ? "" : "s";
}

/* EVE says what it was made from; several together are as many captures, or as many files. */
static void eve_name_of_all(const struct session *s, char *out, size_t room)
{
    const struct input_note read = eve_reader_input(s->eve_reader);
    const size_t captures = s->inputs_read + (size_t)read.captures;

    if (s->inputs_read == 0 && s->eve_read == 1 && read.name != NULL)
        snprintf(out, room, "%s", read.name);
    else if (eve_reader_captures_only(s->eve_reader))
        snprintf(out, room, "%zu capture%s", captures, plural(captures));
    else if (s->inputs_read > 0)
        snprintf(out, room, "%zu capture%s, %zu EVE file%s", s->inputs_read, plural(s->inputs_read),
                 s->eve_read, plural(s->eve_read));
    else
        snprintf(out, room, "%zu EVE file%s", s->eve_read, plural(s->eve_read));
}

void inputs_name(const struct session *s, char *out, size_t room)
{
    const struct options *o = s->options;
    const char *path = o->input_count > 0 ? o->inputs[0] : "";
    const char *slash = strrchr(path, '/');

    if (s->eve_read > 0 && (inputs_are_several(o) || eve_reader_input(s->eve_reader).name != NULL))
        eve_name_of_all(s, out, room);
    else if (o->input_count == 1 && strcmp(path, "-") == 0)
        snprintf(out, room, "standard input");
    else if (!inputs_are_several(o))
        snprintf(out, room, "%s", slash != NULL ? slash + 1 : path);
    else
        snprintf(out, room, "%zu capture%s", s->inputs_read, plural(s->inputs_read));
}

/* SPDX-License-Identifier: MIT */
#include "tests/faults/judge.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PRIME 1099511628211u /* FNV-1a */
#define BASIS 14695981039346656037u

enum file { FILE_STDOUT, FILE_STDERR, FILE_EVE, FILE_HAR, FILE_REPORT, FILE_INDEX, FILES };

static const char *const paths[FILES] = {"stdout",  "stderr",     "out.eve",
                                         "out.har", "out.report", "out.files/index.jsonl"};

struct content {
    char *at; /* NULL: there is no such file */
    size_t len;
};

static struct content good[FILES];
static uint64_t good_files; /* the hash of all in out.files */

static struct content read_whole(const char *path)
{
    struct content c = {0};
    FILE *f = fopen(path, "rb");

    if (f == NULL)
        return c;
    const long len = fseek(f, 0, SEEK_END) == 0 ? ftell(f) : -1;
    rewind(f);
    c.at = len >= 0 ? malloc((size_t)len + 1) : NULL;
    if (c.at == NULL || fread(c.at, 1, (size_t)len, f) != (size_t)len)
        abort();
    c.at[len] = '\0';
    c.len = (size_t)len;
    fclose(f);
    return c;
}

void judge_put(const char *path, const char *text)
{
    FILE *f = fopen(path, "wb");

    if (f == NULL || fputs(text, f) < 0 || fclose(f) != 0)
        abort();
}

static bool is_dots(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

void judge_clear(const char *folder)
{
    char path[512];
    DIR *d = opendir(folder);

    if (d == NULL)
        return;
    for (const struct dirent *e; (e = readdir(d)) != NULL;) {
        snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
        if (!is_dots(e->d_name))
            unlink(path);
    }
    closedir(d);
    rmdir(folder);
}

static uint64_t hash(uint64_t h, const char *at, size_t len)
{
    for (size_t i = 0; i < len; i++)
        h = (h ^ (unsigned char)at[i]) * PRIME;
    return h;
}

/* Names and contents of the folder's files, in any order; the list is left to is_lines(). */
static uint64_t hash_files(void)
{
    char path[512];
    uint64_t sum = 0;
    DIR *d = opendir("out.files");

    for (const struct dirent *e; d != NULL && (e = readdir(d)) != NULL;) {
        snprintf(path, sizeof(path), "out.files/%s", e->d_name);
        if (is_dots(e->d_name) || strcmp(path, paths[FILE_INDEX]) == 0)
            continue;
        struct content c = read_whole(path);
        sum += hash(hash(BASIS, path, strlen(path)), c.at, c.len);
        free(c.at);
    }
    if (d != NULL)
        closedir(d);
    return sum;
}

void judge_remember(void)
{
    for (int i = 0; i < FILES; i++) {
        free(good[i].at);
        good[i] = read_whole(paths[i]);
    }
    good_files = hash_files();
}

static bool same(const struct content *a, const struct content *b)
{
    return a->len == b->len && (a->len == 0 || memcmp(a->at, b->at, a->len) == 0);
}

/* One whole JSON value a line? Strings and nesting decide; what is between them is not looked at.
 */
static bool is_lines(const struct content *c)
{
    int depth = 0;
    bool text = false;

    for (size_t i = 0; i < c->len; i++) {
        const char x = c->at[i];
        if (text && x == '\\')
            i++;
        else if (x == '"')
            text = !text;
        else if (!text && (x == '{' || x == '['))
            depth++;
        else if (!text && (x == '}' || x == ']'))
            depth--;
        else if (x == '\n' && (text || depth != 0 || i == 0 || c->at[i - 1] != '}'))
            return false;
    }
    return depth == 0 && !text && (c->len == 0 || c->at[c->len - 1] == '\n');
}

static bool ends_with(const struct content *c, const char *end)
{
    const size_t n = strlen(end);

    return c->len >= n && memcmp(c->at + c->len - n, end, n) == 0;
}

/* A report or an archive: the old one, none, or a whole one. */
static bool is_whole(const struct content *c, const struct content *model)
{
    static const char *const ends[] = {"</html>\n", "}\n"};
    const bool text = model->len > 0 && model->at[0] != '{' && model->at[0] != '<';

    if (c->at == NULL || strcmp(c->at, OLD) == 0 || text || same(c, model))
        return true;
    return ends_with(c, ends[model->len > 0 && model->at[0] == '{']);
}

/* Does each file of out.files have as many bytes as its line in the list says? One that could not
 * be written whole is told as cut. */
static bool is_listed(const struct content *index)
{
    static const char file[] = "{\"file\":\"", length[] = "\"length\":";
    char path[512];

    for (const char *at = index->at; at != NULL && (at = strstr(at, file)) != NULL;) {
        const char *name = at + sizeof(file) - 1, *size = strstr(at, length);
        const size_t len = strcspn(at, "\n");
        const char *whole = strstr(at, "\"complete\":true,\"cut\":false");
        const bool told_whole = whole != NULL && whole < at + len;

        snprintf(path, sizeof(path), "out.files/%.*s", (int)strcspn(name, "\""), name);
        struct content c = read_whole(path);
        const bool right =
            c.at != NULL && size != NULL && c.len == strtoull(size + sizeof(length) - 1, NULL, 10);
        free(c.at);
        if (told_whole && !right)
            return false;
        at += len;
    }
    return true;
}

static const char *wrong_file(const struct content now[FILES])
{
    if (!is_lines(&now[FILE_EVE]))
        return "the EVE file does not hold whole lines";
    if (good[FILE_STDOUT].len > 0 && good[FILE_STDOUT].at[0] == '{' && !is_lines(&now[FILE_STDOUT]))
        return "EVE on standard output does not hold whole lines";
    if (!is_lines(&now[FILE_INDEX]))
        return "index.jsonl does not hold whole lines";
    if (!is_listed(&now[FILE_INDEX]))
        return "index.jsonl says of a file that it is whole";
    if (!is_whole(&now[FILE_HAR], &good[FILE_HAR]))
        return "the archive is not whole";
    if (!is_whole(&now[FILE_REPORT], &good[FILE_REPORT]))
        return "the report is not whole";
    return NULL;
}

/* A temporary file that was left behind? */
static bool is_littered(void)
{
    bool found = false;
    DIR *d = opendir(".");

    for (const struct dirent *e; d != NULL && (e = readdir(d)) != NULL;)
        if (strstr(e->d_name, ".tmp") != NULL || strncmp(e->d_name, "portwarden.", 11) == 0) {
            found = true;
            unlink(e->d_name);
        }
    if (d != NULL)
        closedir(d);
    return found;
}

static const char *wrong_answer(const struct fault *f, const struct scenario *s, int code,
                                const struct content now[FILES])
{
    static char which[64];
    bool as_ever = hash_files() == good_files;

    snprintf(which, sizeof(which), "it says nothing of what differs: %s", as_ever ? "" : "files");
    for (int i = 0; i < FILES; i++)
        if (!same(&now[i], &good[i])) {
            as_ever = false;
            strncat(which, i == FILE_INDEX ? " index.jsonl" : paths[i],
                    sizeof(which) - strlen(which) - 1);
        }
    if (f->harmless)
        return as_ever && code == s->exit_code ? NULL : "the fault should do no harm";
    if (code < 0 || code > 2)
        return "an exit code of its own";
    if (now[FILE_STDERR].len == 0)
        return code != 0 ? "it failed without a word" : as_ever || f->silent ? NULL : which;
    if (strncmp(now[FILE_STDERR].at, "portwarden: ", 12) != 0)
        return "no sentence of ours";
    return code == 0 ? "it complained, and then said that all is well" : NULL;
}

void judge(const struct scenario *s, const struct fault *f, int code, char *why, size_t room)
{
    struct content now[FILES];

    for (int i = 0; i < FILES; i++)
        now[i] = read_whole(paths[i]);
    const char *wrong = wrong_file(now);
    const bool littered = is_littered();
    if (wrong == NULL)
        wrong = wrong_answer(f, s, code, now);
    if (wrong == NULL && littered)
        wrong = "a temporary file is left";
    if (wrong != NULL)
        snprintf(why, room, "exit %d; %s; \"%.*s\"", code, wrong,
                 now[FILE_STDERR].at != NULL ? (int)strcspn(now[FILE_STDERR].at, "\n") : 0,
                 now[FILE_STDERR].at != NULL ? now[FILE_STDERR].at : "");
    for (int i = 0; i < FILES; i++)
        free(now[i].at);
}

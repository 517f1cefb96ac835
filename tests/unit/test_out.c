/* SPDX-License-Identifier: MIT */
#include "output/out.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test.h"

static char folder[] = "/tmp/test_out.XXXXXX";

static const char *in_folder(const char *name)
{
    static char path[256];

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    return path;
}

/* The whole file, NUL-terminated; "(none)" when it is not there. */
static const char *content_of(const char *path)
{
    static char text[4 << 20];
    FILE *f = fopen(path, "r");

    if (f == NULL)
        return "(none)";
    text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
    fclose(f);
    return text;
}

static size_t files_in_folder(bool removed)
{
    DIR *d = opendir(folder);
    size_t count = 0;

    CHECK(d != NULL, "the folder can be listed");
    for (struct dirent *e; d != NULL && (e = readdir(d)) != NULL;) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        count++;
        CHECK(!removed || unlinkat(dirfd(d), e->d_name, 0) == 0, "cleaned up");
    }
    if (d != NULL)
        closedir(d);
    return count;
}

static void write_lines(struct out *o, int count)
{
    for (int i = 0; i < count; i++) {
        buffer_printf(out_buffer(o), "line %d\n", i);
        out_record(o);
    }
}

static void test_file(void)
{
    struct err err = {""};
    struct out *o = out_open(in_folder("plain"), &err);

    write_lines(o, 2);
    CHECK_TEXT(content_of(in_folder("plain")), "", "gathered, not yet written");
    buffer_append_text(out_buffer(o), "half");
    out_flush(o);
    CHECK_TEXT(content_of(in_folder("plain")), "line 0\nline 1\n",
               "only whole records are flushed");
    buffer_append_text(out_buffer(o), " and half\n");
    out_record(o);
    CHECK(out_close(o, &err) && err.text[0] == '\0', "closed well");
    CHECK_TEXT(content_of(in_folder("plain")), "line 0\nline 1\nhalf and half\n", "all of it");
    o = out_open(in_folder("plain"), &err);
    CHECK(out_close(o, &err), "opened again");
    CHECK_TEXT(content_of(in_folder("plain")), "", "an existing file is replaced");
}

#define MANY 400000 /* records: some writes */

/* What is on disk at any moment ends with a whole one. */
static void test_gathering(void)
{
    struct out *o = out_open(in_folder("many"), NULL);
    bool whole = true;

    for (int i = 0; i < MANY; i++) {
        write_lines(o, 1);
        if (i % (MANY / 20) != 0)
            continue;
        const char *text = content_of(in_folder("many"));
        whole = whole && (text[0] == '\0' || text[strlen(text) - 1] == '\n');
    }
    CHECK(whole, "whole records at any moment");
    CHECK(out_close(o, NULL), "closed well");
    CHECK(strlen(content_of(in_folder("many"))) == MANY * strlen("line 0\n"), "nothing is lost");
}

static void test_full_disk(void)
{
    struct err err = {""};
    struct out *o = out_open("/dev/full", &err);

    write_lines(o, 1000000);
    CHECK(!out_closed(o), "a full disk is no closed pipe");
    CHECK(out_buffer(o)->room < 4 << 20, "nothing is hoarded after an error");
    CHECK(!out_close(o, &err), "a full disk is told");
    CHECK_TEXT(err.text, "/dev/full: No space left on device", "and which");
}

/* The limit of a file's size stands in for a disk that fills in the middle of a record. */
static void test_torn_record(void)
{
    const rlim_t most = 1500003; /* in the second write */
    struct rlimit old, small = {.rlim_cur = most};
    struct err err = {""};

    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &old);
    small.rlim_max = old.rlim_max;
    setrlimit(RLIMIT_FSIZE, &small);
    struct out *o = out_open(in_folder("torn"), &err);
    write_lines(o, 300000);
    const bool good = out_close(o, &err);
    setrlimit(RLIMIT_FSIZE, &old);
    const char *text = content_of(in_folder("torn"));
    CHECK(!good && strstr(err.text, "File too large") != NULL, "a file too large is told");
    CHECK(strlen(text) > 0 && text[strlen(text) - 1] == '\n', "it ends with a whole record");
    CHECK(strlen(text) + sizeof("line 300000\n") > most, "all that there was room for is there");
}

static void test_closed_pipe(void)
{
    int ends[2];
    struct err err = {""};
    char path[64];

    signal(SIGPIPE, SIG_IGN);
    CHECK(pipe(ends) == 0, "a pipe");
    snprintf(path, sizeof(path), "/dev/fd/%d", ends[1]);
    struct out *o = out_open(path, &err);
    close(ends[0]);
    close(ends[1]);
    write_lines(o, 1);
    CHECK(!out_closed(o), "nobody has noticed yet");
    out_flush(o);
    CHECK(out_closed(o), "a closed pipe is noticed");
    write_lines(o, 100000);
    CHECK(out_close(o, &err) && err.text[0] == '\0', "a closed pipe is no error");
}

/* A pipe that takes little at a time and does not wait: everything arrives all the same. */
static void test_slow_pipe(void)
{
    int ends[2];
    char path[64], command[400];

    CHECK(pipe(ends) == 0, "a pipe");
    fflush(stdout);
    const pid_t child = fork();
    if (child == 0) {
        close(ends[1]);
        dup2(ends[0], STDIN_FILENO);
        snprintf(command, sizeof(command), "sleep 0.1; cat > %s", in_folder("piped"));
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    close(ends[0]);
    snprintf(path, sizeof(path), "/dev/fd/%d", ends[1]);
    struct out *o = out_open(path, NULL);
    close(ends[1]);
    for (int fd = 3; fd < 64; fd++) /* whichever out_open got */
        fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    write_lines(o, 50000);
    CHECK(out_close(o, NULL), "closed well");
    CHECK(waitpid(child, NULL, 0) == child, "the reader ends");
    CHECK(strlen(content_of(in_folder("piped"))) > 400000, "all of it arrived");
}

/* Long records as fast as can be, until killed. */
static void write_for_ever(void)
{
    static char line[900];
    struct out *o = out_open(in_folder("killed"), NULL);

    memset(line, 'x', sizeof(line));
    line[sizeof(line) - 1] = '\n';
    for (size_t i = 0;; i++) {
        buffer_append(out_buffer(o), bytes_after(bytes_of(line, sizeof(line)), i * 37 % 500));
        out_record(o);
    }
}

/* The guard needs a moment: it is another process. */
static bool becomes_whole(const char *path)
{
    for (int i = 0; i < 200; i++) {
        FILE *f = fopen(path, "r");
        const bool whole = f == NULL || fseek(f, -1, SEEK_END) != 0 || fgetc(f) == '\n';
        if (f != NULL)
            fclose(f);
        if (whole)
            return true;
        usleep(5000);
    }
    return false;
}

/* Whatever the moment of its death, a writer leaves whole records. */
static void test_killed(void)
{
    bool whole = true;

    fflush(stdout);
    for (int i = 0; i < 30; i++) {
        const pid_t child = fork();
        if (child == 0)
            write_for_ever();
        usleep((useconds_t)(4000 + i * 300));
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        whole = whole && becomes_whole(in_folder("killed"));
    }
    CHECK(whole, "whole records after kill -9");
    unlink(in_folder("killed"));
}

static void test_two_writers(void)
{
    struct err err = {""};
    char want[300];
    struct out *first = out_open(in_folder("shared"), NULL);

    write_lines(first, 1);
    out_flush(first);
    CHECK(out_open(in_folder("shared"), &err) == NULL, "one writer at a time");
    snprintf(want, sizeof(want), "%s: another process is writing it", in_folder("shared"));
    CHECK_TEXT(err.text, want, "and says so");
    CHECK_TEXT(content_of(in_folder("shared")), "line 0\n", "the first one's lines stay");
    CHECK(out_close(first, NULL), "closed well");
    struct out *second = out_open(in_folder("shared"), NULL);
    CHECK(second != NULL, "after the first one there is room");
    out_close(second, NULL);
}

static void test_renamed(void)
{
    struct err err = {""};
    struct out *o = out_open_renamed(in_folder("report"), &err);
    const size_t before = files_in_folder(false);

    write_lines(o, 1);
    out_flush(o);
    CHECK_TEXT(content_of(in_folder("report")), "(none)", "not there before it is whole");
    CHECK(out_close(o, &err), "closed well");
    CHECK_TEXT(content_of(in_folder("report")), "line 0\n", "there, and whole");
    CHECK(files_in_folder(false) == before, "no temporary file stays");

    CHECK(symlink("report", in_folder("link")) == 0, "a link");
    o = out_open_renamed(in_folder("link"), &err);
    buffer_append_text(out_buffer(o), "new\n");
    CHECK(out_close(o, &err), "closed well through a link");
    CHECK_TEXT(content_of(in_folder("report")), "new\n", "the link's target is replaced");
    struct stat st;
    CHECK(lstat(in_folder("link"), &st) == 0 && S_ISLNK(st.st_mode), "the link stays a link");
}

static void test_renamed_fails(void)
{
    struct rlimit old, small = {.rlim_cur = 1000};
    struct err err = {""};
    const size_t before = files_in_folder(false);

    getrlimit(RLIMIT_FSIZE, &old);
    small.rlim_max = old.rlim_max;
    setrlimit(RLIMIT_FSIZE, &small);
    struct out *o = out_open_renamed(in_folder("report"), &err);
    write_lines(o, 1000);
    CHECK(!out_close(o, &err), "it does not fit");
    setrlimit(RLIMIT_FSIZE, &old);
    CHECK_TEXT(content_of(in_folder("report")), "new\n", "the old report stays");
    CHECK(files_in_folder(false) == before, "no temporary file stays");

    o = out_open_renamed("/dev/full", &err);
    CHECK(o != NULL, "a device is written directly");
    write_lines(o, 1);
    CHECK(!out_close(o, NULL), "and fails as one");
}

static void test_cannot_open(void)
{
    struct err err = {""}, folder_err = {""}, renamed = {""};

    CHECK(out_open("/nowhere/x", &err) == NULL, "no such folder");
    CHECK_TEXT(err.text, "/nowhere/x: No such file or directory", "no such folder");
    CHECK(out_open("/", &folder_err) == NULL, "a folder");
    CHECK_TEXT(folder_err.text, "/: Is a directory", "a folder");
    CHECK(out_open_renamed("/nowhere/x", &renamed) == NULL, "no such folder for the report");
    CHECK_TEXT(renamed.text, "/nowhere/x: No such file or directory", "no such folder");
    CHECK(out_close(NULL, NULL), "nothing to close");
}

int main(void)
{
    if (mkdtemp(folder) == NULL)
        return 1;
    test_file();
    test_gathering();
    test_full_disk();
    test_torn_record();
    test_closed_pipe();
    test_slow_pipe();
    test_killed();
    test_two_writers();
    test_renamed();
    test_renamed_fails();
    test_cannot_open();
    files_in_folder(true);
    CHECK(rmdir(folder) == 0, "cleaned up");
    return test_end();
}

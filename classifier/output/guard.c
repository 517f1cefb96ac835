/* SPDX-License-Identifier: MIT */
#include "output/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define BLOCK   4096  /* bytes looked at, at a time, for the last line feed */
#define NOBODY  65534 /* user and group without rights */
#define HIGHEST 1024  /* descriptors that are closed, at most */

struct guard {
    int pipe; /* its other end is the guard's; closed when we die */
};

/* What the guard needs, and nothing else. */
enum { WRITER, READER, PIPE, DESCRIPTORS };

/* Where the file would have to end: after the last line feed before `end`. */
static off_t whole_lines(int fd, off_t end)
{
    char block[BLOCK];

    while (end > 0) {
        const off_t from = end > BLOCK ? end - BLOCK : 0;
        ssize_t n = pread(fd, block, (size_t)(end - from), from);
        if (n != end - from)
            return -1;
        while (n > 0 && block[n - 1] != '\n')
            n--;
        if (n > 0)
            return from + n;
        end = from;
    }
    return 0;
}

static void cut_torn_line(const int of[DESCRIPTORS])
{
    struct stat st;

    if (fstat(of[WRITER], &st) != 0)
        return;
    const off_t end = whole_lines(of[READER], st.st_size);
    if (end >= 0 && end < st.st_size && ftruncate(of[WRITER], end) != 0)
        return; /* nobody is left to be told */
}

/* The descriptors first .. last, in one call where the kernel (Linux 5.9) has it. */
static void close_run(int first, int last)
{
#ifdef SYS_close_range
    if (first > last || syscall(SYS_close_range, (unsigned)first, (unsigned)last, 0U) == 0)
        return;
#endif
    for (int fd = first; fd <= last; fd++)
        close(fd);
}

/* Above all no end of the caller's pipes may stay open. */
static void close_others(const int of[DESCRIPTORS])
{
    const long most = sysconf(_SC_OPEN_MAX);
    const int end = most > 0 && most < HIGHEST ? (int)most : HIGHEST;
    int first = 0;

    for (int fd = 0; fd < end; fd++) {
        if (fd != of[WRITER] && fd != of[READER] && fd != of[PIPE])
            continue;
        close_run(first, fd - 1);
        first = fd + 1;
    }
    close_run(first, end - 1);
}

static void drop_privileges(void)
{
    if (geteuid() != 0)
        return;
    if (setgroups(0, NULL) != 0 || setgid(NOBODY) != 0 || setuid(NOBODY) != 0)
        _exit(1);
}

/* The guard's whole life. A byte says that all is well; the end of the pipe without one, that the
 * writer died. */
static _Noreturn void keep_watch(const int of[DESCRIPTORS])
{
    static const int ignored[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGTSTP};
    char byte;
    ssize_t n;

    setsid(); /* a signal to the caller's process group is not for the guard */
    for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
        signal(ignored[i], SIG_IGN);
    close_others(of);
    drop_privileges();
    if (chdir("/") != 0)
        _exit(1);
    do
        n = read(of[PIPE], &byte, 1);
    while (n < 0 && errno == EINTR);
    if (n == 0)
        cut_torn_line(of);
    _exit(0);
}

/* Forks twice, so that init inherits the guard and nobody here has to wait for it. */
static bool start(const int of[DESCRIPTORS])
{
    int status;
    const pid_t child = fork();

    if (child < 0)
        return false;
    if (child > 0)
        return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    const pid_t guard = fork();
    if (guard == 0)
        keep_watch(of);
    _exit(guard < 0 ? 1 : 0);
}

static bool is_same_file(int a, int b)
{
    struct stat of_a, of_b;

    return fstat(a, &of_a) == 0 && fstat(b, &of_b) == 0 && of_a.st_dev == of_b.st_dev &&
           of_a.st_ino == of_b.st_ino;
}

/* The pipe's end that stays with us; -1: there is no guard. */
static int begin(int fd, int reader)
{
    int ends[2];

    if (!is_same_file(fd, reader) || pipe(ends) != 0)
        return -1;
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    const bool started = start((int[DESCRIPTORS]){fd, reader, ends[0]});
    close(ends[0]);
    if (started)
        return ends[1];
    close(ends[1]);
    return -1;
}

struct guard *guard_begin(int fd, const char *path)
{
    struct guard *g = malloc(sizeof(*g));
    const int reader = open(path, O_RDONLY | O_CLOEXEC);

    if (g != NULL)
        g->pipe = reader >= 0 ? begin(fd, reader) : -1;
    if (reader >= 0)
        close(reader);
    if (g != NULL && g->pipe >= 0)
        return g;
    free(g);
    return NULL;
}

void guard_end(struct guard *g)
{
    if (g == NULL)
        return;
    while (write(g->pipe, "", 1) < 0 && errno == EINTR)
        continue;
    close(g->pipe);
    free(g);
}

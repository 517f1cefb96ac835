/* SPDX-License-Identifier: MIT */
/* spawn.c - runs a command and writes what it took to descriptor 3: CPU seconds, seconds by the
 * clock, peak memory in KiB, exit status (127: it could not be run).
 *
 * Peak memory is why this is no script: a process that was forked from one counts that one's memory
 * as its own, too (getrusage(2), ru_maxrss), and this one has next to none.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define REPORT    3
#define NOT_RUN   127
#define BY_SIGNAL 128 /* plus its number, as a shell has it */

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static double seconds(struct timeval t)
{
    return (double)t.tv_sec + (double)t.tv_usec * 1e-6;
}

int main(int argc, char **argv)
{
    const double begin = now();
    const pid_t child = argc > 1 ? fork() : -1;
    struct rusage used;
    int status;

    if (child == 0) {
        fcntl(REPORT, F_SETFD, FD_CLOEXEC);
        execvp(argv[1], argv + 1);
        _exit(NOT_RUN);
    }
    if (child < 0 || wait4(child, &status, 0, &used) < 0)
        return 2;
    dprintf(REPORT, "%.6f %.6f %ld %d\n", seconds(used.ru_utime) + seconds(used.ru_stime),
            now() - begin, used.ru_maxrss,
            WIFEXITED(status) ? WEXITSTATUS(status) : BY_SIGNAL + WTERMSIG(status));
    return 0;
}

/* SPDX-License-Identifier: MIT */
#include "cli/privileges.h"

#include <cap-ng.h>
#include <errno.h>
#include <pwd.h>
#include <seccomp.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

/* What is needed to read packets, keep time and memory, and write to what is open already. */
static const int allowed[] = {
    SCMP_SYS(read),
    SCMP_SYS(write),
    SCMP_SYS(writev),
    SCMP_SYS(close),
    SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    SCMP_SYS(recvfrom),
    SCMP_SYS(recvmsg),
    SCMP_SYS(getsockopt),
    SCMP_SYS(setsockopt),
    SCMP_SYS(ioctl),
    SCMP_SYS(fstat),
    SCMP_SYS(newfstatat),
    SCMP_SYS(lseek),
    SCMP_SYS(ftruncate),
    SCMP_SYS(mmap),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(mprotect),
    SCMP_SYS(madvise),
    SCMP_SYS(brk),
    SCMP_SYS(futex),
    SCMP_SYS(getrandom),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
    SCMP_SYS(tgkill),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
    SCMP_SYS(sched_yield),
    SCMP_SYS(clone), /* threads: --workers */
    SCMP_SYS(clone3),
    SCMP_SYS(set_robust_list),
    SCMP_SYS(rseq),
};

static bool number_of(const char *name, unsigned long *out)
{
    const char *text = getenv(name);
    char *end;

    if (text == NULL || *text == 0)
        return false;
    *out = strtoul(text, &end, 10);
    return *end == 0 && *out != 0;
}

static bool change_user(struct err *err)
{
    const struct passwd *nobody = getpwnam("nobody");
    unsigned long uid, gid;

    if (geteuid() != 0)
        return true;
    if (!number_of("SUDO_UID", &uid) || !number_of("SUDO_GID", &gid)) {
        uid = nobody != NULL ? nobody->pw_uid : 65534;
        gid = nobody != NULL ? nobody->pw_gid : 65534;
    }
    capng_clear(CAPNG_SELECT_BOTH);
    if (capng_change_id((int)uid, (int)gid, CAPNG_DROP_SUPP_GRP | CAPNG_CLEAR_BOUNDING) == 0)
        return true;
    err_set(err, "root could not be given up");
    return false;
}

static bool drop_capabilities(struct err *err)
{
    capng_clear(CAPNG_SELECT_CAPS);
    if (capng_apply(CAPNG_SELECT_CAPS) == 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
        return true;
    err_set(err, "capabilities could not be given up");
    return false;
}

static bool sandbox(struct err *err)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    int bad = filter == NULL;

    for (size_t i = 0; !bad && i < sizeof(allowed) / sizeof(allowed[0]); i++)
        bad = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0) != 0;
    if (!bad)
        bad = seccomp_load(filter) != 0;
    if (filter != NULL)
        seccomp_release(filter);
    if (bad)
        err_set(err, "the system-call sandbox could not be set up");
    return !bad;
}

bool privileges_drop(struct err *err)
{
    return change_user(err) && drop_capabilities(err) && sandbox(err);
}

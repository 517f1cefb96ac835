/* SPDX-License-Identifier: MIT */
#include "tests/faults/inject.h"

#include <dirent.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <hs/hs.h>
#include <openssl/evp.h>
#include <pcap/pcap.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <yaml.h>
#include <zlib.h>
#include <zstd.h>

#define SKIPPED 3 /* remember(), fails(), __wrap_...() */

extern const char __executable_start; /* the linker says where */

static struct injection *now; /* NULL: the driver itself is running */

void inject(struct injection *how)
{
    now = how;
}

static void remember(const char *name)
{
    void *stack[CALLERS + SKIPPED];
    const int depth = backtrace(stack, CALLERS + SKIPPED);

    strncpy(now->name, name, sizeof(now->name) - 1);
    for (int i = SKIPPED; i < depth; i++)
        now->caller[i - SKIPPED] = (uintptr_t)stack[i] - 1 - (uintptr_t)&__executable_start;
}

/* Is it this call's turn to go wrong? */
static bool fails(enum kind kind, const char *name)
{
    if (now == NULL)
        return false;
    const uint64_t number = ++now->count[kind];
    if (kind != now->kind || now->at == 0 || number < now->at)
        return false;
    if (number > now->at && !now->forever)
        return false;
    if (now->name[0] == '\0')
        remember(name);
    errno = kind == KIND_MEMORY ? ENOMEM : now->error;
    return true;
}

/* Nobody but the linker calls these. */
#pragma GCC diagnostic ignored "-Wmissing-prototypes"

struct ndpi_detection_module_struct;

/* What the linker makes of the names, as ld(1) says under --wrap. */
void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
void *__real_aligned_alloc(size_t alignment, size_t n);
char *__real_strdup(const char *s);
char *__real_strndup(const char *s, size_t n);
char *__real_realpath(const char *path, char *room);
ssize_t __real_write(int fd, const void *at, size_t n);
ssize_t __real_pwrite(int fd, const void *at, size_t n, off_t place);
ssize_t __real_read(int fd, void *at, size_t n);
ssize_t __real_pread(int fd, void *at, size_t n, off_t place);
int __real_close(int fd);
int __real_ftruncate(int fd, off_t n);
int __real_rename(const char *from, const char *to);
int __real_mkstemp(char *name);
int __real_mkdir(const char *path, mode_t mode);
int __real_pipe(int ends[2]);
int __real_dup(int fd);
int __real_open(const char *path, int flags, ...);
int __real_openat(int folder, const char *path, int flags, ...);
int __real_fstat(int fd, struct stat *st);
pid_t __real_fork(void);
DIR *__real_opendir(const char *path);
FILE *__real_fopen(const char *path, const char *mode);
FILE *__real_fdopen(int fd, const char *mode);
int __real_fflush(FILE *f);
int __real_inflateInit2_(z_streamp z, int bits, const char *version, int size);
ZSTD_DStream *__real_ZSTD_createDStream(void);
EVP_MD_CTX *__real_EVP_MD_CTX_new(void);
EVP_MD *__real_EVP_MD_fetch(OSSL_LIB_CTX *library, const char *name, const char *properties);
int __real_yaml_parser_initialize(yaml_parser_t *p);
struct ndpi_detection_module_struct *__real_ndpi_init_detection_module(uint32_t preferences);
int __real_pcap_compile(pcap_t *p, struct bpf_program *to, const char *text, int o, bpf_u_int32 m);
pcap_t *__real_pcap_open_dead(int type, int snaplen);
pcap_t *__real_pcap_fopen_offline_with_tstamp_precision(FILE *f, u_int precision, char *why);
hs_error_t __real_hs_open_stream(const hs_database_t *db, unsigned flags, hs_stream_t **stream);
hs_error_t __real_hs_alloc_scratch(const hs_database_t *db, hs_scratch_t **scratch);

void *__wrap_malloc(size_t n)
{
    return fails(KIND_MEMORY, "malloc") ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return fails(KIND_MEMORY, "calloc") ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t n)
{
    return fails(KIND_MEMORY, "realloc") ? NULL : __real_realloc(p, n);
}

void *__wrap_aligned_alloc(size_t alignment, size_t n)
{
    return fails(KIND_MEMORY, "aligned_alloc") ? NULL : __real_aligned_alloc(alignment, n);
}

char *__wrap_strdup(const char *s)
{
    return fails(KIND_MEMORY, "strdup") ? NULL : __real_strdup(s);
}

char *__wrap_strndup(const char *s, size_t n)
{
    return fails(KIND_MEMORY, "strndup") ? NULL : __real_strndup(s, n);
}

char *__wrap_realpath(const char *path, char *room)
{
    return fails(KIND_MEMORY, "realpath") ? NULL : __real_realpath(path, room);
}

/* How much of `n` this call may move; -1: it fails, or is at the end. */
static ssize_t allowed(enum kind kind, const char *name, size_t n)
{
    if (!fails(kind, name))
        return (ssize_t)n;
    return now->manner == MANNER_SHORT && n > 1 ? (ssize_t)(n / 2) : -1;
}

static ssize_t refused(void)
{
    return now->manner == MANNER_END ? 0 : -1;
}

ssize_t __wrap_write(int fd, const void *at, size_t n)
{
    const ssize_t some = allowed(KIND_WRITE, "write", n);
    return some < 0 ? refused() : __real_write(fd, at, (size_t)some);
}

ssize_t __wrap_pwrite(int fd, const void *at, size_t n, off_t place)
{
    const ssize_t some = allowed(KIND_WRITE, "pwrite", n);
    return some < 0 ? refused() : __real_pwrite(fd, at, (size_t)some, place);
}

/* The write(2) of the C library is its own affair: it fails, or does not. */
int __wrap_fflush(FILE *f)
{
    const bool failed = fails(KIND_WRITE, "fflush");

    return failed && now->manner == MANNER_ERROR && now->error != EINTR ? EOF : __real_fflush(f);
}

ssize_t __wrap_read(int fd, void *at, size_t n)
{
    const ssize_t some = allowed(KIND_READ, "read", n);
    return some < 0 ? refused() : __real_read(fd, at, (size_t)some);
}

ssize_t __wrap_pread(int fd, void *at, size_t n, off_t place)
{
    const ssize_t some = allowed(KIND_READ, "pread", n);
    return some < 0 ? refused() : __real_pread(fd, at, (size_t)some, place);
}

/* Linux closes the descriptor whatever it answers: close(2). One that was not open is none to fail:
 * output/guard.c closes a thousand. */
int __wrap_close(int fd)
{
    const int result = __real_close(fd);
    return result == 0 && fails(KIND_FILE, "close") ? -1 : result;
}

int __wrap_ftruncate(int fd, off_t n)
{
    return fails(KIND_FILE, "ftruncate") ? -1 : __real_ftruncate(fd, n);
}

int __wrap_rename(const char *from, const char *to)
{
    return fails(KIND_FILE, "rename") ? -1 : __real_rename(from, to);
}

int __wrap_mkstemp(char *name)
{
    return fails(KIND_FILE, "mkstemp") ? -1 : __real_mkstemp(name);
}

int __wrap_mkdir(const char *path, mode_t mode)
{
    return fails(KIND_FILE, "mkdir") ? -1 : __real_mkdir(path, mode);
}

int __wrap_pipe(int ends[2])
{
    return fails(KIND_FILE, "pipe") ? -1 : __real_pipe(ends);
}

int __wrap_dup(int fd)
{
    return fails(KIND_FILE, "dup") ? -1 : __real_dup(fd);
}

static mode_t mode_of(int flags, va_list args)
{
    return flags & O_CREAT ? va_arg(args, mode_t) : 0;
}

int __wrap_open(const char *path, int flags, ...)
{
    va_list args;

    va_start(args, flags);
    const mode_t mode = mode_of(flags, args);
    va_end(args);
    return fails(KIND_FILE, "open") ? -1 : __real_open(path, flags, mode);
}

int __wrap_openat(int folder, const char *path, int flags, ...)
{
    va_list args;

    va_start(args, flags);
    const mode_t mode = mode_of(flags, args);
    va_end(args);
    return fails(KIND_FILE, "openat") ? -1 : __real_openat(folder, path, flags, mode);
}

int __wrap_fstat(int fd, struct stat *st)
{
    return fails(KIND_FILE, "fstat") ? -1 : __real_fstat(fd, st);
}

pid_t __wrap_fork(void)
{
    return fails(KIND_FILE, "fork") ? -1 : __real_fork();
}

DIR *__wrap_opendir(const char *path)
{
    return fails(KIND_FILE, "opendir") ? NULL : __real_opendir(path);
}

FILE *__wrap_fopen(const char *path, const char *mode)
{
    return fails(KIND_FILE, "fopen") ? NULL : __real_fopen(path, mode);
}

FILE *__wrap_fdopen(int fd, const char *mode)
{
    return fails(KIND_FILE, "fdopen") ? NULL : __real_fdopen(fd, mode);
}

int __wrap_inflateInit2_(z_streamp z, int bits, const char *version, int size)
{
    return fails(KIND_LIBRARY, "inflateInit2") ? Z_MEM_ERROR
                                               : __real_inflateInit2_(z, bits, version, size);
}

ZSTD_DStream *__wrap_ZSTD_createDStream(void)
{
    return fails(KIND_LIBRARY, "zstd stream") ? NULL : __real_ZSTD_createDStream();
}

EVP_MD_CTX *__wrap_EVP_MD_CTX_new(void)
{
    return fails(KIND_LIBRARY, "EVP_MD_CTX_new") ? NULL : __real_EVP_MD_CTX_new();
}

EVP_MD *__wrap_EVP_MD_fetch(OSSL_LIB_CTX *library, const char *name, const char *properties)
{
    return fails(KIND_LIBRARY, "EVP_MD_fetch") ? NULL
                                               : __real_EVP_MD_fetch(library, name, properties);
}

int __wrap_yaml_parser_initialize(yaml_parser_t *p)
{
    return fails(KIND_LIBRARY, "yaml parser") ? 0 : __real_yaml_parser_initialize(p);
}

struct ndpi_detection_module_struct *__wrap_ndpi_init_detection_module(uint32_t preferences)
{
    return fails(KIND_LIBRARY, "nDPI") ? NULL : __real_ndpi_init_detection_module(preferences);
}

int __wrap_pcap_compile(pcap_t *p, struct bpf_program *to, const char *text, int o, bpf_u_int32 m)
{
    return fails(KIND_LIBRARY, "pcap_compile") ? -1 : __real_pcap_compile(p, to, text, o, m);
}

pcap_t *__wrap_pcap_open_dead(int type, int snaplen)
{
    return fails(KIND_LIBRARY, "pcap_open_dead") ? NULL : __real_pcap_open_dead(type, snaplen);
}

pcap_t *__wrap_pcap_fopen_offline_with_tstamp_precision(FILE *f, u_int precision, char *why)
{
    return fails(KIND_LIBRARY, "pcap_fopen")
               ? NULL
               : __real_pcap_fopen_offline_with_tstamp_precision(f, precision, why);
}

hs_error_t __wrap_hs_alloc_scratch(const hs_database_t *db, hs_scratch_t **scratch)
{
    return fails(KIND_LIBRARY, "hs_alloc_scratch") ? HS_NOMEM
                                                   : __real_hs_alloc_scratch(db, scratch);
}

hs_error_t __wrap_hs_open_stream(const hs_database_t *db, unsigned flags, hs_stream_t **stream)
{
    return fails(KIND_LIBRARY, "hs_open_stream") ? HS_NOMEM
                                                 : __real_hs_open_stream(db, flags, stream);
}

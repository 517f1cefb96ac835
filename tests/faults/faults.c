/* SPDX-License-Identifier: MIT */
/* The whole program, run again and again, and each time one call to the outside fails: memory that
 * is not there, a full disk, a pipe that somebody closed, a file that ends too early. It may not
 * crash; when it says 0 it has done the same as ever; otherwise it says a sentence; and what it
 * leaves on the disk is whole.
 *
 *   faults FOLDER [MOST [SCENARIO]]        all scenarios, at most MOST places each; in FOLDER
 *   faults FOLDER SCENARIO FAULT NUMBER    one run, shown
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/faults/inject.h"
#include "tests/faults/judge.h"

#define PATIENCE_S     60
#define SANITIZER_EXIT 99
#define COUNT(array)   (sizeof(array) / sizeof((array)[0]))

int __real_main(int argc, char **argv);
int __wrap_main(int argc, char **argv);
const char *__asan_default_options(void);

/* Leaks count: what failed half way gives back what it had. */
const char *__asan_default_options(void)
{
    return "exitcode=99:allocator_may_return_null=1:detect_leaks=1";
}

/* Spaces part the arguments. What a command writes: out.eve, out.har, out.report, out.files/. */
static const struct scenario scenarios[] = {
    {"table", "analyze --all --explain -r rules/default.yaml pcaps/small.pcap", 0},
    {"eve",
     "analyze -q --frames --payload printable -r rules/default.yaml --eve out.eve "
     "pcaps/small.pcap",
     0},
    {"eve-pipe", "analyze --eve - pcaps/port-reuse.pcap pcaps/small.pcap", 0},
    {"html", "report -r rules/strict-web.yaml -o out.report --format html pcaps/small.pcap", 0},
    {"json", "report -o out.report --format json pcaps/small.pcap", 0},
    {"text", "report -o out.report --format text pcaps/small.pcap.gz", 0},
    {"har", "analyze -q --har out.har --extract out.files pcaps/small.pcap", 0},
    {"spool", "analyze -q --har out.har pcaps/upgrade-tricks.pcap", 0},
    {"follow", "analyze --follow 3625452309106989 pcaps/small.pcap.zst", 0},
    {"frames", "analyze --frames pcaps/linktype-sll2.pcap", 0},
    {"filter", "analyze -f tcp pcaps/small.pcapng", 0},
    {"rules", "rules show rules/strict-web.yaml", 0},
    {"content", "analyze -q --eve out.eve -r rules/websocket-service.yaml pcaps/small.pcap", 0},
    {"torrent", "analyze -q --eve out.eve pcaps/torrent-plain.pcap.zst", 0},
    {"graph", "analyze -q --graph out.report pcaps/bittorrent-udp.pcap", 0},
    {"eve-read", "report -o out.report --format json in.eve", 0},
    {"eve-two", "report -o out.report --format html in.eve pcaps/small.pcap", 0},
    {"csv", "report -o out.report --format csv pcaps/small.pcap", 0},
    {"markdown", "report -o out.report --format markdown pcaps/small.pcap", 0},
    {"nft", "report -o out.report --format nft -r rules/strict-web.yaml pcaps/port80.pcap", 0},
    {"suricata", "report -o out.report --format suricata pcaps/bittorrent-udp.pcap", 0},
    {"slice", "analyze -q --slice out.report 3625452309106989 pcaps/small.pcap.zst", 0},
    {"rules-check", "rules check rules/strict-web.yaml rules/flood.yaml", 0},
    {"rules-test", "rules test rules/websocket-service.yaml", 0},
    {"rules-diff", "rules diff rules/default.yaml rules/strict-web.yaml pcaps/small.pcap", 0},
    {"workers", "analyze -q --workers 2 --eve out.eve pcaps/small.pcap", 0},
};

static const struct fault faults[] = {
    {.name = "memory", .how = {.kind = KIND_MEMORY}},
    {.name = "memory-gone", .how = {.kind = KIND_MEMORY, .forever = true}},
    {.name = "library", .how = {.kind = KIND_LIBRARY}},
    {.name = "disk-full", .how = {.kind = KIND_WRITE, .error = ENOSPC, .forever = true}},
    {.name = "write-error", .how = {.kind = KIND_WRITE, .error = EIO}},
    {.name = "pipe-closed", .how = {.kind = KIND_WRITE, .error = EPIPE}, .silent = true},
    {.name = "write-short", .how = {.kind = KIND_WRITE, .manner = MANNER_SHORT}, .harmless = true},
    {.name = "write-again", .how = {.kind = KIND_WRITE, .error = EINTR}, .harmless = true},
    {.name = "read-error", .how = {.kind = KIND_READ, .error = EIO}},
    {.name = "read-short", .how = {.kind = KIND_READ, .manner = MANNER_SHORT}, .harmless = true},
    {.name = "read-again", .how = {.kind = KIND_READ, .error = EINTR}},
    {.name = "read-end", .how = {.kind = KIND_READ, .manner = MANNER_END, .forever = true}},
    {.name = "file", .how = {.kind = KIND_FILE, .error = EIO}},
    {.name = "file-full", .how = {.kind = KIND_FILE, .error = ENOSPC, .forever = true}},
};

struct run {
    const char *root;            /* of the project */
    const char *folder;          /* of this test's own */
    struct injection *injection; /* shared with the program */
    uint64_t most, runs, wrong;
};

static void need(bool good, const char *what)
{
    if (good)
        return;
    perror(what);
    exit(2);
}

/* In the forked process: the scenario's words, and the program as if it had just begun. */
static _Noreturn void become(const struct run *r, const struct scenario *s, bool shown)
{
    char words[256], *argv[24] = {(char[]){"portwarden"}};
    int argc = 1;

    if (!shown) {
        need(freopen("stdout", "w", stdout) != NULL, "stdout");
        need(freopen("stderr", "w", stderr) != NULL, "stderr");
    }
    snprintf(words, sizeof(words), "%s", s->words);
    for (char *word = strtok(words, " "); word != NULL; word = strtok(NULL, " "))
        argv[argc++] = word;
    alarm(PATIENCE_S);
    inject(r->injection);
    exit(__real_main(argc, argv));
}

/* What is left in the folder by the run before goes; a report and an archive of old are there. */
static void prepare(void)
{
    judge_clear("out.files");
    unlink("out.eve");
    judge_put("out.har", OLD);
    judge_put("out.report", OLD);
}

static int run(struct run *r, const struct scenario *s, const struct injection *how, bool shown)
{
    int status;

    prepare();
    *r->injection = *how;
    fflush(NULL);
    const pid_t child = fork();
    need(child >= 0, "fork");
    if (child == 0)
        become(r, s, shown);
    need(waitpid(child, &status, 0) == child, "waitpid");
    r->runs++;
    if (WIFSIGNALED(status))
        return -WTERMSIG(status);
    return WEXITSTATUS(status);
}

static void print_callers(const struct injection *i)
{
    for (size_t k = 0; k < CALLERS && i->caller[k] != 0; k++)
        printf(" %#llx", (unsigned long long)i->caller[k]);
}

static void complain(struct run *r, const struct scenario *s, const struct fault *f,
                     const char *what)
{
    const struct injection *i = r->injection;

    r->wrong++;
    printf("FAILED %s %s %llu: %s (%s", s->name, f->name, (unsigned long long)i->at, what,
           i->name[0] != '\0' ? i->name : "no such call");
    print_callers(i);
    printf(")\n");
}

static void try_one(struct run *r, const struct scenario *s, const struct fault *f, uint64_t at)
{
    struct injection how = f->how;
    char why[512] = "";

    how.at = at;
    const int code = run(r, s, &how, false);
    if (code < 0)
        snprintf(why, sizeof(why), "ended by signal %d", -code);
    else if (code == SANITIZER_EXIT)
        snprintf(why, sizeof(why), "the sanitizer's report");
    else
        judge(s, f, code, why, sizeof(why));
    if (why[0] != '\0')
        complain(r, s, f, why);
}

/* Every call of that kind in turn, or `most` of them evenly spread. */
static void try_all(struct run *r, const struct scenario *s, const struct fault *f,
                    const uint64_t count[KINDS])
{
    const uint64_t calls = count[f->how.kind];
    const uint64_t before = r->wrong;
    const uint64_t tries = r->most != 0 && calls > r->most ? r->most : calls;

    for (uint64_t i = 0; i < tries; i++)
        try_one(r, s, f, 1 + i * calls / tries);
    if (tries > 0 && r->wrong == before)
        printf("ok %s %s: %llu of %llu calls\n", s->name, f->name, (unsigned long long)tries,
               (unsigned long long)calls);
}

static void try_scenario(struct run *r, const struct scenario *s)
{
    static const struct injection none;
    uint64_t count[KINDS];

    const int code = run(r, s, &none, false);
    memcpy(count, r->injection->count, sizeof(count));
    if (code != s->exit_code) {
        r->wrong++;
        printf("FAILED %s: exit %d without any fault\n", s->name, code);
        return;
    }
    judge_remember();
    for (size_t i = 0; i < COUNT(faults); i++)
        try_all(r, s, &faults[i], count);
}

/* The EVE that some scenarios read. */
static void make_eve(struct run *r)
{
    static const struct scenario eve = {
        "", "analyze -q --eve in.eve -r rules/default.yaml pcaps/small.pcap", 0};
    static const struct injection none;

    need(run(r, &eve, &none, false) == eve.exit_code, "in.eve");
}

static int show(struct run *r, const char *scenario, const char *fault, const char *number)
{
    for (size_t i = 0; i < COUNT(scenarios); i++)
        for (size_t k = 0; k < COUNT(faults); k++)
            if (strcmp(scenarios[i].name, scenario) == 0 && strcmp(faults[k].name, fault) == 0) {
                struct injection how = faults[k].how;
                how.at = strtoull(number, NULL, 10);
                const int code = run(r, &scenarios[i], &how, true);
                printf("exit %d; failed: %s", code, r->injection->name);
                print_callers(r->injection);
                printf("\n");
                return 0;
            }
    return 2;
}

/* The scenarios name rules/ and pcaps/ as they stand in the project: a link to each is enough. */
static void enter(const struct run *r)
{
    char pcaps[4096], rules[4096];

    snprintf(pcaps, sizeof(pcaps), "%s/pcaps", r->root);
    snprintf(rules, sizeof(rules), "%s/rules", r->root);
    need(chdir(r->folder) == 0, r->folder);
    need((symlink(pcaps, "pcaps") == 0 || errno == EEXIST), "pcaps");
    need((symlink(rules, "rules") == 0 || errno == EEXIST), "rules");
    need(setenv("TMPDIR", ".", 1) == 0, "TMPDIR");
}

int __wrap_main(int argc, char **argv)
{
    char root[4096];
    struct run r = {.root = getcwd(root, sizeof(root)), .folder = argc > 1 ? argv[1] : "."};

    r.injection =
        mmap(NULL, sizeof(*r.injection), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    need(r.injection != MAP_FAILED && r.root != NULL, "mmap");
    setvbuf(stdout, NULL, _IOLBF, 0);
    enter(&r);
    make_eve(&r);
    if (argc == 5)
        return show(&r, argv[2], argv[3], argv[4]);
    r.most = argc > 2 ? strtoull(argv[2], NULL, 10) : 0;
    for (size_t i = 0; i < COUNT(scenarios); i++)
        if (argc < 4 || strcmp(argv[3], scenarios[i].name) == 0)
            try_scenario(&r, &scenarios[i]);
    printf("%llu runs, %llu wrong\n", (unsigned long long)r.runs, (unsigned long long)r.wrong);
    return r.wrong != 0;
}

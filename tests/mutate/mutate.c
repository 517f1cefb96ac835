/* SPDX-License-Identifier: MIT */
/* The metamorphic test: a capture is rewritten as a network may, and portwarden must say the same
 * of it (said.c lists what may differ).
 *
 *   mutate KIND SEED IN OUT               writes the capture so rewritten, as a pcap file
 *   mutate --check [OPTION...] IN...      every kind on every capture
 *       --seed N      (1)  each run of a kind has a seed made of it
 *       --packets N   (40000)  a capture is rewritten by each kind until so many packets were read
 *       --kind KIND   only this one
 *       --save FOLDER where a capture that failed goes, made small
 *       --rules FILE  (rules/default.yaml)
 *       --events KIND (all) flow: flows and anomalies alone are asked for; the rest may be skimmed
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "tests/mutate/kinds.h"
#include "tests/mutate/said.h"

#define MOST_KINDS  64
#define MOST_ROUNDS 40
#define WHAT_ROOM   2048
#define PATH_ROOM   1024
#define SHRINK_RUNS 12 /* other seeds tried on each smaller capture */

struct test {
    struct listener *listener;
    const char *rules, *save, *kind, *events;
    uint64_t seed;
    size_t packets;
    struct figures {
        size_t runs, packets, differences;
    } of[MOST_KINDS]; /* by kind */
};

static int usage(void)
{
    fputs("usage: mutate KIND SEED IN OUT\n"
          "       mutate --check [--seed N] [--packets N] [--kind KIND] [--save FOLDER] "
          "[--rules FILE] [--events all|flow] IN...\nkinds:\n",
          stderr);
    for (const struct kind *k = kinds; k->name != NULL; k++)
        fprintf(stderr, "  %-12s %s\n", k->name, k->what);
    return 2;
}

static const char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL ? slash + 1 : path;
}

static int write_one(char **argv)
{
    const struct kind *k = kind_find(argv[1]);
    struct trace in, out;

    if (k == NULL)
        return usage();
    if (!trace_read(&in, argv[3]))
        return 1;
    kind_run(k, &out, &in, strtoull(argv[2], NULL, 10));
    const bool good = trace_write(&out, argv[4]);
    trace_free(&out);
    trace_free(&in);
    return good ? 0 : 1;
}

/* Does this mutation change what is said? Each time by an engine that has seen nothing else: what
 * is known of hosts outlives a capture. */
static bool differs(struct test *t, const struct kind *k, const struct trace *in, uint64_t seed,
                    char what[WHAT_ROOM])
{
    struct said before, after;
    struct trace out;

    kind_run(k, &out, in, seed);
    listener_renew(t->listener);
    said_of(t->listener, in, k->adds, &before);
    listener_renew(t->listener);
    said_of(t->listener, &out, k->adds, &after);
    const bool found = said_differ(&before, &after, what, WHAT_ROOM);
    said_free(&before);
    said_free(&after);
    trace_free(&out);
    return found;
}

/* Some seed for which it differs; 0: none was found. */
static uint64_t failing_seed(struct test *t, const struct kind *k, const struct trace *in,
                             uint64_t seed)
{
    char what[WHAT_ROOM];

    for (uint64_t n = 0; n < SHRINK_RUNS; n++)
        if (differs(t, k, in, seed + n, what))
            return seed + n;
    return 0;
}

/* Without the connections, then the last packets, that are not needed for it to fail. */
static uint64_t shrink(struct test *t, const struct kind *k, struct trace *in, uint64_t seed)
{
    struct trace less = {.lanes = in->lanes};

    less.at = malloc(in->count * sizeof(*in->at));
    if (less.at == NULL)
        abort();
    for (uint32_t parts = 2; parts / 2 <= in->lanes; parts *= 2) {
        for (uint32_t part = 0; part < parts && part <= in->lanes; part++) {
            less.count = 0;
            for (size_t i = 0; i < in->count; i++)
                if (in->at[i].lane == NO_LANE || in->at[i].lane / 2 % parts != part)
                    less.at[less.count++] = in->at[i];
            const uint64_t found = less.count < in->count ? failing_seed(t, k, &less, seed) : 0;
            if (found == 0)
                continue;
            seed = found;
            memcpy(in->at, less.at, less.count * sizeof(*in->at));
            in->count = less.count;
        }
    }
    for (size_t cut = in->count / 2; cut > 0;) {
        const size_t count = in->count;
        in->count -= cut;
        const uint64_t found = failing_seed(t, k, in, seed);
        if (found != 0)
            seed = found;
        else
            in->count = count;
        cut = found != 0 && cut < in->count ? cut : cut / 2;
    }
    free(less.at);
    return seed;
}

/* Two files: the capture, made small, and what the kind made of it. */
static void save(struct test *t, const struct kind *k, struct trace *in, const char *name,
                 uint64_t seed)
{
    char path[PATH_ROOM], what[WHAT_ROOM];
    struct trace out;

    seed = shrink(t, k, in, seed);
    snprintf(path, sizeof(path), "%s/%s.%s.before.pcap", t->save, name, k->name);
    trace_write(in, path);
    kind_run(k, &out, in, seed);
    snprintf(path, sizeof(path), "%s/%s.%s.%llu.pcap", t->save, name, k->name,
             (unsigned long long)seed);
    trace_write(&out, path);
    differs(t, k, in, seed, what);
    printf("    %s: %s\n", path, what);
    trace_free(&out);
}

static uint64_t seed_of(const struct test *t, const char *name, const char *kind, size_t round)
{
    const struct hash_key key = hash_key_from_seed(t->seed);
    char text[PATH_ROOM];

    snprintf(text, sizeof(text), "%s %s %zu", name, kind, round);
    return hash_bytes(&key, bytes_of_text(text)) >> 16; /* short enough to type */
}

/* False: it made a difference. */
static bool run_once(struct test *t, const struct kind *k, const struct trace *in,
                     const struct said *before, const char *name, size_t round)
{
    struct figures *f = &t->of[k - kinds];
    const uint64_t seed = seed_of(t, name, k->name, round);
    char what[WHAT_ROOM];
    struct trace out;
    struct said after;

    kind_run(k, &out, in, seed);
    said_of(t->listener, &out, k->adds, &after);
    const bool found =
        said_differ(before, &after, what, sizeof(what)) && differs(t, k, in, seed, what);
    f->runs++;
    f->packets += out.count;
    f->differences += found;
    if (found)
        printf("  %s %s %llu: %s\n", name, k->name, (unsigned long long)seed, what);
    fflush(stdout);
    said_free(&after);
    trace_free(&out);
    return !found;
}

static void check_kind(struct test *t, const struct kind *k, const char *path)
{
    struct figures *f = &t->of[k - kinds];
    const size_t end = f->packets + t->packets;
    struct said before;
    struct trace in;

    if (!trace_read(&in, path))
        exit(2);
    said_of(t->listener, &in, k->adds, &before);
    bool good = true;
    for (size_t round = 0; good && round < MOST_ROUNDS && (round == 0 || f->packets < end);
         round++) {
        good = run_once(t, k, &in, &before, name_of(path), round);
        if (!good && t->save != NULL)
            save(t, k, &in, name_of(path), seed_of(t, name_of(path), k->name, round));
    }
    said_free(&before);
    trace_free(&in);
}

static int check_all(struct test *t, char **paths)
{
    struct figures sum = {0};
    struct err err = {0};

    t->listener = listener_create(t->rules, strcmp(t->events, "flow") == 0, &err);
    if (t->listener == NULL) {
        fprintf(stderr, "%s\n", err.text);
        return 2;
    }
    for (; *paths != NULL; paths++)
        for (const struct kind *k = kinds; k->name != NULL; k++)
            if (t->kind != NULL ? strcmp(t->kind, k->name) == 0 : k->waits == NULL)
                check_kind(t, k, *paths);
    for (const struct kind *k = kinds; k->name != NULL; k++) {
        const struct figures *f = &t->of[k - kinds];
        printf("  %-12s %6zu mutations %9zu packets %4zu differences\n", k->name, f->runs,
               f->packets, f->differences);
        sum.runs += f->runs;
        sum.packets += f->packets;
        sum.differences += f->differences;
    }
    printf("%zu packets\n%zu passed, %zu failed\n", sum.packets, sum.runs - sum.differences,
           sum.differences);
    listener_free(t->listener);
    return sum.differences > 0;
}

int main(int argc, char **argv)
{
    struct test t = {.rules = "rules/default.yaml", .events = "all", .seed = 1, .packets = 40000};
    int i = 2;

    if (argc == 5 && strncmp(argv[1], "--", 2) != 0)
        return write_one(argv);
    if (argc < 3 || strcmp(argv[1], "--check") != 0)
        return usage();
    for (; i + 1 < argc && strncmp(argv[i], "--", 2) == 0; i += 2) {
        if (strcmp(argv[i], "--seed") == 0)
            t.seed = strtoull(argv[i + 1], NULL, 10);
        else if (strcmp(argv[i], "--packets") == 0)
            t.packets = strtoull(argv[i + 1], NULL, 10);
        else if (strcmp(argv[i], "--kind") == 0)
            t.kind = argv[i + 1];
        else if (strcmp(argv[i], "--save") == 0)
            t.save = argv[i + 1];
        else if (strcmp(argv[i], "--rules") == 0)
            t.rules = argv[i + 1];
        else if (strcmp(argv[i], "--events") == 0)
            t.events = argv[i + 1];
        else
            return usage();
    }
    if (i >= argc || (t.kind != NULL && kind_find(t.kind) == NULL))
        return usage();
    return check_all(&t, argv + i);
}

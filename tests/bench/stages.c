/* SPDX-License-Identifier: MIT */
/* stages.c - micro-benchmarks: stages PACKETS.pcap FLOWS.pcap
 *
 * PACKETS: few flows of many packets (make_traffic small); FLOWS: many of few (make_traffic
 * million). Prints name, unit and value, with tabs between them. The best of several runs: what
 * disturbs a run only makes it longer.
 */
#include "tests/bench/stages.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "capture/capture.h"

#define RUNS     9
#define LEAST_S  0.02 /* of a run: else its work is done again */
#define PER_S_MB 1e-6
#define NS       1e9

static double cpu_seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Seconds of one unit. */
static double one_run(stage_work *work, void *ctx)
{
    const double begin = cpu_seconds();
    uint64_t units = 0;
    double taken;

    do {
        units += work(ctx);
        taken = cpu_seconds() - begin;
    } while (taken < LEAST_S);
    return units > 0 ? taken / (double)units : 0;
}

void stage(const char *name, const char *unit, stage_work *work, void *ctx)
{
    double best = one_run(work, ctx);

    for (int i = 1; i < RUNS; i++) {
        const double seconds = one_run(work, ctx);
        best = seconds < best ? seconds : best;
    }
    if (unit[0] == 'b')
        printf("%s\tMB/s\t%.0f\n", name, best > 0 ? PER_S_MB / best : 0);
    else
        printf("%s\tns/%s\t%.1f\n", name, unit, best * NS);
    fflush(stdout);
}

static void keep_frame(struct kept_frames *f, const struct frame *frame)
{
    if (f->count == f->room) {
        f->room = f->room * 2 + 1024;
        f->at = realloc(f->at, f->room * sizeof(*f->at));
        if (f->at == NULL)
            abort();
    }
    f->at[f->count] = *frame;
    f->at[f->count++].data = bytes_of((const uint8_t *)(uintptr_t)f->bytes.len, frame->data.len);
    buffer_append(&f->bytes, frame->data);
}

static bool load(struct kept_frames *f, const char *path)
{
    struct err err = {0};
    struct frame frame;
    struct capture *c = capture_open_file(path, NULL, &err);

    *f = (struct kept_frames){.path = path};
    while (c != NULL && capture_next(c, &frame, &err) == CAPTURE_FRAME)
        keep_frame(f, &frame);
    capture_close(c);
    for (size_t i = 0; i < f->count; i++)
        f->at[i].data.at = f->bytes.at + (uintptr_t)f->at[i].data.at;
    return f->count > 0;
}

static void unload(struct kept_frames *f)
{
    free(f->at);
    buffer_free(&f->bytes);
}

int main(int argc, char **argv)
{
    struct kept_frames packets, flows;

    if (argc != 3 || !load(&packets, argv[1]) || !load(&flows, argv[2])) {
        fprintf(stderr, "usage: stages PACKETS.pcap FLOWS.pcap\n");
        return 2;
    }
    packet_stages(&packets);
    websocket_stages();
    engine_stages(&packets, &flows);
    byte_stages();
    unload(&packets);
    unload(&flows);
    return 0;
}

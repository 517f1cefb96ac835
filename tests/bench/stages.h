/* SPDX-License-Identifier: MIT */
/* stages.h - what each stage of the way of a packet costs, by itself. */
#ifndef BENCH_STAGES_H
#define BENCH_STAGES_H

#include "base/buffer.h"
#include "model/packet.h"

/* A capture in memory. */
struct kept_frames {
    struct frame *at;
    size_t count, room;
    struct buffer bytes;
    const char *path;
};

/* Does the work once. Returns how often its unit was done: packets, flows ... or bytes. */
typedef uint64_t stage_work(void *ctx);

/* Runs it several times and prints the best: ns for each `unit`, or MB/s where that is "byte". */
void stage(const char *name, const char *unit, stage_work *work, void *ctx);

void packet_stages(const struct kept_frames *f); /* read, decode, flow, stream */
void engine_stages(const struct kept_frames *packets, const struct kept_frames *flows);
void websocket_stages(void);
void byte_stages(void);

#endif

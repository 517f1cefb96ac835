/* SPDX-License-Identifier: MIT */
/* engine.h - the pipeline of one worker: frames in, events and verdicts out.
 *
 * In:    frames in capture order, by engine_frame(). Time is packet time only.
 * Out:   events, to the sinks that asked for them.
 * State: everything that is remembered of the traffic, within one budget.
 * Not here: files, interfaces, options (cli/); tests, fuzzers and benchmarks drive it the same way.
 */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include "base/err.h"
#include "model/sink.h"
#include "policy/policy.h"

#define ENGINE_MEMORY        (256U << 20) /* bytes, by default */
#define ENGINE_PAYLOAD_LIMIT 4096U        /* bytes of a message kept, by default */

/* Who wants to know why: see policy/explain.h. */
struct explainer {
    /* A flow begins. What is to be told of it, or NULL; it is the explainer's own, until the flow
     * has ended (EVENT_FLOW). */
    struct explanation *(*begin)(void *ctx, const struct flow_info *flow);
    void *ctx;
};

/* What became of a frame. Borrowed for the call. */
struct engine_trace {
    const struct frame *frame;
    const char *source;
    const struct packet *packet; /* NULL: it completed none */
    bool pending;                /* a fragment that waits for others */
    uint64_t flow;               /* the packet's; 0: of none, or of none yet (a bare SYN) */
};

struct engine_config {
    const struct policy *policy; /* required; outlives the engine */
    struct sink *sinks;          /* linked by `next`; outlive the engine */
    size_t memory;        /* bytes for flows, reassembly, inflation, identification; 0 = default */
    size_t payload_limit; /* bytes of a message for those who keep them; 0 = default */
    uint64_t seed;        /* of the flow table's hash; 0 = random. No answer depends on it */
    const struct explainer *explain;                        /* NULL: nobody */
    void (*trace)(void *ctx, const struct engine_trace *t); /* after each frame; NULL: none */
    void *trace_ctx;
    bool live; /* tell a flow's state when it is identified, not only at its end */
};

struct engine_totals {
    uint64_t frames, bytes, flows, flows_active, flows_evicted, flows_blocked, memory_peak;
    uint64_t unknown_linktype; /* frames that were not read */
    uint64_t memory_lacked;    /* times that the machine had none */
};

/* What a live capture knows of itself, for EVENT_STATS. */
struct engine_capture {
    uint64_t kernel_packets, kernel_drops;
    bool known;
};

struct engine;

struct engine *engine_create(const struct engine_config *config, struct err *err);
void engine_free(
    struct engine *e); /* NULL is fine; flows still open end untold: engine_flush() first */

/* Where the next frames come from: a file or interface name, kept by reference. */
void engine_source(struct engine *e, const char *name);
void engine_frame(struct engine *e, const struct frame *f);
/* The same of each, in this order. */
void engine_frames(struct engine *e, const struct frame *f, size_t count);
/* Live: time passes without packets. */
void engine_tick(struct engine *e, int64_t now_ns);
/* The latest packet time since the last flush; INT64_MIN: there was no packet. */
int64_t engine_now(const struct engine *e);
/* Every flow ends here: the input is over, or what follows has nothing to do with it. */
void engine_flush(struct engine *e);
/* EVENT_STATS with all counters. */
void engine_stats(struct engine *e, const struct engine_capture *capture, bool final);
struct engine_totals engine_totals(const struct engine *e);

#endif

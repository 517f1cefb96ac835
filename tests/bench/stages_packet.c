/* SPDX-License-Identifier: MIT */
/* Read, decode, find the flow, put the stream in order; and all of the engine. */
#include <stdlib.h>

#include "capture/capture.h"
#include "decode/decode.h"
#include "engine/engine.h"
#include "flow/flow.h"
#include "policy/load.h"
#include "stream/stream.h"
#include "tests/bench/stages.h"

struct packets {
    const struct kept_frames *frames;
    struct decoder *decoder;
    struct packet *packet;
    struct flow_key *key;
    size_t count;
    struct flow_table *table;
    struct budget budget;
    uint64_t seen;
};

static uint64_t read_file(void *ctx)
{
    const struct kept_frames *f = ctx;
    struct err err = {0};
    struct frame frame;
    uint64_t n = 0;
    struct capture *c = capture_open_file(f->path, NULL, &err);

    while (c != NULL && capture_next(c, &frame, &err) == CAPTURE_FRAME)
        n++;
    capture_close(c);
    return n;
}

static uint64_t decode_all(void *ctx)
{
    struct packets *p = ctx;
    struct packet packet;
    enum anomaly what;

    for (size_t i = 0; i < p->frames->count; i++)
        p->seen += decode_frame(p->decoder, &p->frames->at[i], &packet, &what) == DECODED_PACKET;
    return p->frames->count;
}

static uint64_t key_all(void *ctx)
{
    struct packets *p = ctx;
    struct flow_key key;

    for (size_t i = 0; i < p->count; i++)
        p->seen += flow_key_of(&p->packet[i], &key);
    return p->count;
}

static uint64_t find_all(void *ctx)
{
    struct packets *p = ctx;

    for (size_t i = 0; i < p->count; i++)
        p->seen += flow_find(p->table, &p->key[i], flow_hash(p->table, &p->key[i])) != NULL;
    return p->count;
}

static void keep_packets(struct packets *p)
{
    p->packet = calloc(p->frames->count, sizeof(*p->packet));
    p->key = calloc(p->frames->count, sizeof(*p->key));
    if (p->packet == NULL || p->key == NULL)
        abort();
    for (size_t i = 0; i < p->frames->count; i++) {
        enum anomaly what;
        struct packet *to = &p->packet[p->count];
        if (decode_frame(p->decoder, &p->frames->at[i], to, &what) != DECODED_PACKET)
            continue;
        flow_key_of(to, &p->key[p->count]);
        const struct flow_key *key = &p->key[p->count];
        if (flow_find(p->table, key, flow_hash(p->table, key)) == NULL)
            flow_create(p->table, &p->key[p->count], to->time_ns, 60);
        p->count++;
    }
}

/* ---- one stream in order ---- */

#define SEGMENTS 1000
#define SEGMENT  100

struct in_order {
    struct budget budget;
    uint8_t data[SEGMENT];
    uint64_t bytes;
};

static void take_bytes(void *ctx, struct bytes in)
{
    ((struct in_order *)ctx)->bytes += in.len;
}

static void take_gap(void *ctx, uint64_t n)
{
    (void)ctx;
    (void)n;
}

static void take_overlap(void *ctx, uint64_t offset, bool replaced)
{
    (void)ctx;
    (void)offset;
    (void)replaced;
}

static uint64_t stream_in_order(void *ctx)
{
    struct in_order *x = ctx;
    const struct stream_events ev = {.bytes = take_bytes,
                                     .gap = take_gap,
                                     .overlap_differs = take_overlap,
                                     .ctx = x,
                                     .budget = &x->budget};
    struct stream s = {0};
    struct packet p = {.flags = TCP_SYN, .seq = 1};

    stream_segment(&s, &p, &ev);
    p = (struct packet){
        .flags = TCP_ACK, .seq = 2, .payload = bytes_of(x->data, SEGMENT), .payload_len = SEGMENT};
    for (int i = 0; i < SEGMENTS; i++) {
        stream_segment(&s, &p, &ev);
        p.seq += SEGMENT;
    }
    return SEGMENTS;
}

void packet_stages(const struct kept_frames *f)
{
    const struct hash_key key = hash_key_from_seed(1);
    struct packets p = {.frames = f};
    struct in_order order = {0};
    struct err err = {0};

    p.decoder = decoder_create(&p.budget, &key, &err);
    p.table = flow_table_create(&p.budget, &key, &err);
    if (p.decoder == NULL || p.table == NULL)
        abort();
    keep_packets(&p);
    stage("read a capture", "packet", read_file, (void *)(uintptr_t)f);
    stage("decode, with the checksum", "packet", decode_all, &p);
    stage("make the flow's key", "packet", key_all, &p);
    stage("find the flow", "packet", find_all, &p);
    stage("a segment in order", "segment", stream_in_order, &order);
    flow_table_free(p.table);
    decoder_free(p.decoder);
    free(p.packet);
    free(p.key);
}

/* ---- the engine ---- */

struct whole {
    const struct kept_frames *frames;
    struct policy *policy;
    uint64_t units; /* 0: packets */
};

static uint64_t whole_engine(void *ctx)
{
    struct whole *w = ctx;
    struct err err = {0};
    const struct engine_config config = {.policy = w->policy, .memory = 1U << 30, .seed = 1};
    struct engine *e = engine_create(&config, &err);

    if (e == NULL)
        abort();
    engine_source(e, "bench");
    for (size_t i = 0; i < w->frames->count; i++)
        engine_frame(e, &w->frames->at[i]);
    engine_flush(e);
    const uint64_t flows = engine_totals(e).flows;
    engine_free(e);
    return w->units > 0 ? flows : w->frames->count;
}

void engine_stages(const struct kept_frames *packets, const struct kept_frames *flows)
{
    struct err err = {0};
    struct whole w = {.frames = packets, .policy = policy_load(NULL, NULL, NULL, &err)};

    if (w.policy == NULL)
        abort();
    stage("the engine, long WebSocket flows", "packet", whole_engine, &w);
    w.frames = flows;
    w.units = 1;
    stage("the engine, a WebSocket flow of 10 packets", "flow", whole_engine, &w);
    policy_free(w.policy);
}

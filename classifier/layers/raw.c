/* SPDX-License-Identifier: MIT */
/* raw.c - the layer raw: a stream that nobody claims, with its shape. Reads SHAPE_BYTES of each
 * direction, and after that nothing. */
#include "layers/layers.h"
#include "layers/shape.h"

static size_t raw_feed(void *state, struct host *h, enum direction d, struct bytes in)
{
    (void)h;
    shape_feed(state, d, in);
    return in.len;
}

static void raw_gap(void *state, struct host *h, enum direction d, uint64_t n)
{
    (void)h;
    shape_gap(state, d, n);
}

static void raw_summarise(const void *state, struct flow_info *out)
{
    out->shape = shape_of(state);
}

const struct layer layer_raw = {
    .name = "raw",
    .application = true,
    .state_size = sizeof(struct shape_stats),
    .feed = raw_feed,
    .gap = raw_gap,
    .summarise = raw_summarise,
};

/* SPDX-License-Identifier: MIT */
#include "engine/judged.h"

/* By Knuth's multiplier: texts may lie side by side. */
static size_t place_of(const struct flow_info *f)
{
    const uint64_t golden = UINT64_C(0x9e3779b97f4a7c15);
    const uint64_t choices = f->server.port | (uint64_t)f->confidence << 16;

    return ((uintptr_t)f->app * golden + choices) * golden >> (64 - JUDGED_BITS);
}

/* Name by name: they were just written so. */
static bool same_layers(const struct judged *j, const struct flow_info *f)
{
    for (size_t i = 0; i < f->layer_count; i++)
        if (j->layers[i] != f->layers[i])
            return false;
    return j->layer_count == f->layer_count;
}

/* Every flow has a layer: none is like a place where nothing is kept. */
bool judged_before(const struct judgements *k, bool presumed, struct flow_info *f)
{
    const struct judged *j = &k->at[place_of(f)];

    if (j->app != f->app || j->port != f->server.port || j->transport != f->transport ||
        j->confidence != (uint8_t)f->confidence || j->presumed != presumed || !same_layers(j, f))
        return false;
    f->expected = j->expected;
    f->mismatch = j->mismatch;
    return true;
}

void judged_now(struct judgements *k, bool presumed, const struct flow_info *f)
{
    struct judged *j = &k->at[place_of(f)];

    *j = (struct judged){.app = f->app,
                         .expected = f->expected,
                         .port = f->server.port,
                         .transport = f->transport,
                         .confidence = (uint8_t)f->confidence,
                         .layer_count = f->layer_count,
                         .presumed = presumed,
                         .mismatch = f->mismatch};
    memcpy(j->layers, f->layers, sizeof(j->layers));
}

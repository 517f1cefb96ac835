/* SPDX-License-Identifier: MIT */
/* kind_key.h - which flows are alike, and what those that are like the last ones are counted under.
 * For summary.c. */
#ifndef OUTPUT_KIND_KEY_H
#define OUTPUT_KIND_KEY_H

#include "output/kept.h"

#define KINDS_LATELY   128
#define OVER_WEBSOCKET 3 /* of the layers, mostly */

/* Flows with the same key are one kind. Texts are interned, so that pointers compare. */
struct kind_key {
    const char *app, *rule, *layers[FLOW_LAYERS];
    uint32_t rule_line;
    uint16_t port;
    uint8_t transport, verdict, mismatch, ladder, shape, rank, tunnel;
    uint8_t sure;      /* strong or better: a guess does not hide among certainties */
    uint8_t unused[2]; /* no padding: it is compared and hashed as bytes */
};

/* What flows like one that was told lately are counted under. */
struct kind_lately {
    struct kind_key told; /* its texts as they were told */
    struct flow_kind *kind;
    struct rule_entry *rule;
    const char *app;      /* "?": not known */
    bool torrent, silent; /* by the app */
};

/* Its texts as they are told. */
static inline struct kind_key kind_key_of(const struct flow_info *flow)
{
    struct kind_key key;

    memset(&key, 0, sizeof(key)); /* layers that there are not, too */
    key.app = flow->app;
    key.rule = flow->rule;
    for (size_t i = 0; i < flow->layer_count; i++)
        key.layers[i] = flow->layers[i];
    key.rule_line = flow->rule_line;
    key.port = flow->server.port;
    key.transport = flow->transport;
    key.verdict = (uint8_t)flow->verdict;
    key.mismatch = flow->mismatch == TRI_YES;
    key.ladder = (uint8_t)flow->ladder;
    key.shape = (uint8_t)flow->shape;
    key.tunnel = (uint8_t)flow->tunnel;
    key.sure = flow->confidence >= CONFIDENCE_STRONG;
    key.rank = (uint8_t)flow_rank(flow);
    return key;
}

/* Where in a table of so many to look for it: 2^n, 2^24 at most. Texts may lie side by side, and
 * two kinds that meet are both made anew each time. */
static inline size_t kind_key_place(const struct kind_key *key, size_t places)
{
    const uint64_t choices = key->port | (uint64_t)key->ladder << 16 | (uint64_t)key->shape << 24 |
                             (uint64_t)key->mismatch << 32 | (uint64_t)key->tunnel << 40;
    const uint64_t mix = (uintptr_t)key->app ^ (uintptr_t)key->layers[OVER_WEBSOCKET] << 8;

    /* Knuth's multiplier */
    return ((mix * 0x9e3779b97f4a7c15U + choices) * 0x9e3779b97f4a7c15U >> 40) & (places - 1);
}

#endif

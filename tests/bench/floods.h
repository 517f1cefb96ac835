/* SPDX-License-Identifier: MIT */
/* floods.h - the kinds of flood (flood_kinds.c), and how they send (flood_send.c). */
#ifndef BENCH_FLOODS_H
#define BENCH_FLOODS_H

#include "engine/engine.h"
#include "model/packet.h"

/* One connection as its two ends see it; side 0 is the client. */
struct talk {
    uint32_t addr[2], seq[2];
    uint16_t port[2];
    unsigned step;
};

struct world {
    struct engine *engine;
    int64_t time_ns;
    uint64_t packets;
    struct talk genuine[64];
    uint32_t opened;
    size_t sent, right; /* genuine messages */
    struct talk *bad;   /* the flood's own connections */
    size_t bad_bytes;
    struct bytes bomb;
};

struct flood {
    const char *name;
    void (*send)(struct world *w, uint64_t n); /* the n-th step of the flood */
    uint64_t full, quick;                      /* packets */
    size_t full_mib, quick_mib;                /* memory allowed */
    unsigned every;                            /* steps between genuine packets */
    int64_t ns_each;                           /* packet time between steps */
};

extern const struct flood floods[]; /* ends with a row without a name */

void flood_nothing(struct world *w, uint64_t n);

uint32_t random_below(uint32_t n);
/* A connection that is about to begin: to 10.0.0.1, port 80. */
void flood_begin(struct world *w, struct talk *t, uint32_t client, uint16_t port);
void flood_segment(struct world *w, struct talk *t, unsigned side, uint8_t flags, struct bytes in);
/* SYN, SYN with ACK, ACK. */
void flood_handshake(struct world *w, struct talk *t);
void flood_datagram(struct world *w, const struct talk *t, struct bytes in);
/* 8 bytes of an IPv4 datagram whose rest never comes. */
void flood_fragment(struct world *w, uint32_t client, uint16_t id, uint16_t offset);

#endif

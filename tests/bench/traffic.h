/* SPDX-License-Identifier: MIT */
/* traffic.h - a capture in the making: connections, their segments and datagrams, as a pcap file
 * on standard output. Seeded: the same bytes in every run.
 *
 * Not here: what the connections say (traffic_websocket.c, traffic_deflate.c, traffic_mixed.c,
 * traffic_torrent.c), and how many of them there are (make_traffic.c).
 */
#ifndef BENCH_TRAFFIC_H
#define BENCH_TRAFFIC_H

#include <stdio.h>

#include "base/buffer.h"

#define TRAFFIC_SEGMENT 1448                        /* bytes of a segment, at most */
#define TRAFFIC_RECORD  (16 + 54 + TRAFFIC_SEGMENT) /* of a packet, with pcap's own header */

enum tcp_flags { FIN = 1, SYN = 2, PSH = 8, ACK = 16 };
enum side { CLIENT, SERVER };

/* What a network and a capture do to segments with data: `of_1000` of each. */
struct harm {
    uint64_t random;
    uint32_t lost, late, twice; /* of 1,000 */
    uint8_t waiting[TRAFFIC_RECORD];
    size_t waiting_len; /* a late segment comes after the next packet */
};

struct traffic {
    FILE *out;
    uint64_t random, clock_us;
    struct harm harm;
    struct buffer said; /* room for what is said next */
    bool messages_only; /* no packets: deflated messages, for zlib_time.c */
};

struct flow {
    uint32_t addr[2], seq[2]; /* by side */
    uint16_t port[2];
    int turns_left;
    uint32_t number, kind, step;
    void *more; /* of its kind */
};

void traffic_begin(struct traffic *t, FILE *out, bool messages_only);
void traffic_end(struct traffic *t);

uint32_t traffic_random(struct traffic *t);
uint32_t traffic_below(struct traffic *t, uint32_t n); /* 0..n-1 */
void traffic_noise(struct traffic *t, struct buffer *b, size_t n);
void put_number(struct buffer *b, uint64_t v, unsigned bytes); /* big-endian */

/* A client of its own, to the server at 10.0.0.1:80, which is not opened yet. */
void flow_number(struct traffic *t, struct flow *f, uint32_t number);
void flow_segment(struct traffic *t, struct flow *f, enum side side, int flags, struct bytes data);
void flow_say(struct traffic *t, struct flow *f, enum side side, struct bytes data); /* segments */
void flow_datagram(struct traffic *t, const struct flow *f, enum side side, struct bytes data);
void flow_connect(struct traffic *t, struct flow *f); /* SYN, SYN with ACK, ACK */
void flow_acknowledge(struct traffic *t, struct flow *f, enum side side);
void flow_finish(struct traffic *t, struct flow *f); /* both FINs */

/* Flows side by side: which of them says something next is thrown by dice. */
struct crowd {
    uint32_t count, at_once;
    uint32_t strays; /* SYNs from random sources before each turn */
    int turns;       /* of a flow, with its last */
    void (*open)(struct traffic *t, struct flow *f, uint32_t number);
    void (*turn)(struct traffic *t, struct flow *f);
    void (*close)(struct traffic *t, struct flow *f);
};

void traffic_crowd(struct traffic *t, const struct crowd *c);

/* ---- what is said ---- */

void websocket_open(struct traffic *t, struct flow *f, uint32_t number);
void websocket_upgrade(struct traffic *t, struct flow *f, const char *extensions);
void websocket_frame(struct traffic *t, struct flow *f, enum side side, int first,
                     struct bytes payload);
void websocket_text(struct traffic *t, struct flow *f, enum side side, size_t len);
void websocket_small_turn(struct traffic *t, struct flow *f);
void websocket_large(struct traffic *t, uint32_t flows, uint32_t messages);
void websocket_million(struct traffic *t, uint32_t flows, uint32_t rounds);

void deflate_open_flow(struct traffic *t, struct flow *f, uint32_t number);
void deflate_turn(struct traffic *t, struct flow *f);
void deflate_close_flow(struct traffic *t, struct flow *f);

void mixed_open(struct traffic *t, struct flow *f, uint32_t number);
void mixed_turn(struct traffic *t, struct flow *f);

void torrent_open(struct traffic *t, struct flow *f, uint32_t number);
void torrent_turn(struct traffic *t, struct flow *f);
void torrent_close(struct traffic *t, struct flow *f);
void torrent_greeting(struct buffer *b, enum side side, uint32_t number);
void torrent_message(struct traffic *t, struct buffer *b, enum side side);

#endif
